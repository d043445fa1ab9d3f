import { stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { message } from '../../shared/messages/message.ts';
import { withHint, type AppError } from '../../shared/result.ts';
import type { RootPaths } from '../base/root-paths.ts';

/** As the system, dockerd and probes in containers write it. */
const fullDisk = /no space left on device|disk quota exceeded|\bENOSPC\b|\bEDQUOT\b/i;

/** A file system with less room than this counts as full: what failed needed more than what is left. */
const littleRoom = 1024 * 1024;

/**
 * The error because of which an apply is rolled back. If a file system is full, its hint names which, and
 * what to do then. Called before the roll back, which may make room.
 */
export async function withFullDiskHint(error: AppError, paths: RootPaths): Promise<AppError> {
  const text = `${error.message}\n${error.reason ?? ''}`;
  if (!fullDisk.test(text)) return error;
  const named = error.params?.['path'];
  const concerned = [
    named,
    // "write /var/lib/…/layer.db: no space left on device"
    /(\/[^\s:"']+)["']?: no space left on device/i.exec(text)?.[1],
    paths.settings,
    paths.daemonJson,
    paths.root,
    paths.data,
    os.tmpdir(),
  ].filter((file): file is string => typeof file === 'string' && path.isAbsolute(file));
  const full = await firstFull(concerned);
  // What failed may have removed what it wrote. A path in its text may be one of a container.
  const place = full ?? (await fileSystemOf(typeof named === 'string' ? named : paths.data));
  return withHint(error, message('apply.disk-full', { path: place }));
}

/** The file system, by its topmost directory, of the first of these files whose file system is full. */
async function firstFull(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const place = await fileSystemOf(file);
    const room = await statfs(place).catch(() => null);
    // Those of the kernel report 0 blocks, and those without a fixed number of files 0 of 0 files.
    if (room === null || room.blocks === 0) continue;
    if (room.bfree * room.bsize < littleRoom || (room.files > 0 && room.ffree === 0)) return place;
  }
  return null;
}

/** The topmost directory of the file system that has `file`, which need not exist. */
async function fileSystemOf(file: string): Promise<string> {
  const parent = path.dirname(file);
  if (parent === file) return file;
  const [own, above] = await Promise.all([file, parent].map(deviceOf));
  return own !== null && own !== above ? file : fileSystemOf(parent);
}

const deviceOf = (file: string): Promise<number | null> =>
  stat(file).then(
    ({ dev }) => dev,
    () => null,
  );
