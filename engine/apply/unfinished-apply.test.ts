import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireLock } from '../base/lock.ts';
import { applyLockPath, rootPaths, type RootPaths } from '../base/root-paths.ts';
import { recreateJournalPaths } from '../recreate/recreate-journal-paths.ts';
import { isRecreationInterrupted, unfinishedApply } from './unfinished-apply.ts';

let paths: RootPaths;
beforeEach(async () => {
  paths = rootPaths(await mkdtemp(path.join(os.tmpdir(), 'bulkhead-unfinished-')));
});
afterEach(() => rm(paths.root, { recursive: true }));

it('an apply is running while its lock is held, and interrupted once its process is gone', async () => {
  expect(await unfinishedApply(paths)).toBeNull();
  const lock = await acquireLock(applyLockPath(paths));
  if (!lock.ok) throw new Error(lock.error.code);
  expect(await unfinishedApply(paths)).toBeNull();
  await writeFile(paths.journal, '');
  expect(await unfinishedApply(paths)).toBe('running');
  await lock.value.release();
  expect(await unfinishedApply(paths)).toBe('interrupted');
});

it('a recreation is interrupted if a journal of it exists and its process does not', async () => {
  expect(await isRecreationInterrupted(paths)).toBe(false);
  await writeFile(recreateJournalPaths(paths)[3] ?? '', '');
  const lock = await acquireLock(applyLockPath(paths));
  if (!lock.ok) throw new Error(lock.error.code);
  expect(await isRecreationInterrupted(paths)).toBe(false);
  await lock.value.release();
  expect(await isRecreationInterrupted(paths)).toBe(true);
  expect(await unfinishedApply(paths)).toBeNull();
});

it('an apply is not interrupted if it ends, or another one begins, after its journal was read', async () => {
  await writeFile(paths.journal, '');
  const ended = unfinishedApply(paths, async () => {
    await rm(paths.journal, { force: true });
    return false;
  });
  expect(await ended).toBeNull();
  await writeFile(paths.journal, '');
  let looks = 0;
  expect(await unfinishedApply(paths, () => Promise.resolve(++looks === 2))).toBe('running');
});

it('an apply is not interrupted if its journal or lock cannot be read', async () => {
  // Errors that root gets, too, other than that there is no such file.
  await symlink(paths.journal, paths.journal);
  expect(await unfinishedApply(paths)).toBeNull();
  await rm(paths.journal);
  await writeFile(paths.journal, '');
  await symlink(applyLockPath(paths), applyLockPath(paths));
  expect(await unfinishedApply(paths)).toBeNull();
});
