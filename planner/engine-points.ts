import { statSync } from 'node:fs';
import path from 'node:path';
import type { Mount } from '../engine/base/mountinfo.ts';
import { isShiftedOverlay } from '../shared/isolation/shifted-overlay.ts';
import type { ContainerState } from './containers.ts';
import { refuse } from './base/refuse.ts';

// The only mounts of containers in the machine's mount namespace: the points at which dockerd has mounted a
// container's root file system, for cp, export and diff. While the container runs, its own overlay is there,
// and nobody can execute a file or open a device on it.

/** Whether the container's overlay, with the ids of its range, is mounted at the engine's `point`. */
export function isShiftedPoint(
  point: string,
  state: Pick<ContainerState, 'device'>,
  mounts: readonly Mount[],
): boolean {
  const top = mounts.findLast((mount) => mount.mountPoint === point);
  return top !== undefined && isShiftedOverlay(top, state.device);
}

/**
 * Refuses a container whose root file system the engine has mounted where users other than root could reach
 * it: each such point must be below a directory of root's that nobody else may search. By default, dockerd
 * and containerd ensure that.
 */
export function refuseOpenPoints(points: readonly string[]): void {
  const open = points.find((point) => !ancestors(point).some(isClosedToOthers));
  if (open !== undefined) refuse('planner-refusals.open-to-others', { directory: open });
}

function ancestors(file: string): string[] {
  const above = path.dirname(file);
  return above === file ? [] : [above, ...ancestors(above)];
}

function isClosedToOthers(directory: string): boolean {
  const { uid, gid, mode } = statSync(directory);
  return uid === 0 && (mode & 0o001) === 0 && (gid === 0 || (mode & 0o010) === 0);
}
