import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startLimit } from '../../shared/process/scaled-limit.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { slowness } from '../../engine/base/machine-speed.ts';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import { isWithin, type Mount } from '../../engine/base/mountinfo.ts';
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
 * The emulated files that lxcfs serves below a directory. A FUSE server can block its readers, so they are
 * read off the main thread, with a time limit.
 */
export class ProcFiles {
  readonly directory: string;
  #pendingRead: Promise<boolean> | null = null;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Whether anything is mounted there, as lxcfs does. */
  areMounted(mounts: readonly Mount[]): boolean {
    return mounts.some(
      (mount) =>
        mount.mountPoint !== '/' &&
        /^fuse(?:\.|$)/.test(mount.type) &&
        isWithin(this.directory, mount.mountPoint),
    );
  }

  /**
   * Whether lxcfs runs and responds within `usualMs`, on a slow machine later. Never rejects; callers share
   * one read, so at most one thread is blocked.
   */
  async probe(usualMs: number = usualLimits.lxcfsResponseAtStart): Promise<'yes' | 'no' | 'late'> {
    const pendingRead = (this.#pendingRead ??= readFile(path.join(this.directory, 'uptime'))
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.#pendingRead = null;
      }));
    const limit = startLimit(usualMs, slowness);
    const late = new Promise<'late'>((resolve) => {
      limit.signal.addEventListener('abort', () => {
        resolve('late');
      });
    });
    const outcome = await Promise.race([
      pendingRead.then((yes) => (yes ? ('yes' as const) : ('no' as const))),
      late,
    ]);
    limit.end();
    return outcome;
  }
}

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
