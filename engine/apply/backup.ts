import { chmod, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { engineConfigFiles } from '../daemon-json/daemon-json-file.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { maxTextLength } from '../../shared/settings/document-limits.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { message } from '../../shared/messages/message.ts';
import {
  exists,
  hashLargeFile,
  keepFile,
  readSettings,
  removeFile,
  sha256,
  syncDirectory,
  temporaryBeside,
  writeFileAtomic,
} from '../base/files.ts';
import { systemCode } from '../../shared/process/system-code.ts';

const manifestSchema = z.object({
  format: z.literal(1),
  /** `noteEngineConfig` is called before daemon.json is written; absent in backups of earlier versions. */
  notesConfig: z.literal(true).optional(),
  files: z.array(
    z.object({
      path: z.string(),
      stored: z.string().nullable(),
      mode: z.number().int(),
      hash: z.string(),
      /** Hash of the unusable content that `stored` replaces. */
      replaces: z.string().optional(),
    }),
  ),
});

/** What an apply needs in order to restore the previous state; removed when the apply has succeeded. */
export const backupDirectory = (paths: RootPaths): string => path.join(paths.history, 'apply-backup');
const targetText = 'new-settings.json';
/** Content of the removal note, if there was no settings file: written while there is free space for it. */
const noteText = 'removal-note';
/** sha256 of the daemon.json that this apply is about to write, '' for none. */
const configHash = 'new-daemon-json.sha256';
const newFileMode = 0o644;

/** A settings file that is unusable, or gone although nobody meant to remove it. */
export interface InvalidSettings {
  /** The text that the gateway keeps enforcing; null if that is not known. */
  readonly enforced: string | null;
}

/**
 * Copies settings file and engine configuration (absence included), and the text about to be applied, synced
 * to disk, as a whole or not at all. In place of an `invalid` settings file, a roll back writes the text that
 * the gateway enforces now: without a usable file, the gateway would go on with the text that was rolled
 * back, and with a note of the file's removal turn ECI off.
 */
export async function writeBackup(
  paths: RootPaths,
  target: string,
  invalid: InvalidSettings | null = null,
): Promise<Result<void, AppError>> {
  const directory = backupDirectory(paths);
  const temporary = `${directory}.tmp`;
  try {
    await rm(temporary, { recursive: true, force: true });
    // Everybody can read history, but not the backup: daemon.json may contain credentials.
    await mkdir(paths.history, { recursive: true, mode: 0o755 });
    await mkdir(temporary, { mode: 0o700 });
    const files: z.infer<typeof manifestSchema>['files'] = [];
    for (const file of [paths.settings, ...engineConfigFiles(paths)]) {
      const present = await contentOf(file);
      const enforced = file === paths.settings ? (invalid?.enforced ?? null) : null;
      const content = enforced === null ? present : ofBytes(Buffer.from(enforced));
      if (content === null) {
        files.push({ path: file, stored: null, mode: 0, hash: '' });
        continue;
      }
      const stored = path.basename(file);
      const mode = present === null ? newFileMode : (await stat(file)).mode & 0o7777;
      if (content.bytes === null) await keepFile(file, path.join(temporary, stored));
      else await writeSynced(path.join(temporary, stored), content.bytes);
      const replaces = enforced === null || present === null ? {} : { replaces: present.hash };
      files.push({ path: file, stored, mode, hash: content.hash, ...replaces });
    }
    await writeSynced(path.join(temporary, targetText), target);
    if (files[0]?.stored === null && invalid === null)
      await writeSynced(path.join(temporary, noteText), noteOf(sha256(target)));
    await writeSynced(
      path.join(temporary, 'manifest.json'),
      JSON.stringify({ format: 1, notesConfig: true, files }),
    );
    await syncDirectory(temporary);
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
    await syncDirectory(path.dirname(directory));
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    return fail('settings.unwritable', message('apply.backup-could-not-be-written'), {
      cause: error,
      hint: message('apply.nothing-changed'),
      params: { path: directory },
    });
  }
}

/** The content of a file; `bytes` is null if there are too many to be read. */
interface Content {
  readonly bytes: Buffer | null;
  readonly hash: string;
}

const ofBytes = (bytes: Buffer): Content => ({ bytes, hash: sha256(bytes) });

/** Null if there is no file. */
async function contentOf(file: string): Promise<Content | null> {
  try {
    const { size } = await stat(file);
    return size > maxTextLength
      ? { bytes: null, hash: await hashLargeFile(file) }
      : ofBytes(await readFile(file));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Notes what this apply is about to write as daemon.json (null: no file), so that a roll back tells it from
 * what another program wrote.
 */
export function noteEngineConfig(paths: RootPaths, text: string | null): Promise<Result<void, AppError>> {
  const note = path.join(backupDirectory(paths), configHash);
  return writeFileAtomic(note, text === null ? '' : sha256(text), { mode: 0o600 });
}

/** The text that was being applied. */
export async function readTargetText(paths: RootPaths): Promise<Result<string, AppError>> {
  const read = await readSettings(path.join(backupDirectory(paths), targetText));
  if (!read.ok) return read;
  return read.value.exists
    ? ok(read.value.text)
    : fail('settings.unreadable', message('apply.backup-text-missing'), {
        params: { path: backupDirectory(paths) },
      });
}

/** Whether there is a complete backup. Without one, nothing has been changed yet. */
export async function hasBackup(paths: RootPaths): Promise<boolean> {
  return (await readManifest(paths)) !== null;
}

async function readManifest(paths: RootPaths): Promise<z.infer<typeof manifestSchema> | null> {
  try {
    const parsed = manifestSchema.safeParse(
      JSON.parse(await readFile(path.join(backupDirectory(paths), 'manifest.json'), 'utf8')),
    );
    // The files that it names are written and deleted with an administrator's rights, so only files that we
    // back up are accepted.
    const ownFiles = [paths.settings, ...engineConfigFiles(paths)];
    return parsed.success &&
      parsed.data.files.every(
        (file) =>
          ownFiles.includes(file.path) && (file.stored === null || file.stored === path.basename(file.path)),
      )
      ? parsed.data
      : null;
  } catch {
    return null;
  }
}

/** What another program wrote during an apply, found by its roll back. */
export interface ForeignWrites {
  /** The settings file: left as it is. */
  readonly foreignSettings: boolean;
  /** daemon.json: left as it is (its own name), or the name that it has now. */
  readonly foreignConfig?: string;
}

/**
 * Restores every backed-up file, byte for byte, with its mode, or the enforced text in place of an invalid
 * settings file; deletes those that did not exist. The settings file is not changed if it contains neither
 * the old nor the new text: then another program wrote it meanwhile, which is not ours to undo. Nor is
 * daemon.json if this apply has not written it; if it has, what another program wrote since has our keys,
 * and is kept under another name. `noteRemoval`: false if no gateway reads the settings file.
 */
export async function restoreBackup(
  paths: RootPaths,
  options: { readonly noteRemoval?: boolean } = {},
): Promise<Result<ForeignWrites, AppError>> {
  const manifest = await readManifest(paths);
  if (manifest === null)
    return fail('apply.rollback-failed', message('apply.backup-unreadable'), {
      reason: backupDirectory(paths),
      params: { path: backupDirectory(paths) },
    });
  const target = await readTargetText(paths);
  const written = manifest.notesConfig === true ? await readConfigHash(paths) : null;
  let foreignSettings = false;
  let foreignConfig: string | undefined;
  for (const file of manifest.files) {
    const now = await contentOf(file.path).catch(() => null);
    const hash = now?.hash ?? '';
    if (hash === file.hash && (now !== null) === (file.stored !== null)) continue;
    const isOurs = !target.ok || hash === sha256(target.value) || hash === file.replaces;
    if (file.path === paths.settings && now !== null && !isOurs) {
      foreignSettings = true;
      continue;
    }
    if (file.path === paths.daemonJson && now !== null && written !== null && hash !== written.hash) {
      if (written.hash === null || written.hash === file.hash) {
        foreignConfig = file.path;
        continue;
      }
      foreignConfig = (await keepReplaced(file.path)) ?? foreignConfig;
    }
    // The gateway would treat the absence as a mistake, and keep the policy. It is one if the file was lost.
    if (
      options.noteRemoval !== false &&
      file.stored === null &&
      file.path === paths.settings &&
      (await exists(path.join(backupDirectory(paths), noteText)))
    ) {
      const noted = await writeFileAtomic(removalNote(file.path), noteOf(hash));
      if (
        !noted.ok &&
        !(
          target.ok &&
          hash === sha256(target.value) &&
          (await linkIntoPlace(paths, removalNote(file.path), noteText, 0o644))
        )
      )
        return noted;
    }
    const done =
      file.stored === null
        ? await removeFile(file.path)
        : await restoreFile(paths, file.path, file.stored, file.mode);
    if (!done.ok) return done;
  }
  return ok({ foreignSettings, ...(foreignConfig === undefined ? {} : { foreignConfig }) });
}

/** What `noteEngineConfig` noted; `hash` null: nothing. Null if that cannot be read. */
async function readConfigHash(paths: RootPaths): Promise<{ readonly hash: string | null } | null> {
  try {
    return { hash: await readFile(path.join(backupDirectory(paths), configHash), 'utf8') };
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? { hash: null } : null;
  }
}

/**
 * Gives a file that is about to be replaced a further name, which needs no space; a copy where that is
 * impossible. Null if both are: a roll back does not fail for it.
 */
async function keepReplaced(file: string): Promise<string | null> {
  const kept = `${file}.replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  try {
    await link(file, kept).catch(() => keepFile(file, kept));
    return kept;
  } catch {
    return null;
  }
}

async function restoreFile(
  paths: RootPaths,
  file: string,
  stored: string,
  mode: number,
): Promise<Result<void, AppError>> {
  const kept = path.join(backupDirectory(paths), stored);
  const content = await contentOf(kept).catch((error: unknown) => ({ error }));
  if (content === null || 'error' in content)
    return fail('apply.rollback-failed', message('apply.backup-file-unreadable', { file }), {
      cause: content?.error,
    });
  const { bytes } = content;
  if (bytes === null) return restoreLargeFile(paths, file, stored, mode);
  const written = await writeFileAtomic(file, bytes, { mode });
  if (!written.ok) return (await linkIntoPlace(paths, file, stored, mode)) ? ok(undefined) : written;
  await chmod(file, mode).catch(() => undefined);
  return written;
}

/** Puts a file back that is too large to be read. */
async function restoreLargeFile(
  paths: RootPaths,
  file: string,
  stored: string,
  mode: number,
): Promise<Result<void, AppError>> {
  const temporary = temporaryBeside(file);
  try {
    await keepFile(path.join(backupDirectory(paths), stored), temporary);
    await chmod(temporary, mode);
    await rename(temporary, file);
    await syncDirectory(path.dirname(file));
    return ok(undefined);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return (await linkIntoPlace(paths, file, stored, mode))
      ? ok(undefined)
      : fail('settings.unwritable', message('app.file-unwritable', { os: file }), {
          cause,
          params: { path: file },
        });
  }
}

const noteOf = (hash: string): string => `${hash}\n`;

/**
 * Links the backup's own copy to `file`, when nothing new can be written: rolling back must not need space on
 * a full disk. Only then, since a program that edits the file in place until the backup is dropped edits
 * both. False if that is impossible (another file system).
 */
async function linkIntoPlace(paths: RootPaths, file: string, stored: string, mode: number): Promise<boolean> {
  const temporary = temporaryBeside(file);
  try {
    await link(path.join(backupDirectory(paths), stored), temporary);
    await chmod(temporary, mode);
    await rename(temporary, file);
    await syncDirectory(path.dirname(file));
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}

/** Deletes the backup after success. */
export async function dropBackup(paths: RootPaths): Promise<void> {
  await rm(backupDirectory(paths), { recursive: true, force: true }).catch(() => undefined);
}
