import {
  defaultSettings,
  effectiveSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import type { AppError } from '../../shared/result.ts';
import { readStartWithoutFile } from './enforced-policy.ts';
import { readSettings } from './files.ts';
import type { RootPaths } from './root-paths.ts';

/** What the settings file requires of the engine's own configuration. */
export interface EnginePolicy {
  readonly eci: boolean;
  readonly backend: EffectiveSettings['backend'];
  /** The language of refusals; English if the settings do not say. */
  readonly language: EffectiveSettings['language'];
  /**
   * Why the file is unusable, if it is: then the engine is configured as under ECI, like the locked-down
   * gateway.
   */
  readonly error: AppError | null;
}

/**
 * Reads the settings for the engine's configuration. An unusable file means ECI on (fail closed), a deleted
 * one what the gateway keeps enforcing.
 */
export async function readEnginePolicy(paths: RootPaths): Promise<EnginePolicy> {
  const stored = await readSettings(paths.settings);
  if (!stored.ok) return lockedDown(stored.error);
  if (!stored.value.exists) return policyWithoutFile(paths);
  const effective = effectiveSettings(stored.value.text, { exists: true });
  return effective.ok ? policyOf(effective.value) : lockedDown(effective.error);
}

const lockedDown = (error: AppError | null): EnginePolicy => ({
  eci: true,
  backend: 'auto',
  language: 'en',
  error,
});
const policyOf = ({ eci, backend, language }: EffectiveSettings): EnginePolicy => ({
  eci: eci.value,
  backend,
  language,
  error: null,
});

async function policyWithoutFile(paths: RootPaths): Promise<EnginePolicy> {
  const { start, record } = await readStartWithoutFile(paths);
  if (start.kind === 'default') return policyOf(defaultSettings);
  if (start.kind !== 'stored') return lockedDown(null);
  if (start.text === null)
    return record === null
      ? lockedDown(null)
      : {
          ...lockedDown(null),
          eci: record.eci || record.preferredOff,
          backend: record.backend,
        };
  const effective = effectiveSettings(start.text, { exists: true });
  return effective.ok ? policyOf(effective.value) : lockedDown(null);
}
