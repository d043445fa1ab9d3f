import { lstat, mkdir, mkdtemp, readdir, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInside } from '../../shared/policy/bind-source.ts';
import { expandShare, type EffectiveSettings } from '../../shared/settings/index.ts';
import { foreignPlace } from '../base/foreign-place.ts';

/** A directory of the machine's in a shared one, for one verification. */
export interface ProbeShare {
  /** Mounted writable; holds a file `given`. */
  readonly writable: string;
  /** Mounted read-only. */
  readonly readOnly: string;
  /** Owner of what the container's root wrote, "uid:gid"; null where nothing was written. */
  writtenBy(): Promise<string | null>;
  /** Whether something came to lie in the read-only one. */
  readOnlyChanged(): Promise<boolean>;
  remove(): Promise<void>;
}

/** Directories that may be mounted, variables replaced as the gateway does for this user. */
export function sharedDirectories(settings: EffectiveSettings, home: string): string[] {
  const written =
    settings.fileSharing.kind === 'default'
      ? ['$HOME', '$TMP']
      : settings.fileSharing.directories.map((directory) => directory.path);
  const places = written
    .map((share) => expandShare(share, { home, tmp: '/tmp' }))
    .filter((place): place is string => place?.startsWith('/') === true);
  // Where temporary things belong comes first.
  return places.toSorted((a, b) => Number(isInside(b, '/tmp')) - Number(isInside(a, '/tmp')));
}

/**
 * Why no shared directory takes a file. `denied`: none is there for the user who asks to write to, so that
 * there is nothing to try.
 */
export interface NoShare {
  readonly why: string;
  readonly denied: boolean;
}

/** The reason for a directory in which others may replace what is created there. */
const exchangeable = 'others-may-write';
/** The reason for a directory that does not exist, or that other users may write to. */
const denials: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', exchangeable]);

/**
 * Makes a directory in the first shared one that takes it and where nobody else may put another in its place:
 * the probe writes there as the user who verifies (root, mostly), and others may enter its container. `id`
 * tells engines apart: what a crashed verification of this one left is removed. Null where nothing is shared.
 */
export async function makeProbeShare(
  shares: readonly string[],
  id: string,
): Promise<{ readonly share: ProbeShare } | NoShare | null> {
  const prefix = `.bulkhead-verify-${id}-`;
  const failures: { readonly share: string; readonly code: string }[] = [];
  for (const share of shares) {
    if ((await foreignPlace(share, process.getuid?.() ?? 0)) !== null) {
      failures.push({ share, code: exchangeable });
      continue;
    }
    try {
      for (const name of await readdir(share))
        if (name.startsWith(prefix)) await removeShare(path.join(share, name));
      // Nobody else may enter: whoever may use the socket may copy a set-user-id program of root's into the
      // probe's container while it is there.
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
      // Another one may take it.
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
 * Removes a probe's directory, and nothing that it does not know by name: others may write into a shared
 * directory, and put links where a deletion of all that is there would follow them. One that is not ours, or
 * has more in it, stays.
 */
async function removeShare(directory: string): Promise<void> {
  const found = await lstat(directory).catch(() => null);
  if (found === null || !found.isDirectory() || found.uid !== process.getuid?.()) return;
  const at = (...names: string[]) => path.join(directory, ...names);
  for (const file of [at('writable', 'given'), at('writable', 'by-root'), at('read-only', 'written')])
    await unlink(file).catch(() => undefined);
  for (const empty of [at('writable'), at('read-only'), directory]) await rmdir(empty).catch(() => undefined);
}

/** A directory of the machine's that nobody shares, null where all of these are shared. */
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
