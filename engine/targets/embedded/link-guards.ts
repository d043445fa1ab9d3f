import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { mountOf, parseMountinfo } from '../../base/mountinfo.ts';
import { isEngineLayer } from '../../../planner/overlay.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { isBoundOntoItself } from './stale-mounts.ts';

const run = promisify(execFile);
const volumesOf = (paths: RootPaths): string => path.join(paths.data, 'volumes');

/**
 * Directories of the engine that were mounted on themselves, here or by the planner, so that no link is
 * followed there. What an admin has mounted below one since is held by it: only what holds nothing may be
 * unmounted.
 */
export function linkGuards(mountinfo: string, paths: RootPaths): string[] {
  const mounts = parseMountinfo(mountinfo);
  const isGuarded = (point: string) =>
    point === volumesOf(paths) ||
    (path.dirname(point) === path.join(paths.data, 'overlay2') && isEngineLayer(point));
  return mounts
    .filter((mount) => isGuarded(mount.mountPoint) && isBoundOntoItself(mount, mounts, mount.mountPoint))
    .map(({ mountPoint }) => mountPoint)
    .reverse();
}

/**
 * Has an engine that was just started follow no link in its volumes (A5), and nobody open a device or gain a
 * set-user-ID program's rights there, before anybody may ask it for something: the first container with a
 * volume brings that about too, but who holds a directory of one from before could put links there until
 * then. After dockerd's start, which mounts its data directory on itself. Rejects where that can't be had.
 */
export async function guardVolumes(paths: RootPaths): Promise<void> {
  const volumes = volumesOf(paths);
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  const holder = mountOf(volumes, mounts);
  // What is mounted below stays in view; a file system that an admin mounted there keeps its flags.
  const isMounted = holder?.mountPoint === volumes;
  const isOurs = !isMounted || isBoundOntoItself(holder, mounts, volumes);
  if (!isMounted) await run('mount', ['--rbind', '--make-rprivate', volumes, volumes]);
  await run('mount', ['-o', `remount,bind,nosymfollow${isOurs ? ',nosuid,nodev' : ''}`, volumes]);
}
