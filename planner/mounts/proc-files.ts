import path from 'node:path';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import type { PlanBuilder } from '../base/plan.ts';

/** Files of /proc that lxcfs emulates from the container's cgroups and its first process (A10). */
export const procFileNames = [
  'cpuinfo',
  'diskstats',
  'loadavg',
  'meminfo',
  'stat',
  'swaps',
  'uptime',
] as const;

/**
 * Which of the files a container gets: those it does not mount or mask itself. None
 * - where the engine masks nothing of /proc (`--privileged`, `systempaths=unconfined`): files mounted there
 *   would keep the container's own
 *   user namespaces from mounting a /proc, as a stock engine's privileged container can;
 * - in another container's pid namespace: lxcfs would show the values of that one.
 */
export function emulatedProcFiles(spec: OciSpec): string[] {
  const masked = spec.linux.maskedPaths ?? [];
  const own = (spec.mounts ?? []).map((mount) => path.normalize(mount.destination).replace(/(?<=.)\/$/, ''));
  if (
    masked.length === 0 ||
    spec.linux.namespaces.some(
      ({ type, path: joined }) => type === 'pid' && joined !== undefined && joined !== '',
    )
  )
    return [];
  if (
    (spec.mounts ?? []).filter((_, i) => own[i] === '/proc').some(({ type }) => type !== 'proc') ||
    !own.includes('/proc')
  )
    return [];
  const covered = [...own, ...masked];
  return procFileNames.filter((name) => !covered.includes(`/proc/${name}`));
}

/** Plans the emulated files, read-only, and returns the mounts that put them into the container. */
export function planProcFiles(spec: OciSpec, plan: PlanBuilder, directory: string): OciMount[] {
  return emulatedProcFiles(spec).map((name) => ({
    destination: `/proc/${name}`,
    type: 'bind',
    source: plan.place(plan.tree(path.join(directory, name), { readOnly: 'top' })),
    options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'],
  }));
}
