import { readFile } from 'node:fs/promises';
import { recordedPolicySchema, type RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import {
  parseStoredSettings,
  startWithoutFile,
  type FoundSettings,
  type StartWithoutFile,
} from '../../shared/enforcement/start-without-file.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { sha256 } from './files.ts';
import type { RootPaths } from './root-paths.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** What a gateway records: the policy that it enforces, and its settings text. */
type RecordPaths = Pick<RootPaths, 'settings' | 'enforcedPolicy' | 'storedSettings'>;

/** The policy that the last gateway recorded, whether it still runs or not; null if there is none. */
export async function readLastRecord(
  paths: Pick<RootPaths, 'enforcedPolicy'>,
): Promise<RecordedPolicy | 'damaged' | null> {
  try {
    return recordedPolicySchema.parse(JSON.parse(await readFile(paths.enforcedPolicy, 'utf8')));
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? null : 'damaged';
  }
}

/** The stored settings text with this hash; null if another one or none is stored, or it cannot be read. */
export async function readStoredText(
  paths: Pick<RootPaths, 'storedSettings'>,
  hash: string,
): Promise<string | null> {
  const found = await readStoredSettings(paths.storedSettings);
  return found.state === 'stored' && found.hash === hash ? found.text : null;
}

/** What a start without the settings file brings into force, as far as this user may know. Never throws. */
export async function readStartWithoutFile(
  paths: RecordPaths,
): Promise<{ readonly start: StartWithoutFile; readonly record: RecordedPolicy | null }> {
  const [record, stored, note] = await Promise.all([
    readLastRecord(paths),
    readStoredSettings(paths.storedSettings),
    readFile(removalNote(paths.settings), 'utf8').catch(() => null),
  ]);
  return {
    start: startWithoutFile({ record, stored, removed: note?.trim() ?? null }),
    record: record === 'damaged' ? null : record,
  };
}

async function readStoredSettings(file: string): Promise<FoundSettings> {
  try {
    return parseStoredSettings(await readFile(file, 'utf8'), sha256);
  } catch (error) {
    const code = systemCode(error);
    return { state: code === 'ENOENT' ? 'absent' : code === 'EACCES' ? 'hidden' : 'damaged' };
  }
}
