import { lstat, mkdir, mkdtemp, readdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInside } from '../../shared/policy/bind-source.ts';
import { expandShare, type EffectiveSettings } from '../../shared/settings/index.ts';
import { listedPaths } from '../../shared/settings/effective.ts';
import { firstForeignComponent } from '../base/foreign-component.ts';

/** A directory of the machine inside a shared one, for one verification. */
export interface ProbeShare {
  /** Mounted writable; contains a file `given`. */
  readonly writable: string;
  /** Mounted read-only. */
  readonly readOnly: string;
  /** Owner of the file written by the container's root, "uid:gid"; null if nothing was written. */
  writtenBy(): Promise<string | null>;
  /** Whether a file appeared in the read-only one. */
  readOnlyChanged(): Promise<boolean>;
  remove(): Promise<void>;
}

/** Directories that may be mounted, with variables replaced as the gateway does for this user. */
export function sharedDirectories(settings: EffectiveSettings, home: string): string[] {
  const places = listedPaths(settings)
    .map((share) => expandShare(share, { home, tmp: '/tmp' }))
    .filter((place): place is string => place?.startsWith('/') === true);
  // Directories for temporary files come first.
  return places.toSorted((a, b) => Number(isInside(b, '/tmp')) - Number(isInside(a, '/tmp')));
}

/**
 * Why no shared directory can be used. `denied`: the requesting user can write to none, so there is nothing
 * to try.
 */
export interface UnavailableShare {
  readonly why: string;
  readonly denied: boolean;
}

/** The reason for a directory in which other users may replace entries. */
const exchangeable = 'others-may-write';
/** The reason for a directory that does not exist, or that other users may write to. */
const denials: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', exchangeable]);

/**
 * Creates a directory in the first shared one that is writable and where no other user can replace it: the
 * probe writes there as the user who verifies (usually root), and other users may enter its container. `id`
 * distinguishes engines: leftovers of a crashed verification of this one are removed. Null if nothing is
 * shared.
 */
export async function makeProbeShare(
  shares: readonly string[],
  id: string,
): Promise<{ readonly share: ProbeShare } | UnavailableShare | null> {
  const prefix = `.bulkhead-verify-${id}-`;
  const failures: { readonly share: string; readonly code: string }[] = [];
  for (const share of shares) {
    if ((await firstForeignComponent(share, process.getuid?.() ?? 0)) !== null) {
      failures.push({ share, code: exchangeable });
      continue;
    }
    try {
      for (const name of await readdir(share))
        if (name.startsWith(prefix)) await removeShare(path.join(share, name));
      // No other user may enter: users of the socket could copy a set-user-id program of root's into the
      // probe's container while it exists.
      const directory = await mkdtemp(path.join(share, prefix));
      const [writable, readOnly] = [path.join(directory, 'writable'), path.join(directory, 'read-only')];
      await mkdir(writable);
      await mkdir(readOnly);
      await writeFile(path.join(writable, 'given'), 'given\n', { mode: 0o600, flag: 'wx' });
      return {
        share: {
          writable,
          readOnly,
          writtenBy: () =>
            lstat(path.join(writable, 'by-root')).then(
              (file) => `${file.uid}:${file.gid}`,
              () => null,
            ),
          readOnlyChanged: () =>
            readdir(readOnly).then(
              (names) => names.length > 0,
              () => true,
            ),
          remove: () => removeShare(directory),
        },
      };
    } catch (error) {
      // The next one may be usable.
      failures.push({
        share,
        code: error instanceof Error && 'code' in error ? String(error.code) : String(error),
      });
    }
  }
  return failures.length === 0
    ? null
    : {
        why: failures.map(({ share, code }) => `${share} (${code})`).join(', '),
        denied: failures.every(({ code }) => denials.has(code)),
      };
}

/**
 * Removes a probe's directory, and only entries with known names: other users may write into a shared
 * directory, and create links that a recursive deletion would follow. One that is not ours, or has more
 * content, stays.
 */
async function removeShare(directory: string): Promise<void> {
  const found = await lstat(directory).catch(() => null);
  if (found === null || !found.isDirectory() || found.uid !== process.getuid?.()) return;
  const at = (...names: string[]) => path.join(directory, ...names);
  for (const file of [at('writable', 'given'), at('writable', 'by-root'), at('read-only', 'written')])
    await unlink(file).catch(() => undefined);
  for (const empty of [at('writable'), at('read-only'), directory]) await rmdir(empty).catch(() => undefined);
}

/** A directory of the machine that is not shared, null if all of these are shared. */
export async function unsharedDirectory(shares: readonly string[]): Promise<string | null> {
  for (const place of ['/etc', '/boot', '/usr', '/opt', '/var']) {
    if (shares.some((share) => isInside(place, share))) continue;
    if (
      await stat(place).then(
        (found) => found.isDirectory(),
        () => false,
      )
    )
      return place;
  }
  return null;
}
