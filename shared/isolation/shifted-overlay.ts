/** Flags of a mount that distinguish an overlay with a container's ids from the engine's own. */
const shiftedFlags = ['nosuid', 'nodev', 'noexec'];

/** A mount, as /proc/self/mountinfo has it. */
export interface MountIdentity {
  /** Device as `major:minor`. */
  readonly device: string;
  readonly type: string;
  /** Options of this mount alone: `rw`, `nosuid`, … */
  readonly flags: readonly string[];
}

/**
 * Whether a mount is a container's overlay with the ids of its range, which `PlanBuilder.attach` mounts for
 * the engine with flags that the engine's own overlays do not have. `device` is that of the container's
 * state: where an earlier version mounted the overlay, it has none of these flags.
 */
export function isShiftedOverlay(mount: MountIdentity, device: string | null): boolean {
  if (mount.type !== 'overlay') return false;
  return (
    shiftedFlags.every((flag) => mount.flags.includes(flag)) || (device !== null && mount.device === device)
  );
}
