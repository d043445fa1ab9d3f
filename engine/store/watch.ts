import { closeSync, constants, fstatSync, openSync, readSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { maxTextLength } from '../../shared/ipc/contract.ts';
import { sha256, systemCode } from './files.ts';

/**
 * Calls `listener` when the content of one of `files` (all in one directory) changed, whoever changed it and however (in place, by rename, deleted).
 * Watches the directory, since a rename replaces the file itself; compares content, since events repeat. Returns how to stop.
 */
export function watchFiles(files: readonly string[], listener: () => void, quietMs = 60): () => void {
  const directory = path.dirname(files[0] ?? '.');
  const names = new Set(files.map((file) => path.basename(file)));
  let watcher: FSWatcher | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  // Synchronously: what is on disk when this function returns is what changes are measured against.
  let last = fingerprint(files);

  const check = () => {
    const now = fingerprint(files);
    const changed = last !== now;
    last = now;
    if (changed) listener();
  };
  const later = (ms: number) => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => { timer = null; if (watcher === null) begin(); check(); }, ms);
    timer.unref();
  };
  const begin = () => {
    try {
      watcher = watch(directory, { persistent: false }, (_event, name) => { if (name === null || names.has(name)) later(quietMs); });
      watcher.on('error', () => { watcher?.close(); watcher = null; if (!stopped) later(retryMs); });
    } catch {
      // The directory is not there yet (an engine never started): look again until it is.
      later(retryMs);
    }
  };
  begin();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    watcher?.close();
  };
}

/**
 * Calls `listener` when entries of `directory` whose names match come or go. A directory that is not there yet is waited for.
 * Returns how to stop.
 */
export function watchEntries(directory: string, names: RegExp, listener: () => void, quietMs = 60): () => void {
  let watcher: FSWatcher | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const list = (): string => { try { return readdirSync(directory).filter((name) => names.test(name)).sort().join(' '); } catch (error) { return systemCode(error); } };
  let last = list();
  const later = (ms: number) => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      if (watcher === null) begin();
      const now = list();
      if (now !== last) { last = now; listener(); }
    }, ms);
    timer.unref();
  };
  const lost = () => { watcher?.close(); watcher = null; if (!stopped) later(retryMs); };
  const begin = () => {
    try {
      watcher = watch(directory, { persistent: false }, () => { later(quietMs); });
      watcher.on('error', lost);
    } catch { lost(); }
  };
  begin();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    watcher?.close();
  };
}

const retryMs = 2000;

const fingerprint = (files: readonly string[]): string => files.map(contentOf).join(' ');

/** What a file holds, in short. One too large for a settings file, which others may make it, is told by its size and time only. */
function contentOf(file: string): string {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, mtimeNs, ino } = fstatSync(descriptor, { bigint: true });
      if (size > maxTextLength) return `${ino}:${size}:${mtimeNs}`;
      const bytes = Buffer.alloc(Number(size));
      return sha256(bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0)));
    } finally { closeSync(descriptor); }
  } catch (error) { return systemCode(error); }
}
