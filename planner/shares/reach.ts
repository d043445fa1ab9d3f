import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import path from 'node:path';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import { startTimeLimit } from '../../engine/base/time-limits.ts';
import { O_PATH } from '../../shared/process/open-flags.ts';
import { startLimit, type RunningLimit } from '../../shared/process/scaled-limit.ts';
import type { FileIdentity } from '../base/plan.ts';
import { refuse } from '../base/refuse.ts';
import { started } from '../base/started.ts';

/** A bind source, resolved, and the object that will be mounted. */
export interface SourceObject {
  readonly source: string;
  readonly identity: FileIdentity;
}

/** Which of the checked directories the sharing user of one container can access. */
export interface Reach {
  /**
   * Refuses an object that the sharing user could not access without a container (A8): the engine opens it as
   * root, regardless of the permissions of its parent directories. A source that was not checked is refused,
   * too.
   */
  refuseUnreachable(object: SourceObject, user: SharingUser): void;
}

/** No checks: for a container that shares nothing, or whose sharing user is root. */
export const nothingChecked: Reach = { refuseUnreachable: refuseUnchecked };

export interface ReachOptions {
  /**
   * Timeout of a check, ms, including its wait for the user's earlier ones; default `accessCheck`, longer on
   * a slow machine.
   */
  readonly limitMs?: number;
  /** Directories in which the programs are looked up. */
  readonly searchPath?: string;
}

/** Timeout of a query of the user database, which may be on another machine, ms. */
const groupsMs = 5000;
/** How long its result is cached, ms. */
const groupsCacheMs = 3000;

/** `late`: no result in time, or none at all. */
interface ProbeResult {
  readonly identities: ReadonlyMap<string, string>;
  readonly late: boolean;
}

/**
 * Bytes of paths that one process gets as arguments; the kernel allows 2 MiB of arguments if the stack limit
 * is 8 MiB.
 */
const batchBytes = 256 * 1024;

/**
 * Lets the kernel decide which directories users can access: a child of root with the user's effective ids
 * stats all directories of one request, without blocking the planner. One check at a time per user: a user
 * with many requests, or with file systems that hang, delays nobody else. Repeated at every start, since
 * owners, modes and groups change.
 */
export class Reachability {
  readonly #startLimit: () => RunningLimit;
  readonly #searchPath: string;
  readonly #turns = new Map<number, Promise<unknown>>();
  readonly #groupsCache = new Map<number, { readonly groups: Promise<string>; readonly until: number }>();

  constructor({ limitMs, searchPath = '/usr/bin:/bin' }: ReachOptions = {}) {
    this.#startLimit = () =>
      limitMs === undefined ? startTimeLimit('accessCheck') : startLimit(limitMs, () => Promise.resolve(1));
    this.#searchPath = searchPath;
  }

  /**
   * Whether `user` (not root) can search the directories, which are resolved and distinct. Never rejects:
   * without a result the source is refused later.
   */
  async check(user: SharingUser, directories: readonly string[]): Promise<Reach> {
    const limit = this.#startLimit();
    try {
      return await this.#checkWithin(limit.signal, user, directories);
    } finally {
      limit.end();
    }
  }

  async #checkWithin(limit: AbortSignal, user: SharingUser, directories: readonly string[]): Promise<Reach> {
    const { identities, late } = await this.#inTurn(user.uid, () => this.#probe(user, directories, limit));
    const first = directories.find((directory) => !identities.has(directory));
    // Only to name the inaccessible directory in the refusal.
    const above = first === undefined || late ? [] : ancestors(first);
    const open =
      above.length === 0 ? null : await this.#inTurn(user.uid, () => this.#probe(user, above, limit));
    const checked = new Set(directories);
    const closed = above.find((directory) => open?.identities.has(directory) === false);
    return {
      refuseUnreachable: (object, sharing) => {
        const { source } = object;
        const directory = path.dirname(source);
        if (sharing.uid !== user.uid || sharing.gid !== user.gid) refuseUnchecked(object, sharing);
        const identity = identities.get(directory);
        if (identity !== undefined) {
          const entry = entryOf(directory, identity, path.basename(source));
          if (entry !== null && isSame(entry, object.identity)) return;
          if (entry !== null) refuse('planner-refusals.source-replaced', { source });
        }
        if (identity === undefined && late) refuseLate(user, directory);
        if (identity === undefined && !checked.has(directory)) refuseUnchecked(object, user);
        const where = directory === first ? (closed ?? directory) : directory;
        refuse('planner-refusals.no-access', { source, uid: user.uid, directory: where });
      },
    };
  }

  #inTurn<T>(uid: number, probe: () => Promise<T>): Promise<T> {
    const done = (this.#turns.get(uid) ?? Promise.resolve()).then(probe);
    this.#turns.set(uid, done);
    void done.finally(() => {
      if (this.#turns.get(uid) === done) this.#turns.delete(uid);
    });
    return done;
  }

  async #probe(user: SharingUser, directories: readonly string[], limit: AbortSignal): Promise<ProbeResult> {
    const identities = new Map<string, string>();
    const groups = await this.#groups(user);
    for (const batch of batches(directories)) {
      // Its real uid stays root's: the user must not be able to trace it and forge its output. They can
      // stop it, so the timeout sends SIGKILL.
      const asUser = [`--euid=${user.uid}`, `--egid=${user.gid}`, groups, '--'];
      // The last component tests search permission on the directory itself.
      const stat = [
        'stat',
        '-L',
        '--printf=%d:%i %n\\0',
        '--',
        ...batch.map((directory) => `${directory}/.`),
      ];
      const output = await this.#run('setpriv', [...asUser, ...stat], limit);
      if (output === null) return { identities, late: true };
      for (const [, identity = '', directory = ''] of output.matchAll(/(\d+:\d+) ([^\0]*)\/\.\0/g)) {
        identities.set(directory, identity);
      }
    }
    return { identities, late: false };
  }

  /**
   * The user's supplementary groups, for setpriv; none without an entry in the user database, or if that does
   * not respond. Cached for a moment: otherwise each start would wait for a database that does not respond.
   */
  #groups({ uid }: SharingUser): Promise<string> {
    const now = performance.now();
    for (const [other, { until }] of this.#groupsCache) if (until < now) this.#groupsCache.delete(other);
    const known = this.#groupsCache.get(uid);
    if (known !== undefined) return known.groups;
    const groups = this.#run('id', ['-G', '--', String(uid)], AbortSignal.timeout(groupsMs)).then(
      (output) => {
        const ids = output?.trim() ?? '';
        return /^\d+(?: \d+)*$/.test(ids) ? `--groups=${ids.replaceAll(' ', ',')}` : '--clear-groups';
      },
    );
    this.#groupsCache.set(uid, { groups, until: Infinity });
    void groups.then(() => {
      this.#groupsCache.set(uid, { groups, until: performance.now() + groupsCacheMs });
    });
    return groups;
  }

  /** The program's output, whatever its exit code; null: it was killed, or could not be started. */
  async #run(program: string, args: readonly string[], limit: AbortSignal): Promise<string | null> {
    if (limit.aborted) return null;
    const env = { PATH: this.#searchPath, LC_ALL: 'C' };
    const child = await started(() =>
      spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'ignore'] }),
    ).catch(() => null);
    if (child === null) return null;
    return new Promise((resolve) => {
      let output = '';
      // Stop waiting, even if the process cannot exit (uninterruptible sleep).
      const onLate = () => {
        child.kill('SIGKILL');
        child.stdout.destroy();
        resolve(null);
      };
      limit.addEventListener('abort', onLate, { once: true });
      if (limit.aborted) onLate();
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      child.once('close', (code) => {
        limit.removeEventListener('abort', onLate);
        resolve(code === null ? null : output);
      });
    });
  }
}

function refuseUnchecked({ source }: SourceObject, { uid }: SharingUser): never {
  refuse('planner-refusals.access-not-checked', { uid, source });
}

function refuseLate({ uid }: SharingUser, directory: string): never {
  refuse('planner-refusals.access-check-late', { uid, directory });
}

/** From the root down; `directory` itself last. */
function ancestors(directory: string): string[] {
  const above = [directory];
  for (let at = directory; at !== '/'; at = path.dirname(at)) above.unshift(path.dirname(at));
  return above;
}

function* batches(directories: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const directory of directories) {
    const size = Buffer.byteLength(directory) + 16;
    if (bytes + size > batchBytes && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(directory);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/**
 * What is called `name` in the directory at the path `directory`; null: the path does not lead to the
 * directory `identity` any more, or nothing is there. Looked up from the opened directory: whoever may rename
 * its parents could exchange it between two look-ups by path, and have an object of another one mounted.
 */
function entryOf(directory: string, identity: string, name: string): FileIdentity | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(directory, O_PATH | constants.O_DIRECTORY);
    const opened = fstatSync(descriptor, { bigint: true });
    if (`${opened.dev}:${opened.ino}` !== identity) return null;
    const { dev, ino } = lstatSync(`/proc/self/fd/${descriptor}/${name}`, { bigint: true });
    return { device: dev, inode: ino };
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

const isSame = (a: FileIdentity, b: FileIdentity): boolean => a.device === b.device && a.inode === b.inode;
