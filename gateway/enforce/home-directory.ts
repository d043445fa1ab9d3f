import { readFile } from 'node:fs/promises';
import { queryUserDatabase } from '../base/getent.ts';

/** How long a result is cached, ms. */
const cacheTtlMs = 60_000;

interface CachedHome {
  readonly home: Promise<string | null>;
  readonly until: number;
}
const cache = new Map<number, CachedHome>();

/**
 * Home directory of a user, as the machine knows it (`getent passwd`: LDAP and the like included), else by
 * /etc/passwd. Null for unknown users, and where it is no absolute path or the root directory. Cached for a
 * minute.
 */
export function homeOf(
  uid: number,
  now = Date.now(),
  query: (uid: number) => Promise<string | null> = lookUp,
): Promise<string | null> {
  const cached = cache.get(uid);
  if (cached !== undefined && cached.until > now) return cached.home;
  // Callers are few: with more users than this, the cache is cleared.
  if (cache.size >= 1024) cache.clear();
  const home = query(uid);
  cache.set(uid, { home, until: now + cacheTtlMs });
  return home;
}

async function lookUp(uid: number): Promise<string | null> {
  return parseHome(
    (await queryUserDatabase('passwd', String(uid))) ??
      (await readFile('/etc/passwd', 'utf8').catch(() => '')),
    uid,
  );
}

/** Field 6 of the user's line in text of the form of /etc/passwd. */
export function parseHome(text: string, uid: number): string | null {
  for (const line of text.split('\n')) {
    const fields = line.split(':');
    if (fields[2] === String(uid))
      return fields[5]?.startsWith('/') === true && fields[5] !== '/' ? fields[5] : null;
  }
  return null;
}
