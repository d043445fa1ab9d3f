import type { EngineStatus } from '../engine-status/status.ts';
import { allSettled, isOnOtherKernel, type Verification } from './claims.ts';

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
  /** What is enforced now. */
  readonly policy: { readonly eci: boolean; readonly audit: boolean };
  /** The last one. */
  readonly verification: Verification | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Why no verification is due; null if one is: none has passed lately on this kernel. Pure. */
export function whyNotDue({ engine, policy, verification: last, now }: DueFacts): NotDue | null {
  // One that does not respond may be running: the verification fails, and says so.
  if (engine.phase !== 'ready' && engine.phase !== 'unreachable') return 'engine-stopped';
  if (!policy.eci) return 'eci-off';
  if (policy.audit) return 'audit-mode';
  if (last === null || !last.eci || !allSettled(last.claims)) return null;
  // Earlier versions did not record the kernel.
  if (last.kernel === undefined || isOnOtherKernel(last, engine.kernel)) return null;
  const age = now - Date.parse(last.at);
  return age >= 0 && age < verificationRenewalMs ? 'holds' : null;
}
