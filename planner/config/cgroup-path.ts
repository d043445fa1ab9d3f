import { refuse } from '../base/refuse.ts';

export interface CgroupContext {
  /** The container's id. */
  readonly id: string;
  /** Cgroups of the engine itself, one a hierarchy: /proc/<pid>/cgroup of its runtime. */
  readonly engine: readonly string[];
  /** Whether a container of this engine has this id. */
  isContainer(id: string): boolean;
}

/**
 * Refuses a `cgroupsPath` that is not the container's own: inside another container's cgroup (it would be
 * charged for this one, and its root could freeze or end this one) or the engine's. `--cgroup-parent` with
 * any other parent is fine. The gateway asks more of clients; BuildKit's frontends and restart policies don't
 * come by it. Path of the cgroupfs driver, or `slice:prefix:name` of systemd's.
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
  const own = context.engine.find((path) => path !== '/' && `${cgroupsPath}/`.startsWith(`${path}/`));
  if (own !== undefined)
    refuse(`${what} is inside the container engine's (${own}); give another --cgroup-parent`);
}

/** The cgroups that the text of /proc/<pid>/cgroup names. */
export function cgroupsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1] ?? []);
}
