import { readFileSync } from 'node:fs';
import { passwdLines, userName } from '../../../engine/base/user-database.ts';

/** Names of this machine's users by id. */
export interface UserNames {
  /** What is known without asking anybody: users of /etc/passwd, and those who were asked for. */
  of(uid: number | null): string | null;
  /**
   * Asks the machine's user database (LDAP and the like) for ids that `of` does not know; true where it knew
   * some. Bounded in time, and not oftener than once a minute for the same id.
   */
  ask(uids: ReadonlySet<number>): Promise<boolean>;
  /** Whether asking for this id may bring its name. */
  worthAsking(uid: number | null): uid is number;
}

/**
 * Not oftener than this is the file read for an id that is not in it, and the database asked for one it did
 * not know.
 */
const againAfterMs = 5_000;
const askAgainAfterMs = 60_000;
/** At most so many are asked for at once: the rest come with the next lines of the log. */
const mostAtOnce = 64;
const mostRemembered = 4_096;

/** `ask`: lines of users in the form of /etc/passwd. */
export function userNames(
  file = '/etc/passwd',
  now: () => number = Date.now,
  ask: (users: readonly string[]) => Promise<string> = passwdLines,
): UserNames {
  let names = new Map<number, string>();
  const elsewhere = new Map<number, string>();
  const askedAt = new Map<number, number>();
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
      /* a system without that file: ids it is */
    }
  };
  const known = (uid: number | null): string | null => {
    if (uid === null) return null;
    const found = names.get(uid) ?? elsewhere.get(uid);
    if (found !== undefined) return found;
    if (now() - readAt >= againAfterMs) read();
    return names.get(uid) ?? null;
  };
  const worthAsking = (uid: number | null): uid is number =>
    uid !== null && known(uid) === null && now() - (askedAt.get(uid) ?? -Infinity) >= askAgainAfterMs;
  return {
    of: known,
    worthAsking,
    async ask(uids) {
      const wanted = [...uids].filter(worthAsking).slice(0, mostAtOnce);
      if (wanted.length === 0) return false;
      if (askedAt.size > mostRemembered) askedAt.clear();
      for (const uid of wanted) askedAt.set(uid, now());
      const lines = await ask(wanted.map(String));
      if (elsewhere.size > mostRemembered) elsewhere.clear();
      let some = false;
      for (const uid of wanted) {
        const name = userName(lines, uid);
        if (name !== null) {
          elsewhere.set(uid, name);
          some = true;
        }
      }
      return some;
    },
  };
}
