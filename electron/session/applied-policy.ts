import { enforcementOf } from '../../shared/enforcement/enforcement.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { effectiveSettings, type EffectiveSettings } from '../../shared/settings/index.ts';
import type { Session } from './session.ts';

/**
 * The policy by which requests are decided now, or at the next start if no gateway runs: the one that was
 * enforced last, even if the settings file is lost; else the file's. Fails if the file cannot be used, or if
 * it is lost and nothing shows which policy is in force.
 */
export async function readAppliedPolicy({
  state,
  target,
}: Pick<Session, 'state' | 'target'>): Promise<Result<EffectiveSettings, AppError>> {
  const { engine, settings } = state.get();
  const { recorded, isMissing, startWithoutFile } = settings.policyFacts;
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  const { now } = enforcementOf({ capabilities: target.capabilities, engine, settings, applied });
  const isRetained = isMissing && startWithoutFile !== 'default' && now.source !== 'unknown';
  if (recorded !== null || isRetained) {
    const { readSettingsInForce } = await import('../../engine/store/settings-in-force.ts');
    return ok(await readSettingsInForce(target.paths, settings));
  }
  if (settings.readError !== null) return { ok: false, error: settings.readError };
  return applied.ok && now.source === 'unknown'
    ? fail('settings.unreadable', message('enforcement.now-unknown'))
    : applied;
}
