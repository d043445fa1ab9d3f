import { readFile } from 'node:fs/promises';
import type { Result } from '../../shared/result.ts';
import { ok, type AppError } from '../../shared/result.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readSettings, removeFile, sha256 } from '../base/files.ts';
import { readVersion, writeVersion } from '../store/history.ts';
import { draftBasePath } from '../store/settings-store.ts';
import type { Journal } from './journal.ts';

/** daemon.json's text for history; null if there is none or it can't be read. */
export async function readDaemonJson(paths: RootPaths): Promise<string | null> {
  return readFile(paths.daemonJson, 'utf8').catch(() => null);
}

/**
 * Records the applied version in history. Does nothing if that was done (by a finish that was interrupted
 * after it).
 */
export async function recordVersion(
  paths: RootPaths,
  journal: Journal,
  text: string,
): Promise<Result<void, AppError>> {
  const present = await readVersion(paths.history, journal.toVersion);
  if (present.ok && present.value.entry.hash === journal.targetHash) return ok(undefined);
  const written = await writeVersion(paths.history, {
    entry: {
      version: journal.toVersion,
      at: new Date().toISOString(),
      uid: journal.uid,
      user: journal.user,
      hash: journal.targetHash,
      fromHash: journal.baseHash,
      how: 'apply',
      eci: journal.eciAfter,
      durationsMs: journal.durationsMs,
      ...(journal.stopWait === undefined ? {} : { stopWait: journal.stopWait }),
    },
    settings: text === '' ? null : text,
    daemonJson: await readDaemonJson(paths),
  });
  return written.ok ? ok(undefined) : written;
}

/**
 * Removes the draft if it equals the applied text; a draft that was edited further stays, based on the new
 * text.
 */
export async function settleDraft(paths: RootPaths, text: string): Promise<void> {
  const draft = await readSettings(paths.draft);
  if (!draft.ok || !draft.value.exists || draft.value.hash !== sha256(text)) return;
  await removeFile(paths.draft);
  await removeFile(draftBasePath(paths));
}
