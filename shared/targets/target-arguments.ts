import { shellWord } from '../process/shell-word.ts';
import { rootOf, targetId, type TargetRef } from './target-id.ts';

/** The arguments that select an engine on the command line, also where it is not the default. Pure. */
export function targetArguments(ref: TargetRef): readonly [option: string, value: string] {
  const root = rootOf(ref);
  return root === null ? ['--target', targetId(ref)] : ['--root', root];
}

/** The same as the end of a command for a shell: ` --root /srv/engine`. Pure. */
export function targetOptions(ref: TargetRef): string {
  const [option, value] = targetArguments(ref);
  return ` ${option} ${shellWord(value)}`;
}
