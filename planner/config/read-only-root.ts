import { statSync } from 'node:fs';
import path from 'node:path';
import { isWithin } from '../../engine/base/mountinfo.ts';
import type { OciSpec } from '../base/oci-spec.ts';
import { isBind } from './bundle.ts';

export interface MountPoint {
  /** Below the container's root, without a slash at its start. */
  readonly relative: string;
  readonly kind: 'directory' | 'file';
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
 * covers. `given`: the specification with the original sources of binds; other binds are of files.
 */
export function mountPointsOnRoot(
  given: OciSpec,
  edited: OciSpec,
  isFile: (source: string) => boolean = (source) => !statSync(source).isDirectory(),
): MountPoint[] {
  const sources = new Map(
    (given.mounts ?? []).map((mount) => [
      normal(mount.destination),
      isBind(mount) ? mount.source : undefined,
    ]),
  );
  const points = (edited.mounts ?? []).map((mount) => normal(mount.destination));
  return points
    .map((point, i) => ({ point, mount: edited.mounts?.[i] }))
    .filter(
      ({ point }, i) => point !== '/' && !points.slice(0, i).some((earlier) => isWithin(point, earlier)),
    )
    .map(({ point, mount }) => {
      const source = sources.get(point);
      const file =
        mount !== undefined && isBind(mount) && (source === undefined ? !sources.has(point) : isFile(source));
      return { relative: point.slice(1), kind: file ? 'file' : 'directory' };
    });
}

const normal = (destination: string): string => path.posix.resolve('/', destination);
