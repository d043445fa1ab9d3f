import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { AppError, Result } from '../../../shared/result.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { engineConfigFiles } from '../../daemon-json/daemon-json-file.ts';

/** A file before we changed it; `text` null: it did not exist. */
const savedFileSchema = z.object({
  path: z.string(),
  /** Base64. */
  content: z.string().nullable(),
  mode: z.number().int(),
});
export type SavedFile = z.infer<typeof savedFileSchema>;

const versionAndUnits = {
  version: z.literal(1),
  /** Our files and units, as written. */
  files: z.array(z.string()),
  units: z.array(z.string()),
  dataRoot: z.string(),
  group: z.string(),
};

/** `DIR/install.json`: what is installed in front of the engine. */
const installRecordSchema = z.object({
  ...versionAndUnits,
  installedAt: z.string(),
  bulkheadCommand: z.string(),
});
export type InstallRecord = z.infer<typeof installRecordSchema>;

/**
 * `DIR/install-journal.json`: an installation or removal that is not finished. `prepared`: written, and
 * waiting for the next start of the machine or `bulkhead install`.
 */
const installJournalSchema = z.object({
  ...versionAndUnits,
  phase: z.enum(['prepared', 'installing', 'uninstalling']),
  bulkheadCommand: z.string(),
  /** For an upgrade: the previous version, to be restored on failure. */
  wasInstalled: z.boolean(),
  /** What to restore. */
  saved: z.array(savedFileSchema),
});
export type InstallJournal = z.infer<typeof installJournalSchema>;

export const installRecordFile = (paths: RootPaths): string => path.join(paths.root, 'install.json');
export const installJournalFile = (paths: RootPaths): string => path.join(paths.root, 'install-journal.json');

export const readInstallRecord = (paths: RootPaths): Promise<InstallRecord | null> =>
  readJson(installRecordFile(paths), installRecordSchema);
export async function readInstallJournal(paths: RootPaths): Promise<InstallJournal | null> {
  const journal = await readJson(installJournalFile(paths), installJournalSchema);
  if (journal?.phase !== 'prepared') return journal;
  // Earlier versions saved the engine's configuration at the preparation, which does not change it:
  // restoring it would undo what the administrator has written since.
  const config = engineConfigFiles(paths);
  return { ...journal, saved: journal.saved.filter(({ path: file }) => !config.includes(file)) };
}

/** Files and units of ours: of what is installed, and of a version that is prepared beside it. Pure. */
export function filesAndUnitsOf(
  record: InstallRecord,
  journal: InstallJournal | null,
): Pick<InstallRecord, 'files' | 'units'> {
  const all = journal?.phase === 'prepared' ? [record, journal] : [record];
  return {
    files: [...new Set(all.flatMap(({ files }) => files))],
    units: [...new Set(all.flatMap(({ units }) => units))],
  };
}

export const writeInstallRecord = (
  paths: RootPaths,
  record: InstallRecord,
): Promise<Result<void, AppError>> =>
  writeFileAtomic(installRecordFile(paths), `${JSON.stringify(record, null, 2)}\n`);
/**
 * 0600: it contains the text of daemon.json, which may contain credentials of a proxy. A preparation does not
 * save that, and everybody's `bulkhead status` names it.
 */
export const writeInstallJournal = (
  paths: RootPaths,
  journal: InstallJournal,
): Promise<Result<void, AppError>> =>
  writeFileAtomic(installJournalFile(paths), `${JSON.stringify(journal)}\n`, {
    mode: journal.phase === 'prepared' ? 0o644 : 0o600,
  });

/** What is prepared and not yet in force; null: nothing, or this user may not read it. Never throws. */
export async function preparedInstall(paths: RootPaths): Promise<'install' | 'upgrade' | null> {
  const journal = await readInstallJournal(paths).catch(() => null);
  if (journal?.phase !== 'prepared') return null;
  return journal.wasInstalled ? 'upgrade' : 'install';
}

/** Null if there is none; throws if it can't be read, since continuing without it could lose a file. */
async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'EACCES') return null;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}
