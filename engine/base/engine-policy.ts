import { effectiveSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import type { AppError } from '../../shared/result.ts';
import { readSettings } from './files.ts';
import type { RootPaths } from './root-paths.ts';

/** What the settings file asks of the engine's own configuration. */
export interface EnginePolicy {
  readonly eci: boolean;
  readonly backend: EffectiveSettings['backend'];
  /**
   * Why the file can't be used, if so: then the engine is configured as under ECI, like the gateway that is
   * locked down.
   */
  readonly error: AppError | null;
}

/**
 * Reads the settings for the engine's configuration. A file that can't be used means ECI on (fail closed).
 */
export async function readEnginePolicy(paths: RootPaths): Promise<EnginePolicy> {
  const stored = await readSettings(paths.settings);
  if (!stored.ok) return { eci: true, backend: 'auto', error: stored.error };
  const effective = effectiveSettings(stored.value.text, { exists: stored.value.exists });
  if (!effective.ok) return { eci: true, backend: 'auto', error: effective.error };
  return { eci: effective.value.eci.value, backend: effective.value.backend, error: null };
}
