import type { PolicyFacts } from '../../shared/enforcement/policy-facts.ts';
import type { RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import type { SettingsState } from '../../shared/ipc/app-state.ts';
import {
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import { readStoredText } from '../base/enforced-policy.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readVersion } from './history.ts';

/**
 * The administrator's settings that a running gateway enforces if the settings file is lost or unusable, or
 * that it will enforce at its next start; those of the file otherwise. The strictest settings if it cannot be
 * determined which those are.
 */
export async function readSettingsInForce(
  paths: Pick<RootPaths, 'history' | 'storedSettings'>,
  state: SettingsState,
): Promise<EffectiveSettings> {
  const applied = effectiveSettings(state.applied, { exists: state.exists });
  const { policyFacts } = state;
  if (applied.ok && !policyFacts.isMissing) return applied.value;
  const record = policyFacts.recorded ?? recordForStart(policyFacts);
  if (record === null || record.hash === null) return lockedDownSettings;
  if (record.hash === '') return effectiveOf('', false);
  const text = await readRecordedText(paths, { hash: record.hash, version: policyFacts.recordedVersion });
  if (text !== null) return effectiveOf(text, true);
  // Its text is not available: the strictest policy, with the fields that the gateway has recorded.
  const { eci, locked, preferredOff, mode, backend } = record;
  return { ...lockedDownSettings, eci: { value: eci || preferredOff, locked }, mode, backend };
}

/** The record that the next start follows; null if it is not that of the last gateway. */
const recordForStart = ({ isMissing, startWithoutFile, lastRecorded }: PolicyFacts): RecordedPolicy | null =>
  isMissing && (startWithoutFile === 'stored' || startWithoutFile === 'default') ? lastRecorded : null;

/** The recorded text: as stored by the gateway, for root alone, or of that version of history. */
export async function readRecordedText(
  paths: Pick<RootPaths, 'history' | 'storedSettings'>,
  { hash, version }: { readonly hash: string; readonly version: number | null },
): Promise<string | null> {
  const stored = await readStoredText(paths, hash);
  if (stored !== null || version === null) return stored;
  const found = await readVersion(paths.history, version);
  return found.ok ? found.value.settings : null;
}

function effectiveOf(text: string, exists: boolean): EffectiveSettings {
  const settings = effectiveSettings(text, { exists });
  return settings.ok ? settings.value : lockedDownSettings;
}
