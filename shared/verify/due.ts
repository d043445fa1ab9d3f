import type { EngineStatus } from '../engine-status/status.ts';
import { allSettled, isOfOtherSettings, type Verification } from './claims.ts';

/**
 * From this age on a verification is repeated, so that it is renewed before it is outdated
 * (`verificationMaxAgeMs`), although bulkhead-verify.timer looks only every three hours.
 */
export const verificationRenewalMs = 20 * 3600_000;

/**
 * Why no verification is due: there is nothing to verify (the engine does not run, ECI is off, nothing is
 * refused in audit mode), or the last one still holds.
 */
export type NotDue = 'engine-stopped' | 'eci-off' | 'audit-mode' | 'holds';

export interface DueFacts {
  readonly engine: Pick<EngineStatus, 'phase' | 'kernel'>;
  readonly enforcement: {
    /** `nothing`: no living gateway. */
    readonly by: string;
    readonly now: { readonly eci: boolean; readonly audit: boolean; readonly hash?: string | null };
    readonly nextStart: { readonly eci: boolean };
    /** The engine's default runtime, if it isolates nothing. */
    readonly otherRuntime?: string;
  };
  /** The last one. */
  readonly verification: Verification | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Phases in which a verification may be due. In those other than `ready`, it fails, and says why. */
const duePhases: ReadonlySet<EngineStatus['phase']> = new Set(['ready', 'starting', 'unreachable']);

/**
 * Why no verification is due; null if one is: none has passed lately on this kernel and under these settings,
 * it is not known which kernel this is, or it would not pass now. Pure.
 */
export function whyNotDue({ engine, enforcement, verification: last, now }: DueFacts): NotDue | null {
  if (!duePhases.has(engine.phase)) return 'engine-stopped';
  const { by, now: policy, nextStart, otherRuntime } = enforcement;
  // Without its gateway, an engine with ECI on in the settings is unprotected: the verification fails.
  if (by === 'nothing') return nextStart.eci ? null : 'eci-off';
  if (!policy.eci) return 'eci-off';
  if (policy.audit) return 'audit-mode';
  if (otherRuntime !== undefined || last === null || !last.eci || !allSettled(last.claims)) return null;
  // Earlier versions did not record the kernel.
  if (last.kernel === undefined || last.kernel !== engine.kernel) return null;
  if (isOfOtherSettings(last, policy.hash)) return null;
  const age = now - Date.parse(last.at);
  return age >= 0 && age < verificationRenewalMs ? 'holds' : null;
}
