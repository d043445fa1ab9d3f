import type { SettingsState } from '../../shared/ipc/app-state.ts';
import {
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readVersion } from './history.ts';

/**
 * The administrator's settings that a running gateway enforces if the settings file is lost or unusable;
 * those of the file otherwise. The strictest settings if it cannot be determined which it enforces.
 */
export async function readSettingsInForce(
  paths: Pick<RootPaths, 'history'>,
  state: SettingsState,
): Promise<EffectiveSettings> {
  const applied = effectiveSettings(state.applied, { exists: state.exists });
  const { recorded, recordedVersion, isMissing } = state.policyFacts;
  if (applied.ok && !isMissing) return applied.value;
  if (recorded === null || recorded.hash === null) return lockedDownSettings;
  if (recorded.hash === '') return effectiveOf('', false);
  const version = recordedVersion === null ? null : await readVersion(paths.history, recordedVersion);
  const text = version?.ok === true ? version.value.settings : null;
  if (text !== null) return effectiveOf(text, true);
  // Its text is not available: the strictest policy, with the fields that the gateway has recorded.
  const { eci, locked, mode, backend } = recorded;
  return { ...lockedDownSettings, eci: { value: eci, locked }, mode, backend };
}

function effectiveOf(text: string, exists: boolean): EffectiveSettings {
  const settings = effectiveSettings(text, { exists });
  return settings.ok ? settings.value : lockedDownSettings;
}
