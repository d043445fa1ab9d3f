import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ActivityState } from '../../../shared/audit/activity.ts';
import { systemCode } from '../../../shared/process/system-code.ts';

/** State when no file was found: it does not exist, or this user may not read the directory. */
export async function missingFileState(file: string): Promise<ActivityState> {
  const listed = await readdir(path.dirname(file)).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (listed !== null && listed.code !== 'ENOENT' && listed.code !== 'ENOTDIR')
    return unreadable(file, listed);
  const there = await access(file, constants.R_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  return there !== null && there.code !== 'ENOENT' && there.code !== 'ENOTDIR'
    ? unreadable(file, there)
    : { kind: 'absent' };
}

/** State of a log that could not be read. */
export function unreadable(file: string, error: unknown): ActivityState {
  const code = systemCode(error);
  return {
    kind: 'unreadable',
    why: code === 'EACCES' || code === 'EPERM' ? 'rights' : 'other',
    path: file,
    message: error instanceof Error ? error.message : String(error),
  };
}
