import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isBoundOntoItself, parseMountinfo, type Mount } from '../../base/mountinfo.ts';
import { containerMounts, type RootPaths } from '../../base/root-paths.ts';

/**
 * Where the engine mounts file systems of containers, builds and plugins, below its data directory. All
 * others there were mounted by an administrator: a disk for a volume, or for all images.
 */
const engineMountPoints = new RegExp(
  `^(?:${[
    '(?:overlay2|fuse-overlayfs)/[^/]+/merged',
    'zfs/graph/[^/]+',
    'rootfs/[^/]+/[^/]+',
    'containers/[^/]+/mounts/[^/]+',
    'buildkit/executor/[^/]+/rootfs',
    'plugins/[^/]+/(?:rootfs|propagated-mount)',
    'containerd/daemon/tmpmounts/[^/]+',
    'tmp/[^/]+',
  ].join('|')})(?:/|$)`,
);

/**
 * Mount points of containers: everything below the run directory and the isolation planner's mounts, and
 * below the data directory what the engine mounts there; and dockerd's bind of the data directory onto
 * itself. Deepest first. `isMountedVolume`: whether the engine mounts the volume of this name itself.
 */
export function staleMounts(
  mountinfo: string,
  paths: RootPaths,
  isMountedVolume = (name: string) => readVolume(paths, name),
): string[] {
  const mounts = parseMountinfo(mountinfo);
  const below = (directory: string, point: string) =>
    point.startsWith(`${directory}/`) ? point.slice(directory.length + 1) : null;
  const isEngineMount = (inData: string) => {
    const volume = /^volumes\/([^/]+)\/_data$/.exec(inData)?.[1];
    return volume === undefined ? engineMountPoints.test(inData) : isMountedVolume(volume);
  };
  const isStale = ({ mountPoint }: Mount) => {
    const inData = below(paths.data, mountPoint);
    return (
      below(paths.run, mountPoint) !== null ||
      below(containerMounts(paths), mountPoint) !== null ||
      (inData !== null && isEngineMount(inData))
    );
  };
  return mounts
    .filter((mount) => isStale(mount) || isBoundOntoItself(mount, mounts, paths.data))
    .map(({ mountPoint }) => mountPoint)
    .reverse()
    .sort((a, b) => b.split('/').length - a.split('/').length);
}

/** Whether the local driver mounts the volume: it was created with a type or device (`--opt`). */
function readVolume(paths: RootPaths, name: string): boolean {
  try {
    const options: unknown = JSON.parse(
      readFileSync(path.join(paths.data, 'volumes', name, 'opts.json'), 'utf8'),
    );
    const names = (key: string) =>
      typeof options === 'object' &&
      options !== null &&
      Object.entries(options).some(
        ([each, value]) => each === key && typeof value === 'string' && value !== '',
      );
    return names('MountType') || names('MountDevice');
  } catch {
    return false; // created without options, or unknown: then it is not ours to unmount
  }
}
