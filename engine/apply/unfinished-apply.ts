import { access, constants } from 'node:fs/promises';
import { exists } from '../base/files.ts';
import { applyLockPath, type RootPaths } from '../base/root-paths.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import { recreateJournalPaths } from '../recreate/recreate-journal-paths.ts';

/** `interrupted`: its process is gone, and nothing has settled it yet. */
export type UnfinishedApply = 'running' | 'interrupted';

/**
 * Whether an apply has begun and not ended. Null: there is none, or this user may not know. Does not read the
 * journal: everybody who may search the directory may know.
 */
export const unfinishedApply = (
  paths: RootPaths,
  isHeld: IsHeld = isLockHeld,
): Promise<UnfinishedApply | null> => unfinished([paths.journal], applyLockPath(paths), isHeld);

/**
 * Whether the process of a recreation is gone, or could not restore an old container, and nothing has settled
 * that yet: that container may be stopped. False also if this user may not know.
 */
export const isRecreationInterrupted = async (
  paths: RootPaths,
  isHeld: IsHeld = isLockHeld,
): Promise<boolean> =>
  (await unfinished(recreateJournalPaths(paths), applyLockPath(paths), isHeld)) === 'interrupted';

type IsHeld = (lock: string) => Promise<boolean>;

async function unfinished(
  journals: readonly string[],
  lock: string,
  isHeld: IsHeld,
): Promise<UnfinishedApply | null> {
  // Twice: after the journal was found and before the lock is tested, an apply may end and another one begin.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (!(await Promise.all(journals.map(exists))).includes(true)) return null;
    if (await isHeld(lock)) return 'running';
  }
  return (await isUnreadable(lock)) ? null : 'interrupted';
}

/** Loaded only where there is a journal. */
const isLockHeld: IsHeld = async (lock) => (await import('../base/lock.ts')).isLocked(lock);

/** Whether a file may exist, but cannot be read. */
const isUnreadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => false,
    (error: unknown) => systemCode(error) !== 'ENOENT',
  );
