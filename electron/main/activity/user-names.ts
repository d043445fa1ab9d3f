import { readFileSync } from 'node:fs';

/** Not oftener than this is the file read for an id that is not in it. */
const againAfterMs = 5_000;

/** Names of this machine's users by id, as /etc/passwd has them; null for ids it does not know. */
export function userNames(file = '/etc/passwd', now: () => number = Date.now): (uid: number | null) => string | null {
  let names = new Map<number, string>();
  let readAt = -Infinity;
  const read = () => {
    readAt = now();
    try {
      names = new Map(readFileSync(file, 'utf8').split('\n').flatMap((line) => {
        const [name = '', , uid = ''] = line.split(':');
        return name !== '' && /^\d+$/.test(uid) ? [[Number(uid), name] as const] : [];
      }).reverse());
    } catch { /* a system without that file: ids it is */ }
  };
  return (uid) => {
    if (uid === null) return null;
    if (!names.has(uid) && now() - readAt >= againAfterMs) read();
    return names.get(uid) ?? null;
  };
}
