import path from 'node:path';
import { isBoundOntoItself, parseMountinfo } from '../../base/mountinfo.ts';
import { isEngineLayer } from '../../../shared/isolation/engine-layer.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { volumesOf } from '../guarded/volume-guards.ts';

/**
 * Directories of the engine that were mounted on themselves, here, by the planner or for the gateway, so that
 * no link is followed there. A mount that an administrator made below one since is nested in it: only a guard
 * without nested mounts may be unmounted.
 */
export function linkGuards(mountinfo: string, paths: RootPaths): string[] {
  const mounts = parseMountinfo(mountinfo);
  const store = path.join(paths.data, 'overlay2');
  const isGuarded = (point: string) =>
    [volumesOf(paths), store, path.join(store, 'l')].includes(point) ||
    (path.dirname(point) === store && isEngineLayer(point));
  return mounts
    .filter((mount) => isGuarded(mount.mountPoint) && isBoundOntoItself(mount, mounts, mount.mountPoint))
    .map(({ mountPoint }) => mountPoint)
    .reverse();
}
