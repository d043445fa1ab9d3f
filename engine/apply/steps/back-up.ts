import { stat } from 'node:fs/promises';
import { message } from '../../../shared/messages/message.ts';
import { ok } from '../../../shared/result.ts';
import { effectiveSettings } from '../../../shared/settings/effective.ts';
import { readSettingsOrBytes, type StoredText } from '../../base/files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { versionState, writeVersion, type VersionState } from '../../store/history.ts';
import { readPolicyFacts } from '../../store/read-policy-facts.ts';
import { readRecordedText } from '../../store/settings-in-force.ts';
import { writeBackup, type InvalidSettings } from '../backup.ts';
import { readDaemonJson } from '../versions.ts';
import { settingsConflict } from './settings-conflict.ts';
import type { StepModule } from './step.ts';

/**
 * Stores what a roll back needs; a version written by another program is added to history, also
 * the content of one that is not text.
 */
export const backUp: StepModule = {
  id: 'back-up',
  isDue: () => true,
  estimate: { defaultMs: 100 },
  run: async ({ ports, journal, text }) => {
    const { paths } = ports;
    const applied = await readSettingsOrBytes(paths.settings);
    if (!applied.ok) return applied;
    if (applied.value.hash !== journal.baseHash) return settingsConflict(paths.settings);
    const versions = await versionState(paths.history, applied.value);
    if (!versions.ok) return versions;
    if (!versions.value.recorded && applied.value.exists) {
      // Another program wrote the file since our last apply (or before our first): that version is added to
      // history, too.
      const found = await writeVersion(paths.history, {
        entry: {
          version: journal.fromVersion,
          at: journal.startedAt,
          inForceFrom: await changedBefore(paths.settings, journal.startedAt),
          uid: journal.uid,
          user: journal.user,
          hash: applied.value.hash,
          fromHash: versions.value.entries.at(-1)?.hash ?? '',
          how: 'found',
          eci: journal.eciBefore,
          durationsMs: {},
        },
        settings: contentOf(paths.settings, applied.value),
        daemonJson: await readDaemonJson(paths),
      });
      // The gateway records such a version, too, and may have done so meanwhile.
      if (!found.ok && !(await isRecorded(paths, applied.value))) return found;
    }
    const backup = await writeBackup(
      paths,
      text,
      await invalidSettings(paths, applied.value, versions.value),
    );
    return backup.ok
      ? ok({ detail: message('apply.detail-version', { version: journal.fromVersion }) })
      : backup;
  },
};

/** What history keeps of a settings file. */
function contentOf(file: string, { text, notText }: StoredText): string | Uint8Array | { file: string } {
  return notText === undefined ? text : (notText.bytes ?? { file });
}

async function isRecorded({ history }: RootPaths, applied: StoredText): Promise<boolean> {
  const versions = await versionState(history, applied);
  return versions.ok && versions.value.recorded;
}

/** The earliest time at which the gateway, which watches the file, can have adopted an external change. */
async function changedBefore(file: string, now: string): Promise<string> {
  const found = await stat(file).catch(() => null);
  const changed = found?.mtime.toISOString() ?? now;
  return changed < now ? changed : now;
}

/** What the gateway enforces, if the settings file is unusable or was deleted by mistake; else null. */
async function invalidSettings(
  paths: RootPaths,
  applied: StoredText,
  { entries }: VersionState,
): Promise<InvalidSettings | null> {
  const facts = await readPolicyFacts(paths, applied, entries);
  const { isMissing, recorded, lastRecorded, recordedVersion: version } = facts;
  const isUnusable = applied.exists && !effectiveSettings(applied.text, applied).ok;
  if (!isMissing && !isUnusable) return null;
  // An unusable file locks down the next start: it is put back as it is, unless a gateway enforces another.
  const record = isMissing ? lastRecorded : recorded;
  // No policy is in force: a roll back deliberately removes the file again.
  if (isMissing && facts.startWithoutFile === 'default') return null;
  const hash = record?.hash ?? '';
  return { enforced: hash === '' ? null : await readRecordedText(paths, { hash, version }) };
}
