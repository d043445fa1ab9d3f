import path from 'node:path';
import { setEngineOptions } from '../shared/messages/engine-options.ts';
import { shellWord } from '../shared/process/shell-word.ts';
import type { RootOptions } from './target.ts';

/** Lets the commands in this run's sentences be about the engine that its options name. */
export function selectEngine({ root = '', target }: Pick<RootOptions, 'root' | 'target'>): void {
  if (target !== undefined) setEngineOptions(` --target ${shellWord(target)}`);
  else setEngineOptions(root.trim() === '' ? '' : ` --root ${shellWord(path.resolve(root))}`);
}
