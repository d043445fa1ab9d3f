import path from 'node:path';
import { isWithin } from '../../engine/base/mountinfo.ts';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import type { MountPointKind } from '../base/plan.ts';
import { isBind, type IsolationFacts } from './bundle.ts';

export interface MountPoint {
  /** Below the container's root, without a slash at its start. */
  readonly relative: string;
  readonly kind: MountPointKind;
}

/**
 * Whether the container's root file system is to be read-only (`--read-only`) from the start. Where there are
 * createContainer hooks, such as those of a CDI device, runc makes it read-only after them: they may write
 * into it.
 */
export function isRootReadOnlyFromStart(spec: OciSpec): boolean {
  const hooks = spec.hooks?.['createContainer'];
  return spec.root['readonly'] === true && !(Array.isArray(hooks) && hooks.length > 0);
}

/**
 * The mount points that runc would create in the root file system: those of `edited` that no earlier mount
 * covers. Binds that are not in `facts` are of files. Paths are compared as they are: a point that a link of
 * the image leads below an earlier mount (/var/run/x, with a tmpfs on /run) is listed too, and stays hidden
 * below that mount.
 */
export function mountPointsOnRoot(
  edited: OciSpec,
  facts: Pick<IsolationFacts, 'bindSources' | 'layerSources'>,
): MountPoint[] {
  const directories = new Set([
    ...[...facts.bindSources.values()].filter((one) => one.isDirectory).map((one) => one.path),
    ...facts.layerSources.values(),
  ]);
  const isFile = (mount: OciMount) => isBind(mount) && !directories.has(mount.source ?? '');
  const points = (edited.mounts ?? []).map((mount) => ({
    point: path.posix.resolve('/', mount.destination),
    kind: isFile(mount) ? ('file' as const) : takesMode(mount) ? ('tmpfs' as const) : ('directory' as const),
  }));
  return points
    .filter(({ point }, i) => {
      const earlier = points.slice(0, i);
      return point !== '/' && !earlier.some((one) => isWithin(point, one.point));
    })
    .map(({ point, kind }) => ({ relative: point.slice(1), kind }));
}

/**
 * Whether runc gives it the mode of its mount point, if there is one already; else everybody may write to it.
 */
const takesMode = ({ type, options }: OciMount): boolean =>
  type === 'tmpfs' && !(options ?? []).some((option) => option.startsWith('mode='));
