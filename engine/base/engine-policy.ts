import { effectiveSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import type { AppError } from '../../shared/result.ts';
import { readSettings } from './files.ts';
import type { RootPaths } from './root-paths.ts';

/** What the settings file requires of the engine's own configuration. */
export interface EnginePolicy {
  readonly eci: boolean;
  readonly backend: EffectiveSettings['backend'];
  /**
   * Why the file is unusable, if it is: then the engine is configured as under ECI, like the locked-down
   * gateway.
   */
  readonly error: AppError | null;
}

/** Reads the settings for the engine's configuration. An unusable file means ECI on (fail closed). */
export async function readEnginePolicy(paths: RootPaths): Promise<EnginePolicy> {
  const stored = await readSettings(paths.settings);
  if (!stored.ok) return { eci: true, backend: 'auto', error: stored.error };
  const effective = effectiveSettings(stored.value.text, { exists: stored.value.exists });
  if (!effective.ok) return { eci: true, backend: 'auto', error: effective.error };
  return { eci: effective.value.eci.value, backend: effective.value.backend, error: null };
}
