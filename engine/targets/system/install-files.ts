import { mkdir, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import { removeFile, writeFileAtomic, writeHint } from '../../base/files.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { engineConfigFiles, releaseEngineConfig } from '../../daemon-json/daemon-json-file.ts';
import {
  installJournalFile,
  installRecordFile,
  readInstallJournal,
  readInstallRecord,
  writeInstallRecord,
  type InstallJournal,
  type InstallRecord,
  type SavedFile,
} from './install-record.ts';
import { inOrder, type Outcome } from './install-steps.ts';
import { systemctl } from '../guarded/systemd.ts';
import { isDropIn, type InstalledFile } from './units.ts';

/** Writes our files, each atomically. */
export async function writeFiles(files: readonly InstalledFile[]): Promise<Outcome> {
  for (const { path: file, text, mode } of files) {
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
    } catch (cause) {
      // As a result, so that what was written before is rolled back.
      return fail('settings.unwritable', message('app.file-unwritable', { os: file }), {
        cause,
        hint: writeHint(systemCode(cause)),
        params: { path: file },
      });
    }
    const written = await writeFileAtomic(file, text, { mode });
    if (!written.ok) return written;
  }
  return ok(undefined);
}

/** The current content of files, to be restored later. Throws for a file that exists and can't be read. */
export async function saveFiles(files: readonly string[]): Promise<SavedFile[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        const [content, info] = await Promise.all([readFile(file, 'base64'), stat(file)]);
        return { path: file, content, mode: info.mode & 0o7777 };
      } catch (error) {
        // An unreadable file must not be lost by being replaced.
        if (systemCode(error) !== 'ENOENT') throw error;
        return { path: file, content: null, mode: 0o644 };
      }
    }),
  );
}

/**
 * What an installation or its preparation restores: what a preparation has saved, and the current content of
 * the other files. The engine's configuration only once it is about to be written, since the administrator
 * may edit it between preparation and installation.
 */
export async function saveBefore(
  paths: RootPaths,
  { phase, files }: Pick<InstallJournal, 'phase' | 'files'>,
  prepared: InstallJournal | null,
): Promise<SavedFile[]> {
  const saved = prepared?.saved ?? [];
  const written = [...files, ...(phase === 'prepared' ? [] : engineConfigFiles(paths))];
  const isSaved = (file: string): boolean => saved.some((one) => one.path === file);
  return [...saved, ...(await saveFiles(written.filter((file) => !isSaved(file))))];
}

/** Removes a file of ours, and the drop-in directory of a unit if that becomes empty. */
async function removeInstalledFile(file: string): Promise<Outcome> {
  const removed = await removeFile(file);
  if (removed.ok) await removeEmptyDropIns(file);
  return removed;
}

/** Removes the directory of a drop-in. One with other drop-ins stays. */
async function removeEmptyDropIns(file: string): Promise<void> {
  if (isDropIn({ path: file })) await rmdir(path.dirname(file)).catch(() => undefined);
}

/** Records that the gateway is in front of the engine, and removes what only the earlier version had. */
export async function recordInstalled(paths: RootPaths, journal: InstallJournal): Promise<Outcome> {
  const previous = await readInstallRecord(paths);
  const { version, files, units, dataRoot, group, bulkheadCommand } = journal;
  const done = await inOrder([
    () =>
      writeInstallRecord(paths, {
        ...{ version, files, units, dataRoot, group, bulkheadCommand },
        installedAt: new Date().toISOString(),
      }),
    () => removeFile(installJournalFile(paths)),
  ]);
  // Last, since it cannot be rolled back; the installation is complete without it.
  if (done.ok && previous !== null) await removeObsolete(previous, journal);
  return done;
}

async function removeObsolete(previous: InstallRecord, { files, units }: InstallJournal): Promise<void> {
  const obsoleteUnits = previous.units.filter((unit) => !units.includes(unit));
  // Not stopped: running containers may use lxcfs.
  if (obsoleteUnits.length > 0) await systemctl(['disable', '--quiet', ...obsoleteUnits]);
  for (const file of previous.files) if (!files.includes(file)) await removeInstalledFile(file);
  if (obsoleteUnits.length > 0) await systemctl(['daemon-reload']);
}

/** Restores every file, and removes the journal last. */
export async function giveBackFiles(paths: RootPaths, journal: InstallJournal): Promise<Outcome> {
  const { units, saved, wasInstalled } = journal;
  // Those of an earlier version stay enabled.
  const isNew = (unit: string): boolean =>
    !wasInstalled ||
    saved.some(({ path: file, content }) => content === null && path.basename(file) === unit);
  const newUnits = units.filter(isNew);
  if (newUnits.length > 0) await systemctl(['disable', '--quiet', ...newUnits]);
  return inOrder([
    ...saved.map((file) => () => giveBack(file)),
    () => (wasInstalled ? Promise.resolve(ok(undefined)) : removePolicyRecords(paths)),
    () => systemctl(['daemon-reload']),
    () => removeFile(installJournalFile(paths)),
  ]);
}

async function giveBack(saved: SavedFile): Promise<Outcome> {
  const { path: file, content, mode } = saved;
  // A symbolic link that nothing was written through or over, a dangling one too, stays.
  if (await isUnchanged(saved)) {
    await removeEmptyDropIns(file);
    return ok(undefined);
  }
  return content === null
    ? removeInstalledFile(file)
    : writeFileAtomic(file, Buffer.from(content, 'base64'), { mode });
}

/** Whether a file is as it was saved. One that cannot be read is not. */
async function isUnchanged({ path: file, content, mode }: SavedFile): Promise<boolean> {
  const [now] = await saveFiles([file]).catch(() => []);
  return now !== undefined && now.content === content && (content === null || now.mode === mode);
}

/** Without a gateway no policy is in force: one that is installed later must not resume this one. */
const removePolicyRecords = (paths: RootPaths): Promise<Outcome> =>
  inOrder(
    [paths.enforcedPolicy, paths.storedSettings].flatMap((file) => [
      () => removeFile(file),
      () => removeUnfinished(path.dirname(file), { prefix: `${path.basename(file)}.`, suffix: '.tmp' }),
    ]),
  );

/** Removes what processes that were killed had not yet renamed to the file that they were writing. */
async function removeUnfinished(
  directory: string,
  { prefix, suffix }: { readonly prefix: string; readonly suffix: string },
): Promise<Outcome> {
  const names = await readdir(directory).catch(() => []);
  return inOrder(
    names
      .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
      .map((name) => () => removeFile(path.join(directory, name))),
  );
}

/** Removes all of our files, and restores daemon.json; the journal is removed last. */
export async function removeInstalled(
  paths: RootPaths,
  files: readonly string[],
  units: readonly string[],
): Promise<Outcome> {
  await systemctl(['disable', '--quiet', ...units]);
  return inOrder([
    ...files.map((file) => () => removeInstalledFile(file)),
    () => removePolicyRecords(paths),
    () => removeUnfinished(path.join(paths.isolation, 'held-roots'), { prefix: '', suffix: '.json.new' }),
    async () => {
      const released = await releaseEngineConfig(paths);
      return released.ok ? ok(undefined) : released;
    },
    () => systemctl(['daemon-reload']),
    () => removeFile(installRecordFile(paths)),
    () => removeFile(installJournalFile(paths)),
  ]);
}

/** Settles the files of an interrupted installation or removal; starts nothing. */
export async function recoverFiles(paths: RootPaths): Promise<Outcome> {
  const journal = await readInstallJournal(paths);
  switch (journal?.phase) {
    case undefined:
    case 'prepared':
      return ok(undefined);
    case 'installing':
      return giveBackFiles(paths, journal);
    case 'uninstalling':
      return removeInstalled(paths, journal.files, journal.units);
  }
}
