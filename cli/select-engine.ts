import path from 'node:path';
import { setEngineOptions } from '../shared/messages/engine-options.ts';
import { targetOptions } from '../shared/targets/target-arguments.ts';
import { engineAtRoot, parseTargetId } from '../shared/targets/target-id.ts';
import type { RootOptions } from './target.ts';

/** Lets the commands in this run's sentences be about the engine that its options name. */
export function selectEngine({ root = '', target }: Pick<RootOptions, 'root' | 'target'>): void {
  const named = root.trim() === '' ? null : engineAtRoot(path.resolve(root));
  const ref = target === undefined ? named : parseTargetId(target);
  setEngineOptions(ref === null ? '' : targetOptions(ref));
}
