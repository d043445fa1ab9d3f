import { access, constants } from 'node:fs/promises';
import { exists } from '../base/files.ts';
import { applyLockPath, type RootPaths } from '../base/root-paths.ts';
import { systemCode } from '../base/system-code.ts';

/** `interrupted`: its process is gone, and nothing has settled it yet. */
export type UnfinishedApply = 'running' | 'interrupted';

/**
 * Whether an apply has begun and not ended. Null: there is none, or this user may not know. Does not read the
 * journal: everybody who may search the directory may know.
 */
export async function unfinishedApply(
  paths: RootPaths,
  isHeld: (lock: string) => Promise<boolean> = isLockHeld,
): Promise<UnfinishedApply | null> {
  const lock = applyLockPath(paths);
  // Twice: after the journal was found and before the lock is tested, an apply may end and another one begin.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (!(await exists(paths.journal))) return null;
    if (await isHeld(lock)) return 'running';
  }
  return (await isUnreadable(lock)) ? null : 'interrupted';
}

/** Loaded only where there is a journal. */
const isLockHeld = async (lock: string): Promise<boolean> => (await import('../base/lock.ts')).isLocked(lock);

/** Whether a file may exist, but cannot be read. */
const isUnreadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => false,
    (error: unknown) => systemCode(error) !== 'ENOENT',
  );
