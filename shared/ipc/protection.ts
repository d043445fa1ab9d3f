import type { AppError, Result } from '../result.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { enforcesSettings, missingBecause } from '../targets/capabilities.ts';
import { protectionState, type ProtectionState } from '../verify/claims.ts';
import type { AppState } from './app-state.ts';

/** The engine's one honest state, and how many containers are left out of it. */
export interface Protection {
  readonly state: ProtectionState;
  readonly eci: boolean;
  readonly locked: boolean;
  /** Who turned ECI off by a preference that counts ('' where they gave no name); null: nobody. */
  readonly preferredOff: string | null;
  /** The applied text can't be read or used: nothing counts as verified. */
  readonly unreadable: boolean;
  /** Containers that ECI does not protect; null when nobody looked yet. */
  readonly unprotected: number | null;
}

/**
 * Derived from facts only: the applied text (`applied` is what it comes to), engine phase, last verification,
 * last scan. An unreadable applied text counts as ECI on (the gateway locks down) and never as verified.
 */
export function protectionIn(
  app: Pick<AppState, 'settings' | 'engine' | 'target' | 'verification' | 'scan'>,
  applied: Result<EffectiveSettings, AppError>,
  now: number,
): Protection {
  const unreadable = !applied.ok || app.settings.readError !== null;
  const preferredOff =
    app.settings.preference?.outcomes.eci === 'in-force' ? (app.settings.preference.by ?? '') : null;
  const inForce = applied.ok ? applied.value.eci.value && preferredOff === null : true;
  const eci = enforcesSettings(app.target.capabilities) && inForce;
  const state = protectionState({
    engineReady: app.engine.phase === 'ready',
    eci,
    audit:
      missingBecause(app.target.capabilities, 'audit-mode') === null &&
      applied.ok &&
      applied.value.mode === 'audit',
    verification: unreadable ? null : app.verification,
    now,
  });
  return {
    state,
    eci,
    unreadable,
    preferredOff,
    locked: applied.ok && applied.value.eci.locked,
    unprotected: app.scan === null ? null : app.scan.containers.filter((c) => !c.protected).length,
  };
}
