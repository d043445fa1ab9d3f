import { readFileSync } from 'node:fs';
import path from 'node:path';
import { refuse } from '../base/refuse.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface CgroupContext {
  /** The container's id. */
  readonly id: string;
  /** Cgroups of the engine itself, one per hierarchy: from /proc/<pid>/cgroup of its runtime. */
  readonly engine: readonly string[];
  /** Whether this engine has a container with this id. */
  isContainer(id: string): boolean;
  /** Whether processes are directly in the cgroup, in any hierarchy. */
  hasProcesses(cgroup: string): boolean;
}

/**
 * Refuses a `cgroupsPath` that is not the container's own: inside another container's cgroup (which would be
 * charged for this one, and whose root could freeze or kill it) or inside the engine's. `--cgroup-parent` may
 * name any other parent; if it has more than one component, no cgroup on the way may contain processes. The
 * gateway has stricter rules for clients; BuildKit's frontends and restart policies do not pass the gateway.
 * The path is in the form of the cgroupfs driver, or `slice:prefix:name` of systemd's.
 */
export function checkCgroupPath(cgroup: string | undefined, context: CgroupContext): void {
  if (cgroup === undefined || cgroup === '') return;
  if (!cgroup.includes('/')) {
    const [slice, , name, more] = cgroup.split(':');
    // systemd's slices are nested by name alone, and no container's scope is a slice.
    if (
      name === undefined ||
      more !== undefined ||
      !/^(?:[A-Za-z0-9_.\\@-]+\.slice)?$/.test(slice ?? '') ||
      name !== context.id
    )
      refuse('planner-refusals.cgroup-name', { cgroup });
    return;
  }
  const components = cgroup.split('/').slice(cgroup.startsWith('/') ? 1 : 0);
  if (components.some((name) => name === '' || name === '.' || name === '..'))
    refuse('planner-refusals.cgroup-leaves', { cgroup });
  if (components.pop() !== context.id) refuse('planner-refusals.cgroup-not-own', { cgroup });
  // `<id>`, or `docker-<id>.scope` where another program names them.
  const other = components.find(
    (name) => context.isContainer(name) || /(?:^|[^0-9a-f])[0-9a-f]{64}(?:[^0-9a-f]|$)/.test(name),
  );
  if (other !== undefined) refuse('planner-refusals.cgroup-of-container', { cgroup, other });
  // A relative path counts from the root, too (create-plan.ts).
  const parent = `/${components.map((name) => `${name}/`).join('')}`;
  const own = context.engine.find((one) => one !== '/' && parent.startsWith(`${one}/`));
  if (own !== undefined) refuse('planner-refusals.cgroup-of-own-engine', { cgroup, other: own });
  const anEngines = components.find((name) => devicesCgroup.test(name));
  if (anEngines !== undefined) refuse('planner-refusals.cgroup-of-engine', { cgroup, other: anEngines });
  const used = longerParents(components).find((parent) => context.hasProcesses(parent));
  if (used !== undefined) refuse('planner-refusals.cgroup-in-use', { cgroup, other: used });
}

/**
 * The devices cgroup of an embedded engine of this machine (supervisor/device-confinement.ts): while a cgroup
 * is below it, it cannot be confined again under cgroup v1.
 */
const devicesCgroup = /^bulkhead-[0-9a-f]{10}$/;

/**
 * The cgroups on the way to a container; none for a path of one component: next to existing cgroups,
 * containers are allowed.
 */
function longerParents(names: readonly string[]): string[] {
  return names.length < 2 ? [] : names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`);
}

/** Whether processes are directly in a cgroup; `hierarchies`: where they are mounted whole. */
export function hasProcesses(cgroup: string, hierarchies: readonly string[]): boolean {
  return hierarchies.some((hierarchy) => {
    try {
      return readFileSync(path.join(hierarchy, cgroup, 'cgroup.procs'), 'utf8') !== '';
    } catch (error) {
      // The file of a threaded cgroup cannot be read.
      return systemCode(error) !== 'ENOENT';
    }
  });
}

/** The cgroups in the text of /proc/<pid>/cgroup. */
export function cgroupsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1] ?? []);
}
