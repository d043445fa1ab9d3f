import { spawn } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { mountOf, type Mount } from '../../engine/base/mountinfo.ts';
import { mayHang } from '../../shared/isolation/remote-file-systems.ts';
import { refuse } from '../base/refuse.ts';
import { turns } from '../base/turns.ts';

/** Longest wait for a file system whose server is elsewhere, ms. */
const responseTimeoutMs = 5000;
/** Number of symbolic links in a path that the kernel follows. */
const maxLinks = 40;

/**
 * Prevents the planner, which opens bind sources itself and serves every container, from blocking on a file
 * system that hangs: sources on such file systems are first checked by a child process. One check per source
 * runs at a time, however many containers wait for it.
 */
export class Sources {
  readonly #probes = new Map<string, Promise<void>>();

  /**
   * Resolves when all bind sources of the container in `bundle` respond; rejects with IsolationRefused naming
   * one that does not.
   */
  async checkResponsive(bundle: string, mounts: readonly Mount[]): Promise<void> {
    if (!anyMayHang(mounts)) return;
    const turn = turns();
    for (const source of new Set(bindSources(readSpec(bundle)))) {
      await turn();
      const mount = mayHangAt(source, mounts);
      if (mount === null || (await this.#isResponsive(source))) continue;
      const { type, mountPoint } = mount;
      refuse('planner-refusals.source-unresponsive', { source, type, mountPoint });
    }
  }

  async #isResponsive(source: string): Promise<boolean> {
    let probe = this.#probes.get(source);
    if (probe === undefined) {
      probe = statInChild(source).finally(() => {
        this.#probes.delete(source);
      });
      this.#probes.set(source, probe);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, responseTimeoutMs);
    });
    const isInTime = await Promise.race([probe.then(() => true), late]);
    clearTimeout(timer);
    return isInTime;
  }
}

/** Whether a file system of those `mounts` may hang. */
export function anyMayHang(mounts: readonly Mount[]): boolean {
  return mounts.some(({ type }) => mayHang(type));
}

/**
 * Resolves when stat(1) on `source` has ended, whatever its result. One that hangs is killed, unless it is in
 * uninterruptible sleep.
 */
function statInChild(source: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('stat', ['-L', '--', source], { stdio: 'ignore' });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
    }, 2 * responseTimeoutMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    child.once('exit', done);
    child.once('error', done);
  });
}

/**
 * The first mount on the path of `source`, links followed, whose file system may hang; the path is not
 * accessed beyond it. Null: none, or the path ends before.
 */
export function mayHangAt(source: string, mounts: readonly Mount[]): Mount | null {
  const rest = source.split('/');
  let at = '/';
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '' || name === '.') continue;
    const next = path.join(at, name);
    const mount = mountOf(next, mounts);
    if (mount !== null && mayHang(mount.type)) return mount;
    try {
      if (!lstatSync(next).isSymbolicLink()) {
        at = next;
        continue;
      }
      if (++links > maxLinks) return null;
      const target = readlinkSync(next);
      if (path.isAbsolute(target)) at = '/';
      rest.unshift(...target.split('/'));
    } catch {
      return null;
    }
  }
  return null;
}

/** The bundle's config.json, not validated; throws if it cannot be read. */
export function readSpec(bundle: string): unknown {
  return JSON.parse(readFileSync(path.join(bundle, 'config.json'), 'utf8'));
}

/** Sources of the bind mounts in a config.json that is validated later. */
export function bindSources(spec: unknown): string[] {
  const mounts: unknown = typeof spec === 'object' && spec !== null && 'mounts' in spec ? spec.mounts : null;
  return (Array.isArray(mounts) ? mounts : []).flatMap((mount: unknown) => {
    const source: unknown =
      typeof mount === 'object' && mount !== null && 'source' in mount ? mount.source : null;
    return typeof source === 'string' && path.isAbsolute(source) ? [source] : [];
  });
}
