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
 * Prevents an engine from following links in its volumes (A5), and users from opening devices or using
 * set-user-ID programs there, before a container can be created under ECI: the first container with a volume
 * has the same effect, but a process that holds a volume's directory open from before could create links
 * there until then. After dockerd's start, which mounts its data directory on itself. Rejects if that is
 * impossible.
 */
export async function guardVolumes(paths: RootPaths): Promise<void> {
  const volumes = volumesOf(paths);
  const mounts = await readMounts();
  const holder = mountOf(volumes, mounts);
  // Mounts below stay visible; a file system mounted there by an administrator keeps its flags.
  const isMounted = holder?.mountPoint === volumes;
  const isOurs = !isMounted || isBoundOntoItself(holder, mounts, volumes);
  if (!isMounted) await run('mount', ['--rbind', '--make-rprivate', volumes, volumes]);
  await run('mount', ['-o', `remount,bind,nosymfollow${isOurs ? ',nosuid,nodev' : ''}`, volumes]);
}

/** Options of a mount that can be passed to mount(8) again. */
const remountable = new Set(['rw', 'ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']);
/** Options that reset those of a guard. */
const inverses = { nosymfollow: 'symfollow', nosuid: 'suid', nodev: 'dev' } as const;

/**
 * Undoes what `guardVolumes` and the planner did to volumes. Containers that run without isolation get bind
 * mounts with the flags of the mount here: links, set-user-ID programs and devices would not work in their
 * volumes. The mount itself stays, since isolated containers may be using it. Rejects if a mount can't be
 * changed.
 */
export async function releaseVolumes(paths: RootPaths): Promise<void> {
  for (const { mountPoint, options } of releasedMounts(await readMounts(), volumesOf(paths)))
    await run('mount', ['-o', ['remount', 'bind', ...options].join(','), mountPoint]);
}

/**
 * The mounts of volumes that follow no links, with their new options: the complete list, since it depends on
 * the version of mount(8) whether an option that is not named stays. Pure.
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
