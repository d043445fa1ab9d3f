import { enforcementOf } from '../../shared/enforcement/enforcement.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { effectiveSettings, type EffectiveSettings } from '../../shared/settings/index.ts';
import type { Session } from './session.ts';

/**
 * The policy by which requests are decided now: that of a running gateway, even if the settings file is lost;
 * the file's if no gateway runs. Fails if the file cannot be used, or if it is lost and nothing shows which
 * policy is in force.
 */
export async function readAppliedPolicy({
  state,
  target,
}: Pick<Session, 'state' | 'target'>): Promise<Result<EffectiveSettings, AppError>> {
  const { engine, settings } = state.get();
  if (settings.policyFacts.recorded !== null) {
    const { readSettingsInForce } = await import('../../engine/store/settings-in-force.ts');
    return ok(await readSettingsInForce(target.paths, settings));
  }
  if (settings.readError !== null) return { ok: false, error: settings.readError };
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  const { now } = enforcementOf({ capabilities: target.capabilities, engine, settings, applied });
  return applied.ok && now.source === 'unknown'
    ? fail('settings.unreadable', message('enforcement.now-unknown'))
    : applied;
}
