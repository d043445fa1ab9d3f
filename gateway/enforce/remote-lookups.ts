import { execFile } from 'node:child_process';
import pLimit, { type LimitFunction } from 'p-limit';
import { message, type Message } from '../../shared/messages/message.ts';
import type { RemoteMount } from '../base/mount-table.ts';

/** What lstat(2), and readlink(2) for a link, report about a file. */
export type FileInfo =
  | { readonly kind: 'link'; readonly uid: bigint; readonly target: string }
  | {
      readonly kind: 'other';
      /** Device and inode. */
      readonly identity: string;
      readonly uid: bigint;
      readonly mode: bigint;
      readonly characterDevice: bigint | null;
    };
export type FileLookup =
  | FileInfo
  /** The code of a system error. */
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'problem'; readonly problem: Message };

/** Longest wait for a file system, and for a turn besides, ms. */
const responseTimeoutMs = 5000;
/** Children at once: of one user, and of all users but root. */
const maxOfUser = 4;
const maxOfAll = 64;
/** The account of root, and of look-ups that are made for no client. */
export const rootAccount = 'root';

const fileType = 0o170000n;
export const isLinkMode = (mode: bigint): boolean => (mode & fileType) === 0o120000n;
export const isSocketMode = (mode: bigint): boolean => (mode & fileType) === 0o140000n;
export const isDirectoryMode = (mode: bigint): boolean => (mode & fileType) === 0o040000n;

interface RunningLookup {
  readonly result: Promise<FileLookup>;
  /** Resolves with the end of the child, which may never be. */
  readonly ended: Promise<void>;
  readonly mountPoint: string;
  isLate: boolean;
}

/**
 * Looks up files on file systems that may hang, each in a child process: a thread of this process that waits
 * for such a file system would be lost, and there are four of them for everybody. A child in uninterruptible
 * sleep survives SIGKILL, and counts until it has ended.
 */
export class RemoteLookups {
  readonly #run: typeof runProgram;
  readonly #timeoutMs: number;
  readonly #running = new Map<string, RunningLookup>();
  readonly #turns = new Map<string, LimitFunction>();
  #count = 0;

  constructor({ run = runProgram, timeoutMs = responseTimeoutMs } = {}) {
    this.#run = run;
    this.#timeoutMs = timeoutMs;
  }

  /** `account`: who is charged. One look-up of a file runs at a time, however many requests wait for it. */
  async lookUp(file: string, mount: RemoteMount, account: string): Promise<FileLookup> {
    const running = this.#running.get(file);
    if (running?.isLate === false) return running.result;
    if (this.#isLate(mount)) return unresponsive(mount);
    let hasGivenUp = false;
    const turns = this.#turnsOf(account);
    const { promise, resolve } = pendingLookup();
    const timer = setTimeout(() => {
      hasGivenUp = true;
      resolve(tooMany);
    }, this.#timeoutMs);
    void turns(async () => {
      clearTimeout(timer);
      if (hasGivenUp) return;
      const begun = this.#begin(file, mount, account);
      if (begun === null) {
        resolve(tooMany);
        return;
      }
      void begun.result.then(resolve);
      await begun.ended;
    }).then(() => {
      if (turns.activeCount + turns.pendingCount === 0) this.#turns.delete(account);
    });
    return promise;
  }

  #turnsOf(account: string): LimitFunction {
    let turns = this.#turns.get(account);
    if (turns === undefined) this.#turns.set(account, (turns = pLimit(maxOfUser)));
    return turns;
  }

  #isLate(mount: RemoteMount): boolean {
    for (const { isLate, mountPoint } of this.#running.values())
      if (isLate && mountPoint === mount.mountPoint) return true;
    return false;
  }

  /** Null: there are too many. */
  #begin(file: string, mount: RemoteMount, account: string): RunningLookup | null {
    const same = this.#running.get(file);
    if (same !== undefined && !same.isLate) return same;
    if (this.#isLate(mount)) {
      const result = Promise.resolve(unresponsive(mount));
      return { result, ended: Promise.resolve(), mountPoint: mount.mountPoint, isLate: true };
    }
    if (account !== rootAccount && this.#count >= maxOfAll) return null;
    this.#count++;
    const { promise, resolve } = pendingLookup();
    const abort = new AbortController();
    const ended = this.#lookUp(file, abort.signal).then((found) => {
      clearTimeout(timer);
      this.#running.delete(file);
      this.#count--;
      resolve(found);
    });
    const running: RunningLookup = { result: promise, ended, mountPoint: mount.mountPoint, isLate: false };
    const timer = setTimeout(() => {
      running.isLate = true;
      abort.abort();
      resolve(unresponsive(mount));
    }, this.#timeoutMs);
    this.#running.set(file, running);
    return running;
  }

  async #lookUp(file: string, signal: AbortSignal): Promise<FileLookup> {
    const found = await this.#run('stat', ['--printf=%f %d %i %u', '--', file], signal);
    if ('error' in found) return { kind: 'error', code: found.error };
    const [, mode = '', device = '', inode = '', owner = ''] =
      /^([0-9a-f]+) (\d+) (\d+) (\d+)$/.exec(found.output) ?? [];
    if (owner === '') return { kind: 'error', code: 'EIO' };
    const [bits, uid] = [BigInt(`0x${mode}`), BigInt(owner)];
    if (!isLinkMode(bits))
      return {
        kind: 'other',
        identity: `${device}:${inode}`,
        uid,
        mode: bits,
        // Those that count are in /dev.
        characterDevice: null,
      };
    const link = await this.#run('readlink', ['-n', '--', file], signal);
    // readlink(1) tells no reason.
    return 'error' in link ? { kind: 'error', code: 'EINVAL' } : { kind: 'link', uid, target: link.output };
  }
}

/** A look-up and what resolves it, once. */
function pendingLookup(): {
  readonly promise: Promise<FileLookup>;
  readonly resolve: (found: FileLookup) => void;
} {
  let resolve: (found: FileLookup) => void = () => undefined;
  const promise = new Promise<FileLookup>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const unresponsive = ({ mountPoint, type }: RemoteMount): FileLookup => ({
  kind: 'problem',
  problem: message('gateway.file-system-unresponsive', { mountPoint, type }),
});
const tooMany: FileLookup = { kind: 'problem', problem: message('gateway.too-many-remote-lookups') };

const errorCodes: ReadonlyMap<string, string> = new Map([
  ['No such file or directory', 'ENOENT'],
  ['Permission denied', 'EACCES'],
  ['Not a directory', 'ENOTDIR'],
  ['File name too long', 'ENAMETOOLONG'],
]);

/** Resolves when the program has ended, killed once `signal` is aborted. */
function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly output: string } | { readonly error: string }> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ error: 'ETIMEDOUT' });
      return;
    }
    const child = execFile(
      program,
      args,
      { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, maxBuffer: 16 * 1024 },
      (error, stdout, stderr) => {
        const text = stderr.trim();
        resolve(
          error === null
            ? { output: stdout }
            : { error: errorCodes.get(text.slice(text.lastIndexOf(': ') + 2)) ?? 'EIO' },
        );
      },
    );
    signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  });
}
