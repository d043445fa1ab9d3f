import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSharingRecord, sharingRecordName, writeSharingRecord } from '../../shared/isolation/sharing-user.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';

/**
 * Lets a container that stands for another one be shared with by whoever shares with that (A8), not by who made it anew: an administrator
 * recreates others' containers. Nothing where of the old one that is not known. `directory`: the engine root's `sharing`.
 */
export async function carrySharingUser(directory: string, from: string, to: string): Promise<Result<void, AppError>> {
  const fileOf = (container: string) => path.join(directory, sharingRecordName(container));
  try {
    const user = readSharingRecord(await readFile(fileOf(from), 'utf8').catch(() => ''));
    if (user === null) return ok(undefined);
    const aside = path.join(directory, `.${randomBytes(6).toString('hex')}`);
    await writeFile(aside, writeSharingRecord(user), { mode: 0o600, flush: true });
    await rename(aside, fileOf(to));
    return ok(undefined);
  } catch (error) {
    return fail('containers.recreate-failed', 'who shares directories with the new container could not be kept', { cause: error });
  }
}
