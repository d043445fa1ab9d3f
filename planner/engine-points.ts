import { statSync } from 'node:fs';
import path from 'node:path';
import type { ContainerState } from './containers.ts';
import type { Mount } from '../engine/base/mountinfo.ts';
import { refuse } from './base/refuse.ts';

// The only mounts of containers in the machine's mount namespace: the points at which dockerd has mounted a
// container's root file system, for cp, export and diff. While the container runs, its own overlay is there,
// and nobody can execute a file or open a device on it.

/**
 * Flags that `PlanBuilder.attach` sets on an overlay with a container's ids; the engine's own overlays have
 * none of them.
 */
const shiftedFlags = ['nosuid', 'nodev', 'noexec'];

/** Whether the container's overlay, with the ids of its range, is mounted at the engine's `point`. */
export function isShiftedPoint(
  point: string,
  state: Pick<ContainerState, 'device'>,
  mounts: readonly Mount[],
): boolean {
  const top = mounts.findLast((mount) => mount.mountPoint === point);
  if (top === undefined || top.type !== 'overlay') return false;
  return (
    shiftedFlags.every((flag) => top.flags.includes(flag)) ||
    (state.device !== null && top.device === state.device)
  );
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
