import { closeSync, constants, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { maxTextLength } from '../../shared/settings/document-limits.ts';
import { sha256 } from './files.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import { watchDirectory } from './watch-directory.ts';

/**
 * Calls `listener` when the content of one of `files` (all in one directory) has changed, however (in place,
 * by rename, deleted, with the directory). Watches the directory, since a rename replaces the file itself;
 * compares content, since events repeat. Returns how to stop.
 */
export function watchFiles(files: readonly string[], listener: () => void, quietMs = 60): () => void {
  const names = new Set(files.map((file) => path.basename(file)));
  const concerned = (name: string): boolean => names.has(name);
  return watchState(path.dirname(files[0] ?? '.'), concerned, () => fingerprint(files), listener, quietMs);
}

/**
 * Calls `listener` when entries of `directory` with matching names are added or removed. A directory that
 * does not exist is waited for. Returns how to stop.
 */
export function watchEntries(
  directory: string,
  names: RegExp,
  listener: () => void,
  quietMs = 60,
): () => void {
  return watchState(
    directory,
    () => true,
    () => matchingEntries(directory, names),
    listener,
    quietMs,
  );
}

/**
 * Calls `listener` when the result of `read` differs, checked after events of `directory` that concern it.
 */
function watchState(
  directory: string,
  concerned: (name: string) => boolean,
  read: () => string,
  listener: () => void,
  quietMs: number,
): () => void {
  let timer: NodeJS.Timeout | null = null;
  const check = (): void => {
    timer = null;
    const now = read();
    if (now === last) return;
    last = now;
    listener();
  };
  const stopWatching = watchDirectory(directory, (name) => {
    if (name !== null && !concerned(name)) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(check, quietMs);
    timer.unref();
  });
  // Synchronously: the state on disk when this function returns is the base of comparison.
  let last = read();
  return () => {
    stopWatching();
    if (timer !== null) clearTimeout(timer);
  };
}

function matchingEntries(directory: string, names: RegExp): string {
  try {
    return readdirSync(directory)
      .filter((name) => names.test(name))
      .sort()
      .join(' ');
  } catch (error) {
    return systemCode(error);
  }
}

const fingerprint = (files: readonly string[]): string => files.map(contentOf).join(' ');

/**
 * A short fingerprint of a file's content. A file that is too large for a settings file (other users may
 * enlarge it) is identified by size and time only.
 */
function contentOf(file: string): string {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, mtimeNs, ino } = fstatSync(descriptor, { bigint: true });
      if (size > maxTextLength) return `${ino}:${size}:${mtimeNs}`;
      const bytes = Buffer.alloc(Number(size));
      return sha256(bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0)));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return systemCode(error);
  }
}
