import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  readSharingRecord,
  readStartDecisions,
  sharingRecordName,
  writeSharingRecord,
  type SharingUser,
  type StartDecisions,
} from '../../shared/isolation/sharing-user.ts';
import { removeAbandonedTemporaries } from '../base/temporaries.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** The sharing users of containers, on disk: one file per container (0600, root's). */
export interface SharingRecords {
  /** Null where there is no record, or an invalid one. Rejects where the file system does not say. */
  read(container: string): Promise<SharingUser | null>;
  /** The decisions in the record; none where there is no record. */
  readDecisions(container: string): Promise<StartDecisions>;
  /** Writes atomically; on disk when it resolves. Rejects with the error of the file system. */
  write(container: string, user: SharingUser, decisions?: StartDecisions): Promise<void>;
  remove(container: string): Promise<void>;
  /** Containers with a record. */
  list(): readonly string[];
}

const containerId = /^[0-9a-f]{64}$/;

/** Opens the directory of records, and creates it (0700). Throws the error of the file system. */
export function openSharingRecords(directory: string): SharingRecords {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeAbandonedTemporaries(directory);
  const fileOf = (container: string): string => {
    if (!containerId.test(container)) throw new Error(`not a container's id: ${container}`);
    return path.join(directory, sharingRecordName(container));
  };
  const textOf = (container: string) =>
    readFile(fileOf(container), 'utf8').catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return '';
      throw error;
    });
  return {
    read: async (container) => readSharingRecord(await textOf(container)),
    readDecisions: async (container) => readStartDecisions(await textOf(container)),
    write: async (container, user, decisions) => {
      const aside = path.join(directory, `.${randomBytes(6).toString('hex')}`);
      await writeFile(aside, writeSharingRecord(user, decisions), { mode: 0o600, flush: true });
      await rename(aside, fileOf(container));
      const handle = await open(directory, 'r');
      await handle.sync().finally(() => handle.close());
    },
    remove: (container) => rm(fileOf(container), { force: true }),
    list: () =>
      readdirSync(directory).flatMap((name) =>
        sharingRecordName(name.slice(0, 64)) === name && containerId.test(name.slice(0, 64))
          ? [name.slice(0, 64)]
          : [],
      ),
  };
}
