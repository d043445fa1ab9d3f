import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { removeFile } from '../base/remove-file.ts';
import { systemCode } from '../../shared/process/system-code.ts';

// Claims of ids: files that appear complete or not at all, and that only one of several writers can create: a
// temporary file is written, then linked.

/**
 * Writes `value` as JSON to a temporary file in `directory`; `synced`: flushed to the disk, for claims that
 * outlive the machine's boot. Returns its path; throws and leaves nothing on an I/O error.
 */
export function writeTemporary(directory: string, value: unknown, mode: number, synced: boolean): string {
  const temporary = path.join(directory, `.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const fd = openSync(temporary, 'wx', mode);
  try {
    writeSync(fd, JSON.stringify(value));
    if (synced) fsyncSync(fd);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}

/** Removes temporary files of processes that have exited. */
export function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^\.(\d+)\.[0-9a-z]+$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeFile(path.join(directory, name));
  }
}

/** Links `from` as `to`; false if `to` exists, or `from` is gone. */
export function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(systemCode(error))) return false;
    throw error;
  }
}

export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
