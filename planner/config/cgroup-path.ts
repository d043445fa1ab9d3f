import { readFileSync } from 'node:fs';
import path from 'node:path';
import { refuse } from '../base/refuse.ts';

export interface CgroupContext {
  /** The container's id. */
  readonly id: string;
  /** Cgroups of the engine itself, one a hierarchy: /proc/<pid>/cgroup of its runtime. */
  readonly engine: readonly string[];
  /** Whether a container of this engine has this id. */
  isContainer(id: string): boolean;
  /** Whether processes run in the cgroup itself, in any hierarchy. */
  hasProcesses(cgroup: string): boolean;
}

/**
 * Refuses a `cgroupsPath` that is not the container's own: inside another container's cgroup (it would be
 * charged for this one, and its root could freeze or end this one) or the engine's. `--cgroup-parent` with
 * any other parent is fine; one of more than a name where no processes are on the way. The gateway asks more
 * of clients; BuildKit's frontends and restart policies don't come by it. Path of the cgroupfs driver, or
 * `slice:prefix:name` of systemd's.
 */
export function checkCgroupPath(cgroupsPath: string | undefined, context: CgroupContext): void {
  if (cgroupsPath === undefined || cgroupsPath === '') return;
  const what = `the cgroup ${cgroupsPath}`;
  if (!cgroupsPath.includes('/')) {
    const [slice, , name, more] = cgroupsPath.split(':');
    // systemd's slices nest by name alone, and no container's scope is one.
    if (
      name === undefined ||
      more !== undefined ||
      !/^(?:[A-Za-z0-9_.\\@-]+\.slice)?$/.test(slice ?? '') ||
      name !== context.id
    )
      refuse(`${what} is none a container may have; leave --cgroup-parent out`);
    return;
  }
  const components = cgroupsPath.split('/').slice(cgroupsPath.startsWith('/') ? 1 : 0);
  if (components.some((name) => name === '' || name === '.' || name === '..'))
    refuse(`${what} leads out of its parent; give --cgroup-parent as a plain path`);
  if (components.pop() !== context.id)
    refuse(`${what} is not the container's own; leave --cgroup-parent out`);
  // `<id>`, or `docker-<id>.scope` where another program names them.
  const other = components.find(
    (name) => context.isContainer(name) || /(?:^|[^0-9a-f])[0-9a-f]{64}(?:[^0-9a-f]|$)/.test(name),
  );
  if (other !== undefined)
    refuse(`${what} is inside another container's (${other}); give another --cgroup-parent`);
  const own = context.engine.find((one) => one !== '/' && `${cgroupsPath}/`.startsWith(`${one}/`));
  if (own !== undefined)
    refuse(`${what} is inside the container engine's (${own}); give another --cgroup-parent`);
  const used = longerParents(components).find((parent) => context.hasProcesses(parent));
  if (used !== undefined)
    refuse(`${what} is inside one in which processes run (${used}); give another --cgroup-parent`);
}

/** The cgroups on the way to a container; none for a single name: beside what is there, containers may be. */
function longerParents(names: readonly string[]): string[] {
  return names.length < 2 ? [] : names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`);
}

/** Whether processes run in a cgroup itself; `hierarchies`: where all of them are mounted. */
export function hasProcesses(cgroup: string, hierarchies: readonly string[]): boolean {
  return hierarchies.some((hierarchy) => {
    try {
      return readFileSync(path.join(hierarchy, cgroup, 'cgroup.procs'), 'utf8') !== '';
    } catch (error) {
      // Of a threaded one the file can't be read.
      return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    }
  });
}

/** The cgroups that the text of /proc/<pid>/cgroup names. */
export function cgroupsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1] ?? []);
}
