import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildsUnenforcedName } from '../../shared/isolation/build-token.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';

/**
 * Lets the planner know, by a file in `directory`, whether further processes in builds' containers are to be
 * refused.
 */
export function recordBuildsUnenforced(
  directory: string,
  { eci, mode }: Pick<EffectiveSettings, 'eci' | 'mode'>,
  log: (line: string) => void,
): void {
  const file = path.join(directory, buildsUnenforcedName);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (eci.value && mode === 'enforce') rmSync(file, { force: true });
    else writeFileSync(file, '', { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log(`${file} cannot be changed, so the planner treats builds as before: ${why}`);
  }
}
