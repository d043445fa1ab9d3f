import path from 'node:path';
import { exists } from '../../base/files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unitDirectory } from '../guarded/unit-text.ts';

export const engineUnitName = (paths: RootPaths): string => `bulkhead-engine-${paths.id}.service`;
/** Units in it are gone after a reboot. */
export const transientUnitDirectory = '/run/systemd/system';
export const engineUnitDirectories = [unitDirectory, transientUnitDirectory] as const;

/** The unit of the engine at `paths`: whether it starts it at boot. Null: it has none. */
export async function engineUnitState(paths: RootPaths): Promise<{ atBoot: boolean } | null> {
  for (const directory of engineUnitDirectories)
    if (await exists(path.join(directory, engineUnitName(paths))))
      return { atBoot: directory === unitDirectory };
  return null;
}
