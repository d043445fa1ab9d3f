import type { SettingsState } from '../../shared/ipc/app-state.ts';
import {
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/index.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { readVersion } from './history.ts';

/**
 * The administrator's settings that a running gateway enforces, where the settings file is lost or unusable;
 * those of the file otherwise. The strictest ones where nothing shows which it enforces.
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
  // Its text is nowhere to be read: the strictest policy, with what the gateway has recorded of its own.
  const { eci, locked, mode, backend } = recorded;
  return { ...lockedDownSettings, eci: { value: eci, locked }, mode, backend };
}

function effectiveOf(text: string, exists: boolean): EffectiveSettings {
  const settings = effectiveSettings(text, { exists });
  return settings.ok ? settings.value : lockedDownSettings;
}
