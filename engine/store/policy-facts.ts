import { readFile } from 'node:fs/promises';
import { recordedPolicySchema, type RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import type { PolicyFacts } from '../../shared/enforcement/policy-facts.ts';
import { effectiveSettings } from '../../shared/settings/effective.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { exists, type StoredText } from '../base/files.ts';
import { isAlive } from '../base/process-identity.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readVersion, type HistoryEntry } from './history.ts';

type PolicyPaths = Pick<RootPaths, 'settings' | 'history' | 'enforcedPolicy'>;

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
  const recorded = await readRecordedPolicy(paths.enforcedPolicy);
  const recordedVersion =
    recorded === null || recorded.hash === null || recorded.hash === ''
      ? null
      : (entries.findLast(({ hash }) => hash === recorded.hash)?.version ?? null);
  const wasExpected = recorded === null || recorded.hash === '' ? entries.at(-1)?.eci === true : true;
  const isMissing = applied?.exists === false && wasExpected && !(await exists(removalNote(paths.settings)));
  const isUsable = applied !== null && effectiveSettings(applied.text, { exists: applied.exists }).ok;
  const restorable =
    isUsable && !isMissing ? null : (recordedVersion ?? (await newestUsable(paths.history, entries)));
  return { recorded, recordedVersion, isMissing, restorable };
}

/** The record of the running gateway; null if it does not run, or has recorded nothing. */
async function readRecordedPolicy(file: string): Promise<RecordedPolicy | null> {
  try {
    const record = recordedPolicySchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return (await isAlive(record.gateway)) ? record : null;
  } catch {
    return null;
  }
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
