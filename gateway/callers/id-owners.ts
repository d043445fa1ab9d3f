import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  firstContainerId,
  firstSubordinateId,
  idsPerRange,
  isInSpan,
  listedRanges,
  type ListedRange,
} from '../../shared/isolation/listed-ranges.ts';
import { databaseLine } from '../base/user-database.ts';

/** Longest /etc/subuid that is read, and longest record of a range. */
const maxListedBytes = 1024 * 1024;
const maxRecordBytes = 4096;
/** How often /etc/subuid is looked at, and how long it counts whose an id is, ms. */
const listedForMs = 1000;
const knownForMs = 60_000;
/** Ids that are remembered, and that wait to be looked up. */
const mostKnown = 4096;
const mostWaiting = 64;
/** Between two look-ups: each may start a process, and a user has thousands of ids to ask for. */
const pauseMs = 50;

export interface IdOwnersOptions {
  readonly etc?: string;
  /**
   * Records of subordinate ids that the planner gave out, and of containers' ranges: one file a range,
   * named by its first id.
   */
  readonly subordinateDirectory?: string;
  readonly rangeDirectory?: string;
  readonly ask?: typeof databaseLine;
  readonly pauseMs?: number;
  readonly now?: () => number;
}

interface Known {
  /** Null: it can't be told. */
  readonly owner: number | null;
  readonly until: number;
}

/**
 * Whose the ids are that clients come with. Users have more of them than their own: subordinate ones, and
 * those of their containers, which a process takes by a user namespace or by a set-user-ID file that a
 * container left. Nothing here waits: an id that is not known yet is nobody's until it was looked up.
 */
export class IdOwners {
  readonly #options: Required<IdOwnersOptions>;
  #listed: readonly ListedRange[] = [];
  #stamp = '';
  #lookedAt = -Infinity;
  #reading: Promise<void> | null = null;
  readonly #known = new Map<number, Known>();
  readonly #waiting = new Set<number>();
  #worker: Promise<void> | null = null;

  private constructor(options: IdOwnersOptions) {
    this.#options = {
      etc: '/etc',
      subordinateDirectory: '/var/lib/bulkhead/subordinate-ids',
      rangeDirectory: '/var/lib/bulkhead/range-owners',
      ask: databaseLine,
      pauseMs,
      now: () => performance.now(),
      ...options,
    };
  }

  /** With what /etc/subuid says now. */
  static async read(options: IdOwnersOptions = {}): Promise<IdOwners> {
    const owners = new IdOwners(options);
    await owners.#readListed();
    return owners;
  }

  /** The user whose the id is; null: one of somebody's further ids, and it is not known whose. */
  of(uid: number): number | null {
    if (uid === 0) return 0;
    this.#lookAgain();
    if (uid < firstSubordinateId && !this.#listed.some((range) => isInSpan(range, uid))) return uid;
    const known = this.#known.get(uid);
    if ((known === undefined || known.until < this.#options.now()) && this.#waiting.size < mostWaiting) {
      this.#waiting.add(uid);
      this.#worker ??= this.#work().finally(() => {
        this.#worker = null;
      });
    }
    return known?.owner ?? null;
  }

  /** Resolves when nothing is being looked up or read. */
  async settled(): Promise<void> {
    while (this.#worker !== null || this.#reading !== null) await Promise.all([this.#worker, this.#reading]);
  }

  #lookAgain(): void {
    const now = this.#options.now();
    if (this.#reading !== null || now - this.#lookedAt < listedForMs) return;
    this.#lookedAt = now;
    this.#reading = this.#readListed().finally(() => {
      this.#reading = null;
    });
  }

  /** A file that can't be read says nothing, and is tried again. */
  async #readListed(): Promise<void> {
    const file = path.join(this.#options.etc, 'subuid');
    const found = await stat(file).catch(() => null);
    const stamp = found === null ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
    if (stamp === this.#stamp) return;
    const text = await readStart(file, maxListedBytes);
    if (text === null && found !== null) return;
    this.#listed = listedRanges(text ?? '');
    this.#stamp = stamp;
    this.#known.clear();
  }

  async #work(): Promise<void> {
    for (const uid of this.#waiting) {
      const owner = await this.#lookUp(uid);
      this.#waiting.delete(uid);
      this.#known.delete(uid);
      this.#known.set(uid, { owner, until: this.#options.now() + knownForMs });
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= mostKnown) break;
        this.#known.delete(oldest);
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, this.#options.pauseMs).unref();
      });
    }
  }

  async #lookUp(uid: number): Promise<number | null> {
    const { ask, subordinateDirectory, rangeDirectory } = this.#options;
    // An account that has such an id all the same is a user: directory services give out high ones.
    if ((await ask('passwd', String(uid))) !== null) return uid;
    const range = this.#listed.find((one) => isInSpan(one, uid));
    if (range !== undefined)
      return userOnly(/^\d+$/.test(range.name) ? Number(range.name) : idIn(await ask('passwd', range.name)));
    if (uid < firstSubordinateId) return null;
    const first = uid < firstContainerId ? firstSubordinateId : firstContainerId;
    const base = first + Math.floor((uid - first) / idsPerRange) * idsPerRange;
    const record = await readStart(
      path.join(uid < firstContainerId ? subordinateDirectory : rangeDirectory, String(base)),
      maxRecordBytes,
    );
    return record === null ? null : userOnly(ownerIn(record, base));
  }
}

/**
 * Ids that are given to root (other container managers have theirs so, and containers of root's) are not
 * root.
 */
const userOnly = (owner: number | null): number | null => (owner === 0 ? null : owner);

/** The number in a line of the form of /etc/passwd. */
function idIn(line: string | null): number | null {
  const [, , id = ''] = line?.split(':') ?? [];
  return /^\d{1,10}$/.test(id) ? Number(id) : null;
}

/** The user in a record of a range: `{"uid": …, "base": …}` or `{"owner": …, "base": …}`. */
function ownerIn(text: string, base: number): number | null {
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
 * The file's text, as far as `most` bytes; null where it can't be read. A line that is cut off is left
 * away.
 */
async function readStart(file: string, most: number): Promise<string | null> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const buffer = Buffer.alloc(Math.min(most, (await handle.stat()).size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return bytesRead < most ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
