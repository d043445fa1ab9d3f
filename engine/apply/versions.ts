import { readFile } from 'node:fs/promises';
import { ok, type Result, type AppError } from '../../shared/result.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readSettings, removeFile, sha256 } from '../base/files.ts';
import { readVersion, versionState, writeVersion, type HistoryEntry } from '../store/history.ts';
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
  const written = await writeApplied(paths, journal, text === '' ? null : text, {
    version: journal.toVersion,
    hash: journal.targetHash,
    fromHash: journal.baseHash,
    eci: journal.eciAfter,
    durationsMs: journal.durationsMs,
    ...(journal.stopWait === undefined ? {} : { stopWait: journal.stopWait }),
  });
  return written.ok ? ok(undefined) : written;
}

/**
 * Records the text that a roll back wrote in place of an unusable one, like any other return to an earlier
 * version. Without that, as on a full disk, it is found as a change that another program made.
 */
export async function recordEnforced(paths: RootPaths, journal: Journal): Promise<void> {
  const applied = await readSettings(paths.settings);
  if (!applied.ok || !applied.value.exists) return;
  const { hash, text } = applied.value;
  const versions = await versionState(paths.history, applied.value);
  if (!versions.ok || versions.value.recorded) return;
  const { current: version, entries } = versions.value;
  const earlier = entries.findLast((entry) => entry.hash === hash);
  if (earlier === undefined) return;
  const fromHash = entries.at(-1)?.hash ?? '';
  await writeApplied(paths, journal, text, { version, hash, fromHash, eci: earlier.eci, durationsMs: {} });
}

/** Writes a version that the user of this apply brought into force. */
async function writeApplied(
  paths: RootPaths,
  { startedAt, uid, user }: Journal,
  settings: string | null,
  entry: Omit<HistoryEntry, 'at' | 'inForceFrom' | 'uid' | 'user' | 'how'>,
): Promise<Result<string, AppError>> {
  return writeVersion(paths.history, {
    entry: { ...entry, at: new Date().toISOString(), inForceFrom: startedAt, uid, user, how: 'apply' },
    settings,
    daemonJson: await readDaemonJson(paths),
  });
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
