import { readFileSync } from 'node:fs';
import { passwdLines, userName } from '../../../engine/base/user-database.ts';

/** Names of this machine's users by id. */
export interface UserNames {
  /** The cached name of a user: from /etc/passwd, or from an earlier lookup. */
  of(uid: number | null): string | null;
  /**
   * Looks up ids that are unknown to `of` in the machine's user database (NSS: LDAP and the like); true if it
   * found any. Bounded in time, and at most once a minute for the same id.
   */
  lookUp(uids: ReadonlySet<number>): Promise<boolean>;
  /** Whether a lookup of this id may find a name. */
  needsLookup(uid: number | null): uid is number;
}

/** Minimum interval between two reads of the file, and between two database lookups of one unknown id. */
const rereadAfterMs = 5_000;
const lookupRetryMs = 60_000;
/** Ids per database lookup; the rest is looked up with the next lines of the log. */
const maxPerLookup = 64;
const maxCached = 4_096;

/** `lookUp`: queries the user database; returns lines in the format of /etc/passwd. */
export function userNames(
  file = '/etc/passwd',
  now: () => number = Date.now,
  lookUp: (users: readonly string[]) => Promise<string> = passwdLines,
): UserNames {
  let names = new Map<number, string>();
  const databaseNames = new Map<number, string>();
  const lookedUpAt = new Map<number, number>();
  let readAt = -Infinity;
  const read = () => {
    readAt = now();
    try {
      names = new Map(
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line) => {
            const [name = '', , uid = ''] = line.split(':');
            return name !== '' && /^\d+$/.test(uid) ? [[Number(uid), name] as const] : [];
          })
          .reverse(),
      );
    } catch {
      /* a system without that file: ids are shown */
    }
  };
  const nameOf = (uid: number | null): string | null => {
    if (uid === null) return null;
    const found = names.get(uid) ?? databaseNames.get(uid);
    if (found !== undefined) return found;
    if (now() - readAt >= rereadAfterMs) read();
    return names.get(uid) ?? null;
  };
  const needsLookup = (uid: number | null): uid is number =>
    uid !== null && nameOf(uid) === null && now() - (lookedUpAt.get(uid) ?? -Infinity) >= lookupRetryMs;
  return {
    of: nameOf,
    needsLookup,
    async lookUp(uids) {
      const pending = [...uids].filter(needsLookup).slice(0, maxPerLookup);
      if (pending.length === 0) return false;
      if (lookedUpAt.size > maxCached) lookedUpAt.clear();
      for (const uid of pending) lookedUpAt.set(uid, now());
      const lines = await lookUp(pending.map(String));
      if (databaseNames.size > maxCached) databaseNames.clear();
      let anyFound = false;
      for (const uid of pending) {
        const name = userName(lines, uid);
        if (name !== null) {
          databaseNames.set(uid, name);
          anyFound = true;
        }
      }
      return anyFound;
    },
  };
}
