import { readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RootPaths } from '../../base/root-paths.ts';
import { systemCode } from '../../../shared/process/system-code.ts';

/** The name of the devices cgroup in which the engine's dockerd runs. */
export const cgroupName = ({ id }: RootPaths): string => `bulkhead-${id}`;

/** Has their directories, one per line: another supervisor of this engine may have run in another cgroup. */
export const cgroupRecord = (paths: RootPaths): string => path.join(paths.run, 'devices-cgroup');

/**
 * Removes the devices cgroups that this engine created, including those of killed supervisors, but not
 * `except`. One that contains a process stays (shims of containers that outlive dockerd), with its record for
 * the next time.
 */
export async function removeDeviceCgroups(paths: RootPaths, except?: string): Promise<void> {
  const recorded = await readFile(cgroupRecord(paths), 'utf8').catch(() => '');
  const own = recorded.split('\n').filter((line) => path.basename(line) === cgroupName(paths));
  const left: string[] = [];
  for (const directory of new Set(own)) {
    if (directory !== except && !(await removed(directory))) left.push(directory);
  }
  if (left.length === 0) await rm(cgroupRecord(paths), { force: true });
  else {
    const lines = left.map((directory) => `${directory}\n`).join('');
    await writeFile(cgroupRecord(paths), lines, { mode: 0o600 });
  }
}

async function removed(directory: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rmdir(directory);
      return true;
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT') return true;
      if (code !== 'EBUSY' || attempt === removalAttempts) return false;
      // A process that just ended may not have left yet, and there is no event for that.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const removalAttempts = 5;
