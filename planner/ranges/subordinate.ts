import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { firstSubordinateId } from '../../shared/isolation/listed-ranges.ts';
import type { SubordinateIds } from '../../shared/isolation/share-map.ts';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import { passwdLine, userName } from '../../engine/base/user-database.ts';
import { linkNew, syncDirectory, writeTemporary } from './claim-files.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { message } from '../../shared/messages/message.ts';
import { LocalizedError, refuse } from '../base/refuse.ts';
import { firstBase } from './id-ranges.ts';
import { listedRanges } from './taken-ids.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/**
 * Where our own subordinate ranges of the machine's users are kept. Files in shares have these ids as owners:
 * unlike containers' ranges they outlast a reboot.
 */
export const subordinateDirectory = '/var/lib/bulkhead/subordinate-ids';
/** How many a share needs: all of a container's ids but one. */
const needed = 65_535;

export interface SubordinateStore {
  /**
   * Queries the machine's user database for what `of` needs to know of `user`, if anything; call it before
   * `of`, which throws if the query failed. Rejects only if /etc cannot be read.
   */
  prepare(user: SharingUser): Promise<void>;
  /**
   * Subordinate ids of `user`, always the same ones. Throws if none are left, on an I/O error, or if it
   * cannot be determined whether /etc/subuid has a range of this user.
   */
  of(user: SharingUser): SubordinateIds;
}

export interface SubordinateOptions {
  /**
   * One file per range, named by its first id, with the user in it; and a second name of it, `uid-<uid>`,
   * that assigns it to the user.
   */
  readonly directory: string;
  /** The directory of subuid, subgid and passwd; default /etc. */
  readonly etc?: string;
  /** The user's line in the machine's user database; throws if that cannot be determined. */
  readonly lookUpUser?: (uid: number) => Promise<string | null>;
}

const claimSchema = z.object({ uid: z.int(), base: z.int() });

/**
 * Subordinate ids of the machine's users: those of /etc/subuid and /etc/subgid where a user has enough
 * consecutive ones there (the same as rootless engines use, so that their tools show the same owners), else a
 * range of our own, which all engines of the machine share.
 */
export function openSubordinateStore({
  directory,
  etc = '/etc',
  lookUpUser = passwdLine,
}: SubordinateOptions): SubordinateStore {
  const synced = new Set<number>();
  const names = new Map<number, string>();
  // Last query of the machine's user database: null if the user has no line.
  const queried = new Map<number, { readonly line: string | null } | 'failed'>();
  let namesAsOf = '';
  const clearExpiredNames = (): void => {
    // Cached for a limited time: an id may be assigned to another account.
    const stat = statSync(path.join(etc, 'passwd'), { throwIfNoEntry: false });
    const now = stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
    if (now === namesAsOf) return;
    names.clear();
    queried.clear();
    namesAsOf = now;
  };
  /**
   * Determined from /etc alone; undefined: the database has to be queried. `listed`: the relevant names;
   * null: all.
   */
  const localName = (uid: number, listed: readonly string[] | null): string | null | undefined => {
    clearExpiredNames();
    const known = names.get(uid);
    if (known !== undefined) return known;
    const passwd = readText(path.join(etc, 'passwd'));
    const found = userName(passwd, uid);
    // Names rarely change, but a user may get one.
    if (found !== null) names.set(uid, found);
    if (found !== null) return found;
    // If every listed name belongs to another user of this machine, no query is needed.
    return listed?.every((name) => passwd.split('\n').some((line) => line.startsWith(`${name}:`)))
      ? null
      : undefined;
  };
  const nameOf = (uid: number, listed: readonly string[] | null): string | null => {
    const local = localName(uid, listed);
    if (local !== undefined) return local;
    const entry = queried.get(uid);
    if (entry === 'failed')
      throw new LocalizedError(message('planner-refusals.account-query-failed', { uid }));
    if (entry === undefined)
      throw new LocalizedError(message('planner-refusals.account-not-queried', { uid }));
    const found = userName(entry.line ?? '', uid);
    if (found !== null) names.set(uid, found);
    return found;
  };
  const listedNames = (text: string): string[] =>
    listedRanges(text)
      .map(({ name }) => name)
      .filter((name) => !/^\d+$/.test(name));
  const listings = (): string[] => ['subuid', 'subgid'].map((file) => readText(path.join(etc, file)));
  const listed = (file: string, user: SharingUser, id: number): number | null => {
    const text = readText(path.join(etc, file));
    const others = listedNames(text);
    return text.trim() === ''
      ? null
      : listedRange(text, [String(user.uid), others.length === 0 ? null : nameOf(user.uid, others)], id);
  };
  return {
    async prepare({ uid }) {
      const texts = listings();
      const needed = isHandedOut(uid, texts)
        ? [null]
        : texts.map(listedNames).filter((others) => others.length > 0);
      if (!needed.some((others) => localName(uid, others) === undefined)) return;
      const asOf = namesAsOf;
      const entry = await lookUpUser(uid).then(
        (line) => ({ line }),
        () => 'failed' as const,
      );
      if (asOf === namesAsOf) queried.set(uid, entry);
    },
    of(user) {
      if (isHandedOut(user.uid, listings()) && nameOf(user.uid, null) === null)
        refuse('planner-refusals.no-account', { uid: user.uid });
      const uid = listed('subuid', user, user.uid),
        gid = listed('subgid', user, user.gid);
      if (uid !== null && gid !== null) return { uid, gid };
      const own = ownRange(directory, synced, user.uid, listings());
      return { uid: uid ?? own, gid: gid ?? own };
    },
  };
}

/**
 * Whether an id is subordinate to a user, or in a container's range. A process with such an id, for instance
 * through a set-user-ID file left by a container or a user namespace, does not count as a user of its own: a
 * single user could have 65535 of them, and ranges are assigned permanently.
 */
function isHandedOut(uid: number, listings: readonly string[]): boolean {
  if (uid >= firstSubordinateId) return true;
  return listings
    .flatMap(listedRanges)
    .some(({ start, count }) => start > 0 && uid >= start && uid < start + count);
}

/**
 * The first usable range of one of `names` in a text of the format of /etc/subuid; null: none. It may not
 * include `id`, the user's own, nor root, nor the ids of containers.
 */
export function listedRange(text: string, names: readonly (string | null)[], id: number): number | null {
  const usable = listedRanges(text).find(
    ({ name, start, count }) =>
      names.includes(name) &&
      start > 0 &&
      count >= needed &&
      (id < start || id >= start + needed) &&
      start + needed <= firstBase,
  );
  return usable?.start ?? null;
}

/**
 * The range assigned to the user by `uid-<uid>`; created if there is none. `synced`: users whose record is
 * known to be on the disk.
 */
function ownRange(directory: string, synced: Set<number>, uid: number, listings: readonly string[]): number {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const userLink = path.join(directory, `uid-${uid}`);
  const existing = readClaim(userLink);
  if (existing !== null) {
    // Its writer may have been killed before it was on the disk: after a power failure it could become
    // another user's.
    if (!synced.has(uid)) syncDirectory(directory);
    synced.add(uid);
    return existing.base;
  }
  const listed = listings.flatMap(listedRanges);
  for (let base = firstFree(directory); base < firstBase; base += rangeSize) {
    if (listed.some(({ start, count }) => start < base + rangeSize && base < start + count)) continue;
    if (!claim(directory, base, uid)) continue;
    // Another engine may have assigned one to the same user at the same time: the first name counts.
    if (linkNew(path.join(directory, String(base)), userLink)) {
      syncDirectory(directory);
      return base;
    }
    rmSync(path.join(directory, String(base)));
    const won = readClaim(userLink);
    if (won === null)
      throw new LocalizedError(message('planner-refusals.subordinate-unreadable', { file: userLink }));
    return won.base;
  }
  return refuse('planner-refusals.no-subordinate-range', { directory, number: rangeSize });
}

function firstFree(directory: string): number {
  const used = readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return Math.max(firstSubordinateId - rangeSize, ...used) + rangeSize;
}

/** Claims the range, on the disk complete or not at all; false if it is claimed already. */
function claim(directory: string, base: number, uid: number): boolean {
  const temporary = writeTemporary(directory, { uid, base }, 0o644, true);
  try {
    return linkNew(temporary, path.join(directory, String(base)));
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readClaim(file: string): { readonly uid: number; readonly base: number } | null {
  const text = readText(file);
  if (text === '') return null;
  const parsed = claimSchema.safeParse(JSON.parse(text));
  const inBounds =
    parsed.success &&
    parsed.data.base >= firstSubordinateId &&
    parsed.data.base < firstBase &&
    (parsed.data.base - firstSubordinateId) % rangeSize === 0;
  if (!inBounds) throw new LocalizedError(message('planner-refusals.subordinate-invalid', { file }));
  return parsed.data;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}
