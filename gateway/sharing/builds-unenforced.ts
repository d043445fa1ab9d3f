import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildsUnenforcedName } from '../../shared/isolation/build-token.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';

/**
 * Tells the planner, by a file in `directory`, whether to refuse further processes in builds' containers.
 */
export function recordBuildsUnenforced(
  directory: string,
  { eci, mode }: Pick<EffectiveSettings, 'eci' | 'mode'>,
  log: (line: string) => void,
): void {
  const file = path.join(directory, buildsUnenforcedName);
  try {
    if (eci.value && mode === 'enforce') {
      rmSync(file, { force: true });
      return;
    }
    // Not its parent: the directory of a removed engine must not be created again.
    if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
    writeFileSync(file, '', { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log(`${file} cannot be changed, so the planner treats builds as before: ${why}`);
  }
}
