import { enforcementOf, hasGap, isAlarm, type Enforcement } from '../enforcement/enforcement.ts';
import { isUnprotected } from '../containers/protection.ts';
import type { EngineStatus } from '../engine-status/status.ts';
import type { AppError, Result } from '../result.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { protectionState, type ProtectionState, type Verification } from '../verify/claims.ts';
import type { AppState } from './app-state.ts';

/** The protection state of the engine, and the number of containers that it does not include. */
export interface Protection {
  readonly state: ProtectionState;
  /** What is enforced now, and what the next start does. */
  readonly enforcement: Enforcement;
  /** Whether ECI is on: now, or at the next start of an engine that does not run. */
  readonly eci: boolean;
  readonly locked: boolean;
  /** Who turned ECI off by an effective preference ('' if they gave no name); null: nobody. */
  readonly preferredOff: string | null;
  /** The applied text is unreadable or unusable: nothing counts as verified. */
  readonly unreadable: boolean;
  /** Containers that ECI does not protect; null before the first scan. */
  readonly unprotected: number | null;
}

/**
 * Derived from facts only: the policy in force (`enforcementOf`), engine phase, last verification, last scan.
 * A lost or unusable settings file never counts as verified. `applied`: the meaning of the current file.
 */
export function protectionIn(
  app: Pick<AppState, 'settings' | 'engine' | 'target' | 'verification' | 'scan'>,
  applied: Result<EffectiveSettings, AppError>,
  now: number,
): Protection {
  const { capabilities } = app.target;
  const enforcement = enforcementOf({ capabilities, engine: app.engine, settings: app.settings, applied });
  const unreadable = !applied.ok || app.settings.readError !== null;
  const policy = app.engine.phase === 'ready' ? enforcement.now : enforcement.nextStart;
  return {
    state: protectionUnder(enforcement, {
      engine: app.engine,
      verification: unreadable ? null : app.verification,
      now,
    }),
    enforcement,
    eci: policy.eci,
    unreadable,
    preferredOff: policy.preferredOff,
    locked: policy.locked,
    unprotected: app.scan === null ? null : app.scan.containers.filter(isUnprotected).length,
  };
}

/** The state of an engine with this policy in force. `now`: ms since the epoch. */
export function protectionUnder(
  enforcement: Enforcement,
  facts: {
    readonly engine: Pick<EngineStatus, 'phase' | 'kernel'>;
    readonly verification: Verification | null;
    readonly now: number;
  },
): ProtectionState {
  const { now: policy, difference } = enforcement;
  const isProvable = !isAlarm(difference) && policy.source !== 'unknown' && !hasGap(enforcement);
  return protectionState({
    engineReady: facts.engine.phase === 'ready',
    kernel: facts.engine.kernel,
    settingsHash: policy.hash,
    eci: policy.eci,
    audit: policy.audit,
    verification: isProvable ? facts.verification : null,
    now: facts.now,
  });
}
