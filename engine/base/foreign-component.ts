import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Maximum number of links in a path that the kernel follows. */
const mostLinks = 40;

/**
 * The first directory or link on the path of `file`, links followed, that a user other than root and `owner`
 * (a user id) may change, and could therefore use to replace what is below it; null: none. In a sticky
 * directory (/tmp), entries of root or the owner are safe.
 */
export async function firstForeignComponent(file: string, owner = 0): Promise<string | null> {
  const names = file.split('/');
  let links = 0;
  for (let at = '/'; ;) {
    const info = await lstat(at).catch(() => null);
    if (info === null) return null;
    if (info.uid !== 0 && info.uid !== owner) return at;
    if (info.isSymbolicLink()) {
      if (++links > mostLinks) return at;
      const target = await readlink(at);
      names.unshift(...target.split('/'));
      at = path.isAbsolute(target) ? '/' : path.dirname(at);
      continue;
    }
    if ((info.mode & 0o022) !== 0 && (info.mode & 0o1000) === 0) return at;
    const next = names.shift();
    if (next === undefined) return null;
    at = path.join(at, next);
  }
}
