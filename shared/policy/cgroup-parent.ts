import { deny, type Denial } from './decision.ts';

/** One directory, with no way up. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** Directories that the engine makes as root for one container, and leaves behind. */
const maxNames = 4;
/** Units of systemd, which ends what is in them with them. */
const systemdUnit = /\.(?:automount|mount|partition|scope|service|slice|socket|swap)$/;
/** Where others that run containers or virtual machines put theirs. */
const othersTree = /^(?:garden|kubelet|kubepods|libpod|lxc|machine|podman)(?:[._-]|$)/;

/**
 * May a container, or a step of a build, be put below this cgroup? It is charged there, and shares the limits
 * set there. So a path may not lead into a tree of other programs; below a single name it is beside what is
 * there. That nobody's processes are in the cgroups on the way, other containers' included, the planner sees
 * when it starts (planner/config/cgroup-path.ts). `what` is the option, as the user would name it.
 */
export function cgroupParentDenial(parent: string, what: string): Denial | null {
  if (parent === '') return null;
  const names = parent.replace(/^\//, '').split('/');
  const isPlain = names.length <= maxNames && names.every((name) => plainName.test(name));
  const isOthers =
    names.length > 1 && (names.some((name) => systemdUnit.test(name)) || othersTree.test(names[0] ?? ''));
  return isPlain && !isOthers ? null : deny('cgroup-parent', `${what} ${parent}`);
}
