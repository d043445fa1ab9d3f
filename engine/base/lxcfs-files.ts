import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startLimit } from '../../shared/process/scaled-limit.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { slowness } from './machine-speed.ts';
import { isWithin, type Mount } from './mountinfo.ts';
import type { RootPaths } from './root-paths.ts';

/** The directory of an engine's lxcfs: `shared/files` is its file system. */
export const lxcfsDirectory = (paths: RootPaths): string => path.join(paths.run, 'lxcfs');

/** Where lxcfs serves the emulated files of /proc, while it runs (A10). */
export const procFilesDirectory = (paths: RootPaths): string =>
  path.join(lxcfsDirectory(paths), 'shared/files/proc');

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
