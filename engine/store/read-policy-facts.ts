import type { PolicyFacts } from '../../shared/enforcement/policy-facts.ts';
import type { StartWithoutFile } from '../../shared/enforcement/start-without-file.ts';
import { effectiveSettings } from '../../shared/settings/effective.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { readStartWithoutFile } from '../base/enforced-policy.ts';
import { exists, type StoredText } from '../base/files.ts';
import { isAlive } from '../base/process-identity.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readVersion, type HistoryEntry } from './history.ts';

type PolicyPaths = Pick<RootPaths, 'settings' | 'history' | 'enforcedPolicy' | 'storedSettings'>;

/** How many versions are read at most in search of one that can be restored. */
const maxVersionsRead = 20;

/**
 * Facts other than the settings file about which policy is in force. `applied`: the current file, null if it
 * cannot be read. `entries`: history, oldest first. Never throws.
 */
export async function readPolicyFacts(
  paths: PolicyPaths,
  applied: StoredText | null,
  entries: readonly HistoryEntry[],
): Promise<PolicyFacts> {
  const { start, record: lastRecorded } = await readStartWithoutFile(paths);
  const recorded = lastRecorded !== null && (await isAlive(lastRecorded.gateway)) ? lastRecorded : null;
  const hash = lastRecorded?.hash ?? '';
  const recordedVersion = hash === '' ? null : (entries.findLast((e) => e.hash === hash)?.version ?? null);
  const isMissing = applied?.exists === false && (await wasExpected(paths, start, { hash, entries }));
  const isUsable = applied !== null && effectiveSettings(applied.text, { exists: applied.exists }).ok;
  const restorable =
    isUsable && !isMissing ? null : (recordedVersion ?? (await newestUsable(paths.history, entries)));
  const startKind = start.kind;
  return { recorded, lastRecorded, recordedVersion, isMissing, startWithoutFile: startKind, restorable };
}

/** Whether a file that is missing should exist: something was in force, or history has ECI on. */
async function wasExpected(
  paths: PolicyPaths,
  start: StartWithoutFile,
  { hash, entries }: { readonly hash: string; readonly entries: readonly HistoryEntry[] },
): Promise<boolean> {
  if (start.kind !== 'default') return true;
  return hash === '' && entries.at(-1)?.eci === true && !(await exists(removalNote(paths.settings)));
}

/** The newest version with a usable settings text; null if none of the last ones is usable. */
async function newestUsable(history: string, entries: readonly HistoryEntry[]): Promise<number | null> {
  const recent = entries.filter(({ hash }) => hash !== '').slice(-maxVersionsRead);
  for (const { version } of recent.reverse()) {
    const found = await readVersion(history, version);
    const text = found.ok ? found.value.settings : null;
    if (text !== null && effectiveSettings(text, { exists: true }).ok) return version;
  }
  return null;
}
