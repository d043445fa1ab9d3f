import { deny, type Denial } from './decision.ts';

/** One directory, without `..`. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** Directories that the engine creates as root for one container, and does not remove. */
const maxNames = 4;
/** Units of systemd, which ends their processes with them. */
const systemdUnit = /\.(?:automount|mount|partition|scope|service|slice|socket|swap)$/;
/** Where other programs put their containers or virtual machines. */
const foreignTree = /^(?:garden|kubelet|kubepods|libpod|lxc|machine|podman)(?:[._-]|$)/;

/**
 * Whether a container, or a step of a build, may be put below this cgroup. It is charged there, and shares
 * the limits set there. So a path may not lead into a tree of other programs; a single name is next to
 * existing cgroups. That no processes, including other containers', are directly in the cgroups on the way is
 * checked by the planner at the start (planner/config/cgroup-path.ts). `what` is the option, as named by the
 * user.
 */
export function cgroupParentDenial(parent: string, what: string): Denial | null {
  if (parent === '') return null;
  const names = parent.replace(/^\//, '').split('/');
  const isPlain = names.length <= maxNames && names.every((name) => plainName.test(name));
  const isForeignTree =
    names.length > 1 && (names.some((name) => systemdUnit.test(name)) || foreignTree.test(names[0] ?? ''));
  return isPlain && !isForeignTree ? null : deny('cgroup-parent', `${what} ${parent}`);
}
