import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EngineContainers } from '../sockets/engine-containers.ts';
import { openSharingRecords } from './sharing-records.ts';
import { message } from '../../shared/messages/message.ts';
import { createSharingUsers, type SharingUsers } from './sharing-users.ts';

export const sharingDirectory = (stateDirectory: string): string => path.join(stateDirectory, 'sharing');

/** Errors: `engine.start-failed` when the directory can't be created or read. */
export function openSharingUsers(
  stateDirectory: string,
  containers: EngineContainers,
  log: (line: string) => void,
): Result<SharingUsers, AppError> {
  const directory = sharingDirectory(stateDirectory);
  try {
    return ok(createSharingUsers(openSharingRecords(directory), containers, log));
  } catch (error) {
    return fail('engine.start-failed', message('sharing.directory-unusable', { directory }), {
      cause: error,
      hint: message('sharing.check-rights'),
    });
  }
}
