import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  firstContainerId,
  firstSubordinateId,
  isInSpan,
  listedRanges,
  type ListedRange,
} from '../../shared/isolation/listed-ranges.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { queryUserDatabase } from '../base/getent.ts';

/** Longest /etc/subuid, and longest record of a range, that are read, bytes. */
const maxListedBytes = 1024 * 1024;
const maxRecordBytes = 4096;
/** How often /etc/subuid is checked, and how long an owner is cached, ms. */
const listedTtlMs = 1000;
const cacheTtlMs = 60_000;
/** Limits of cached ids, and of ids that wait to be looked up. */
const maxCached = 4096;
const maxPending = 64;
/** Between two look-ups, ms: each may start a process, and a user has thousands of ids. */
const lookUpIntervalMs = 50;

export interface IdOwnersOptions {
  readonly etc?: string;
  /**
   * Records of subordinate ids that the planner allocated, and of containers' ranges: one file per range,
   * named by its first id.
   */
  readonly subordinateDirectory?: string;
  readonly rangeDirectory?: string;
  readonly queryDatabase?: typeof queryUserDatabase;
  readonly lookUpIntervalMs?: number;
  readonly now?: () => number;
}

interface CachedOwner {
  /** Null: unknown. */
  readonly owner: number | null;
  readonly until: number;
}

/**
 * The users who own the uids of clients. Besides their own uid, users have subordinate ids and those of their
 * containers, which a process gets by a user namespace or by a set-user-ID file of a container. Look-ups are
 * asynchronous: an id has no owner until it was looked up.
 */
export class IdOwners {
  readonly #options: Required<IdOwnersOptions>;
  #listed: readonly ListedRange[] = [];
  #fileStamp = '';
  #checkedAt = -Infinity;
  #reading: Promise<void> | null = null;
  readonly #cache = new Map<number, CachedOwner>();
  readonly #pending = new Set<number>();
  #worker: Promise<void> | null = null;

  private constructor(options: IdOwnersOptions) {
    this.#options = {
      etc: '/etc',
      subordinateDirectory: '/var/lib/bulkhead/subordinate-ids',
      rangeDirectory: '/var/lib/bulkhead/range-owners',
      queryDatabase: queryUserDatabase,
      lookUpIntervalMs: lookUpIntervalMs,
      now: () => performance.now(),
      ...options,
    };
  }

  /** With the current /etc/subuid. */
  static async read(options: IdOwnersOptions = {}): Promise<IdOwners> {
    const owners = new IdOwners(options);
    await owners.#readListed();
    return owners;
  }

  /** The user who owns the id; null: a subordinate id whose owner is unknown (yet). */
  ownerOf(uid: number): number | null {
    if (uid === 0) return 0;
    this.#refreshListed();
    if (uid < firstSubordinateId && !this.#listed.some((range) => isInSpan(range, uid))) return uid;
    const cached = this.#cache.get(uid);
    if ((cached === undefined || cached.until < this.#options.now()) && this.#pending.size < maxPending) {
      this.#pending.add(uid);
      this.#worker ??= this.#resolvePending().finally(() => {
        this.#worker = null;
      });
    }
    return cached?.owner ?? null;
  }

  /** Resolves when nothing is being looked up or read. */
  async settled(): Promise<void> {
    while (this.#worker !== null || this.#reading !== null) await Promise.all([this.#worker, this.#reading]);
  }

  #refreshListed(): void {
    const now = this.#options.now();
    if (this.#reading !== null || now - this.#checkedAt < listedTtlMs) return;
    this.#checkedAt = now;
    this.#reading = this.#readListed().finally(() => {
      this.#reading = null;
    });
  }

  /** An unreadable file changes nothing; reading is retried. */
  async #readListed(): Promise<void> {
    const file = path.join(this.#options.etc, 'subuid');
    const stats = await stat(file).catch(() => null);
    const stamp = stats === null ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (stamp === this.#fileStamp) return;
    const text = await readStart(file, maxListedBytes);
    if (text === null && stats !== null) return;
    this.#listed = listedRanges(text ?? '');
    this.#fileStamp = stamp;
    this.#cache.clear();
  }

  async #resolvePending(): Promise<void> {
    for (const uid of this.#pending) {
      const owner = await this.#lookUp(uid);
      this.#pending.delete(uid);
      this.#cache.delete(uid);
      this.#cache.set(uid, { owner, until: this.#options.now() + cacheTtlMs });
      for (const oldest of this.#cache.keys()) {
        if (this.#cache.size <= maxCached) break;
        this.#cache.delete(oldest);
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, this.#options.lookUpIntervalMs).unref();
      });
    }
  }

  async #lookUp(uid: number): Promise<number | null> {
    const { queryDatabase, subordinateDirectory, rangeDirectory } = this.#options;
    // An account with such an id is a user: directory services assign high ones.
    if ((await queryDatabase('passwd', String(uid))) !== null) return uid;
    const range = this.#listed.find((one) => isInSpan(one, uid));
    if (range !== undefined)
      return exceptRoot(
        /^\d+$/.test(range.name) ? Number(range.name) : parseUid(await queryDatabase('passwd', range.name)),
      );
    if (uid < firstSubordinateId) return null;
    const first = uid < firstContainerId ? firstSubordinateId : firstContainerId;
    const base = first + Math.floor((uid - first) / rangeSize) * rangeSize;
    const record = await readStart(
      path.join(uid < firstContainerId ? subordinateDirectory : rangeDirectory, String(base)),
      maxRecordBytes,
    );
    return record === null ? null : exceptRoot(parseOwner(record, base));
  }
}

/**
 * Subordinate ids and ranges of root (as other container managers have) are not root.
 */
const exceptRoot = (owner: number | null): number | null => (owner === 0 ? null : owner);

/** The number in a line of the form of /etc/passwd. */
function parseUid(line: string | null): number | null {
  const [, , id = ''] = line?.split(':') ?? [];
  return /^\d{1,10}$/.test(id) ? Number(id) : null;
}

/** The user in a record of a range: `{"uid": …, "base": …}` or `{"owner": …, "base": …}`. */
function parseOwner(text: string, base: number): number | null {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== 'object' || record === null || !('base' in record) || record.base !== base)
      return null;
    const owner = 'uid' in record ? record.uid : 'owner' in record ? record.owner : null;
    return typeof owner === 'number' && Number.isInteger(owner) && owner >= 0 ? owner : null;
  } catch {
    return null;
  }
}

/**
 * The file's text, up to `maxBytes`; null where it can't be read. A truncated line is dropped.
 */
async function readStart(file: string, maxBytes: number): Promise<string | null> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const buffer = Buffer.alloc(Math.min(maxBytes, (await handle.stat()).size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return bytesRead < maxBytes ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
