import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { engineDiskId } from '../../shared/isolation/disk-ids.ts';
import type { FileLocks } from '../base/file-locks.ts';
import { ResponseReplacedError } from '../http/exchange.ts';
import { ContainerMutex } from './container-mutex.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { setLinkFollowing } from './link-following.ts';
import { isInShiftedOverlay } from './open-mount.ts';
import { lockDirectory, restoreDirectory, withDirectory } from './root-directory.ts';
import { runStateOf } from './runtime-state.ts';
import { UserLookups, type GetExecState } from './user-lookups.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** How often a copy looks whether another gateway's has ended, ms: first, and at last. */
const [firstPollMs, lastPollMs] = [20, 200];
/** How often directories of other gateways that have ended meanwhile are looked for, ms. */
const leftoversPollMs = 5000;

/** Suffix of the name of a record while it is written. */
const unfinished = '.new';

const recordSchema = z.object({
  id: z.string(),
  upper: z.string(),
  uid: z.int(),
  gid: z.int(),
  mode: z.int(),
  /** Owned by an id outside of the container's range: nobody in it can write there anyway. */
  isNobodys: z.boolean().default(false),
});
/** A container's own root directory as it was on disk. */
type RootRecord = z.infer<typeof recordSchema>;

/** The engine's mount of the overlay of a container that is up. */
interface MountedRoot {
  readonly merged: string;
  /** The first id of the container's range. */
  readonly base: number;
  /** See RunState. */
  readonly device: string | null;
}

/**
 * Prevents renames of entries of a container's root directory, by the container and whoever has that
 * directory open, while the engine changes its own root to it (A5). For a copy or an export dockerd creates
 * a directory there, moves the machine's root to it with pivot_root(2) and unmounts it by name: with a link
 * or another mount in its place the machine's root would stay reachable, and the engine would read and write
 * there as root. Meanwhile the directory belongs to the machine's root, whom no container maps, and nobody
 * else may write there.
 *
 * The engine's mount of a running container follows symbolic links in the meantime only (`UserLookups`).
 *
 * The original owner and mode are recorded in `directory` first; `restoreAll` restores them after a gateway
 * that was killed. `root` is the engine's. `locks` extends all this to other gateways of the same engine: one
 * that was replaced serves its open connections beside its successor.
 */
export class RootGuard {
  readonly #directory: string;
  readonly #root: string;
  readonly #locks: FileLocks;
  readonly #log: (line: string) => void;
  readonly #isPredecessorRunning: () => boolean;
  readonly #lookups: UserLookups;
  readonly #copies = new ContainerMutex();
  /** Containers whose directory cannot be restored: that is reported, and not tried again. */
  readonly #unrestored = new Set<string>();

  constructor({
    directory,
    root,
    locks,
    log,
    getExecState,
    isPredecessorRunning = () => false,
  }: {
    readonly directory: string;
    readonly root: string;
    readonly locks: FileLocks;
    readonly log: (line: string) => void;
    readonly getExecState: GetExecState;
    /** See GatewayOptions. */
    readonly isPredecessorRunning?: (() => boolean) | undefined;
  }) {
    this.#directory = directory;
    this.#root = root;
    this.#locks = locks;
    this.#log = log;
    this.#isPredecessorRunning = isPredecessorRunning;
    this.#lookups = new UserLookups(getExecState, locks, log);
  }

  /** See UserLookups.beforeExec. */
  beforeExec(id: string, exec: string, clientGone?: AbortSignal): Promise<() => void> {
    return this.#lookups.beforeExec(id, exec, clientGone);
  }

  /**
   * Serializes the copies of a container, each until the engine is done with it. The engine does so anyway;
   * but a copy that waits in the engine would keep the container's root directory locked for as long as the
   * other one's client likes. See ContainerMutex.acquire.
   */
  async acquireCopyLock(id: string, clientGone?: AbortSignal): Promise<() => void> {
    const release = await this.#copies.acquire(id, clientGone);
    try {
      for (
        let ms = firstPollMs;
        !this.#locks.tryLock('copy', id, 'write');
        ms = Math.min(2 * ms, lastPollMs)
      ) {
        if (this.#locks.isClosed) throw new Error('the gateway is ending');
        await delay(ms, undefined, clientGone === undefined ? {} : { signal: clientGone });
      }
    } catch (error) {
      release();
      throw error;
    }
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#locks.unlock('copy', id);
      release();
    };
  }

  /**
   * Locks the root directory of container `id`, whose topmost layer is `upper`; no other copy does so
   * meanwhile. Resolves with the function that unlocks it (idempotent). Throws ResponseReplacedError where
   * the container is just being started.
   */
  async lock(id: string, upper: string): Promise<() => Promise<void>> {
    const endBeginning = await this.#lookups.beforeCopy(id);
    let record: RootRecord;
    try {
      // A gateway that was killed had the directory locked: the engine may still begin its copy.
      const leftover = this.#leftover(id);
      record = leftover?.upper === upper ? leftover : await this.#recordOf(id, upper);
      this.#unrestored.delete(id);
      await this.#lockRecorded(record);
    } catch (error) {
      endBeginning();
      throw error;
    }
    let isReleased = false;
    return async () => {
      if (isReleased) return;
      isReleased = true;
      await this.#restore(record, true);
      endBeginning();
    };
  }

  async #recordOf(id: string, upper: string): Promise<RootRecord> {
    const { uid, gid, mode } = await stat(upper);
    // Left locked by a gateway that was killed before it wrote a record: a root directory is root's.
    const isLeftover = uid === engineDiskId;
    const isNobodys = uid >= rangeSize && !isLeftover;
    return {
      id,
      upper,
      uid: isLeftover ? 0 : uid,
      gid: isLeftover ? 0 : gid,
      mode: mode & 0o7777,
      isNobodys,
    };
  }

  async #lockRecorded(record: RootRecord): Promise<void> {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      const file = this.#fileOf(record.id);
      writeFileSync(`${file}${unfinished}`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${file}${unfinished}`, file);
      await this.#lockDirectory(record);
    } catch (error) {
      await this.#restore(record, true);
      throw error;
    }
  }

  /**
   * Restores the directories that gateways that were killed had locked. While there are other gateways, or
   * a directory is in use, this is repeated after `pollMs`, until the locks are closed: they may be killed
   * later. It is postponed while a predecessor without locks runs: the program of before an upgrade may have
   * none, and directories that it has locked look like those of one that was killed.
   */
  async restoreAll(pollMs = leftoversPollMs): Promise<void> {
    if (this.#locks.isClosed) return;
    const hasOthers = this.#locks.hasOthers();
    const isPostponed = !hasOthers && this.#isPredecessorRunning();
    let mayBeMore = hasOthers || isPostponed;
    for (const id of isPostponed ? [] : recordedIn(this.#directory)) {
      if (this.#unrestored.has(id)) continue;
      const end = this.#lookups.tryBeforeCopy(id);
      mayBeMore ||= end === null;
      if (end === null) continue;
      try {
        await this.#restoreLeftover(id);
      } finally {
        end();
      }
    }
    if (!mayBeMore) return;
    setTimeout(() => {
      this.restoreAll(pollMs).catch((error: unknown) => {
        this.#log(`directories of gateways that were killed are not given back: ${String(error)}`);
      });
    }, pollMs).unref();
  }

  async #restoreLeftover(id: string): Promise<void> {
    rmSync(`${this.#fileOf(id)}${unfinished}`, { force: true });
    const record = this.#leftover(id);
    if (record !== null) await this.#restore(record, false);
    else if (existsSync(this.#fileOf(id)))
      this.#log(
        `the root directory of a container cannot be given back: ${this.#fileOf(id)} ` +
          'is not to be read; look who owns / in it',
      );
    if (existsSync(this.#fileOf(id))) this.#unrestored.add(id);
  }

  /**
   * The record of a container; null without a usable one. To its beginning copy it is that of a gateway that
   * was killed.
   */
  #leftover(id: string): RootRecord | null {
    const parsed = recordSchema.safeParse(parse(this.#fileOf(id)));
    return parsed.success && parsed.data.id === id ? parsed.data : null;
  }

  async #lockDirectory(record: RootRecord): Promise<void> {
    const mounted = await this.#mounted(record.id);
    if (mounted !== null) {
      lockMounted(mounted, record);
      return;
    }
    if (record.isNobodys) return;
    withDirectory(record.upper, (descriptor) => {
      lockDirectory(descriptor, engineDiskId, record.mode);
    });
    const state = await runStateOf(this.#root, record.id);
    // Without an overlay the container has that very directory.
    if (state === null || state.overlay === null) return;
    // A start reads the owner from disk; one in progress may have read it before the lock.
    throw startingOrEnding(record.id);
  }

  /** Restores a locked root directory; see `restoreDirectory` for `wasJustLocked`. */
  async #restore(record: RootRecord, wasJustLocked: boolean): Promise<void> {
    try {
      // Twice where the container was started or ended in between: then the other path is the effective one.
      for (const again of [true, false]) {
        const mounted = await this.#mounted(record.id);
        if (mounted !== null) restoreMounted(mounted, record, wasJustLocked);
        if (!record.isNobodys)
          withDirectory(record.upper, (descriptor) => {
            restoreDirectory(descriptor, engineDiskId, record, wasJustLocked);
          });
        if (again && ((await this.#mounted(record.id)) === null) === (mounted === null)) break;
      }
      rmSync(this.#fileOf(record.id), { force: true });
    } catch (error) {
      if (isMissing(error)) rmSync(this.#fileOf(record.id), { force: true });
      else
        this.#log(
          `the root directory of container ${record.id} cannot be given back: ` +
            `${error instanceof Error ? error.message : String(error)}`,
        );
    }
  }

  /** The engine's mount of a container's overlay with the ids of its range; null while it is not up. */
  async #mounted(id: string): Promise<MountedRoot | null> {
    const state = await runStateOf(this.#root, id);
    const [merged] = state?.enginePoints ?? [];
    if (state === null || state.overlay === null || merged === undefined) return null;
    const { base, device } = state;
    try {
      // Before that is mounted there, and after it was, there is the engine's own overlay, or nothing.
      return withDirectory(merged, (descriptor) => isInShiftedOverlay(descriptor, device))
        ? { merged, base, device }
        : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  #fileOf(id: string): string {
    return path.join(this.#directory, `${id}.json`);
  }
}

const startingOrEnding = (id: string): ResponseReplacedError =>
  new ResponseReplacedError(
    409,
    `bulkhead gateway: container ${id.slice(0, 12)} is being started or ended, ` +
      'so nothing was copied; try again',
  );

/**
 * Locks the directory in the engine's mount of a running container, where the machine's root has its own id.
 * Throws ResponseReplacedError where the container has ended since.
 */
function lockMounted({ merged, device }: MountedRoot, { id, mode, isNobodys }: RootRecord): void {
  withDirectory(merged, (descriptor) => {
    if (!isInShiftedOverlay(descriptor, device)) throw startingOrEnding(id);
    if (!isNobodys) lockDirectory(descriptor, 0, mode);
  });
  setLinkFollowing(merged, true);
}

/**
 * Restores the directory in the engine's mount of a running container. The engine removes the mount point of
 * a container that ends: its directory on disk is the effective one then.
 */
function restoreMounted(
  { merged, base, device }: MountedRoot,
  { isNobodys, uid, gid, mode }: RootRecord,
  wasJustLocked: boolean,
): void {
  try {
    setLinkFollowing(merged, false);
    if (isNobodys) return;
    withDirectory(merged, (descriptor) => {
      if (isInShiftedOverlay(descriptor, device))
        restoreDirectory(descriptor, 0, { uid: uid + base, gid: gid + base, mode }, wasJustLocked);
    });
  } catch (error) {
    if (!isMissing(error) && existsSync(merged)) throw error;
  }
}

const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT';

/** Ids of the containers that have a record in `directory`, or the unfinished one of a killed gateway. */
function recordedIn(directory: string): Set<string> {
  try {
    return new Set(readdirSync(directory).map((name) => name.replace(/\.json(\.new)?$/, '')));
  } catch {
    return new Set(); // nothing was ever locked
  }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
