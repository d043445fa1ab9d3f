import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { SettingsWatch } from './settings-watch.ts';

/** Settings that never change, as a watched file would have them: for dry runs and tests. */
export function fixedSettings(settings: EffectiveSettings): SettingsWatch {
  const state = {
    settings,
    generation: 0,
    hash: null,
    text: null,
    problem: null,
    problemKind: null,
    preference: null,
    isPreferredOff: false,
    preferenceProblem: null,
  };
  return { current: () => state, close: () => undefined };
}
