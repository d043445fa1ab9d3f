import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isBoundOntoItself, isWithin, mountOf, parseMountinfo, type Mount } from '../../base/mountinfo.ts';
import type { RootPaths } from '../../base/root-paths.ts';

const run = promisify(execFile);

/** Where the engine keeps its volumes. */
export const volumesOf = (paths: RootPaths): string => path.join(paths.data, 'volumes');

const readMounts = async (): Promise<Mount[]> =>
  parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));

/**
 * Has an engine follow no link in its volumes (A5), and nobody open a device or gain a set-user-ID program's
 * rights there, before a container can be created under ECI: the first container with a volume brings that
 * about too, but who holds a directory of one from before could put links there until then. After dockerd's
 * start, which mounts its data directory on itself. Rejects where that can't be had.
 */
export async function guardVolumes(paths: RootPaths): Promise<void> {
  const volumes = volumesOf(paths);
  const mounts = await readMounts();
  const holder = mountOf(volumes, mounts);
  // What is mounted below stays in view; a file system that an admin mounted there keeps its flags.
  const isMounted = holder?.mountPoint === volumes;
  const isOurs = !isMounted || isBoundOntoItself(holder, mounts, volumes);
  if (!isMounted) await run('mount', ['--rbind', '--make-rprivate', volumes, volumes]);
  await run('mount', ['-o', `remount,bind,nosymfollow${isOurs ? ',nosuid,nodev' : ''}`, volumes]);
}

/** Options of a mount that mount(8) takes again. */
const remountable = new Set(['rw', 'ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']);
/** What takes a guard's options back, where a mount is to have them no more. */
const inverses = { nosymfollow: 'symfollow', nosuid: 'suid', nodev: 'dev' } as const;

/**
 * Takes back what `guardVolumes` and the planner did to volumes. Containers that run without isolation get
 * bind mounts with the flags that the mount has here: no link, set-user-ID program or device would work in
 * their volumes. The mount itself stays, since isolated containers may be in use of it. Rejects where a mount
 * can't be changed.
 */
export async function releaseVolumes(paths: RootPaths): Promise<void> {
  for (const { mountPoint, options } of releasedMounts(await readMounts(), volumesOf(paths)))
    await run('mount', ['-o', ['remount', 'bind', ...options].join(','), mountPoint]);
}

/**
 * The mounts of volumes that follow no links, with the options that they are to have: all of them, since it
 * depends on the version of mount(8) whether one that is not named stays. Pure.
 */
export function releasedMounts(
  mounts: readonly Mount[],
  volumes: string,
): { readonly mountPoint: string; readonly options: readonly string[] }[] {
  return mounts
    .filter(({ mountPoint, flags }) => isWithin(mountPoint, volumes) && flags.includes('nosymfollow'))
    .map((mount) => {
      const above = isBoundOntoItself(mount, mounts, volumes) ? mountOf(path.dirname(volumes), mounts) : null;
      const flags = (above ?? mount).flags.filter((flag) => remountable.has(flag));
      const cleared = Object.entries(inverses).filter(([flag]) => !flags.includes(flag));
      return { mountPoint: mount.mountPoint, options: [...flags, ...cleared.map(([, inverse]) => inverse)] };
    });
}
