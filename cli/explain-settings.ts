import type { Target } from '../engine/target.ts';
import { enforcementAlarm } from '../shared/enforcement/describe.ts';
import { enforcementOf, isAlarm, type Enforcement } from '../shared/enforcement/enforcement.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { SettingsState } from '../shared/ipc/app-state.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EffectiveSettings } from '../shared/settings/effective.ts';
import { withPreferences } from '../shared/settings/preferences.ts';
import { enforcesSettings } from '../shared/targets/capabilities.ts';
import { readGivenFile } from './given-file.ts';

/** The settings by which `bulkhead explain` decides. */
export interface SettingsChoice {
  /** Decide by this file, as if it were applied. */
  readonly settings?: string;
  /** Decide by the draft. */
  readonly draft?: boolean;
}

/** The settings of the decision, and their relation to those in force. */
export interface ExplainedSettings {
  readonly settings: EffectiveSettings;
  readonly enforcement: Enforcement;
  /** A note needed to understand the decision; empty if the settings file is in force. */
  readonly remarks: readonly Message[];
}

/**
 * The settings in force, those of the next start if no gateway runs, or the given ones. Errors: those of the
 * settings file, or `settings.unreadable`, if it cannot be determined which settings these are.
 */
export async function explainedSettings(
  target: Target,
  engine: EngineStatus,
  choice: SettingsChoice,
): Promise<Result<ExplainedSettings, AppError>> {
  const { effectiveSettings, defaultSettings } = await import('../shared/settings/index.ts');
  const state = await target.settings.read();
  const applied = effectiveSettings(state.applied, { exists: state.exists });
  const enforcement = enforcementOf({
    capabilities: target.capabilities,
    engine,
    settings: state,
    applied,
  });
  const isUnenforced =
    enforcement.by === 'nothing' && (engine.phase === 'ready' || !enforcesSettings(target.capabilities));
  const named = await namedText(state, choice);
  if (named !== null) {
    if (!named.ok) return named;
    const settings = effectiveSettings(named.value.text, { exists: named.value.exists });
    if (!settings.ok) return settings;
    const remarks = isUnenforced
      ? [message('cli-explain.would-be-enforced')]
      : preferenceRemarks(state, settings.value);
    return ok({ settings: settings.value, enforcement, remarks });
  }
  if (isUnenforced)
    return ok({
      settings: defaultSettings,
      enforcement,
      remarks: [message('cli-explain.nothing-enforces')],
    });
  const alarm = enforcementAlarm(enforcement);
  const remarks = alarm === null ? [] : [alarm.title, ...alarm.details];
  const { recorded, startWithoutFile } = state.policyFacts;
  const isDeleted = enforcement.difference === 'deleted';
  const policy = enforcement.by === 'nothing' ? enforcement.nextStart : enforcement.now;
  if (isDeleted && policy.source === 'unknown')
    return fail('settings.unreadable', message('enforcement.now-unknown'));
  if (
    isAlarm(enforcement.difference) &&
    (recorded !== null || (isDeleted && startWithoutFile !== 'default'))
  ) {
    const { readSettingsInForce } = await import('../engine/store/settings-in-force.ts');
    const settings = await readSettingsInForce(target.paths, state);
    return ok({ settings, enforcement, remarks: [...remarks, ...preferenceRemarks(state, settings)] });
  }
  if (state.readError !== null) return { ok: false, error: state.readError };
  if (!applied.ok) return applied;
  const settings = applied.value;
  return ok({ settings, enforcement, remarks: [...remarks, ...preferenceRemarks(state, settings)] });
}

/** The stored preferences of users that hold under these settings: the decision is without them. */
function preferenceRemarks({ preference }: SettingsState, settings: EffectiveSettings): readonly Message[] {
  if (preference === null) return [];
  const { eci, blockDockerLoad } = preference;
  const { outcomes } = withPreferences(settings, {
    version: 1,
    ...(eci === null ? {} : { eci }),
    ...(blockDockerLoad === null ? {} : { blockDockerLoad }),
  });
  const by = preference.by ?? message('cli-output.somebody');
  return [
    ...(outcomes.eci === 'in-force' ? [message('cli-explain.preference-off', { by })] : []),
    ...(outcomes.blockDockerLoad === 'in-force' ? [message('cli-explain.preference-load', { by })] : []),
  ];
}

/** The given text; null if none was given. */
async function namedText(
  state: SettingsState,
  { settings: file, draft }: SettingsChoice,
): Promise<Result<{ readonly text: string; readonly exists: boolean }, AppError> | null> {
  if (file !== undefined) {
    const read = await readGivenFile(file, message('cli.give-settings-file-or-draft'));
    return read.ok ? ok({ text: read.value, exists: true }) : read;
  }
  if (draft !== true) return null;
  return state.readError === null
    ? ok({ text: state.draft, exists: false })
    : { ok: false, error: state.readError };
}
