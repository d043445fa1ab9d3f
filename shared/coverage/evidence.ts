import { settled, verificationMaxAgeMs, type Verification } from '../verify/claims.ts';
import type { CoverageRow } from './coverage.ts';

/** The current evidence of a row. `at` is when the verification was (ISO 8601), null without one. */
export type RowEvidence =
  /** `probe-similar`: the parts of the workload have passed, the workload itself was not tried. */
  | {
      readonly kind: 'probe-passed' | 'probe-similar' | 'probe-failed' | 'probe-outdated';
      readonly at: string;
    }
  /**
   * The probes have passed and verify only a part of it (A11 if only listed images may): the rest is a rule.
   */
  | { readonly kind: 'probe-limited'; readonly at: string }
  /** A probe could verify it, and has not (or one of its claims was not run). */
  | { readonly kind: 'probe-missing'; readonly at: string | null }
  | { readonly kind: 'rule' | 'documentation'; readonly at: null };

/**
 * "Probe passed · 3 min ago" as data. A verification from another ECI state, without one of the row's claims,
 * or older than a day proves nothing. `now` is ms since the epoch.
 */
export function rowEvidence(row: CoverageRow, verification: Verification | null, now: number): RowEvidence {
  if (row.basis !== 'probe') return { kind: row.basis, at: null };
  if (verification === null || !verification.eci) return { kind: 'probe-missing', at: null };
  const { at } = verification;
  const verdicts = row.claims.map(
    (id) => verification.claims.find((claim) => claim.id === id)?.verdict ?? 'not-run',
  );
  if (verdicts.includes('fail')) return { kind: 'probe-failed', at };
  if (verdicts.length === 0 || !verdicts.every(settled)) return { kind: 'probe-missing', at };
  if (verdicts.some((verdict) => verdict !== 'pass')) return { kind: 'probe-limited', at };
  const age = now - Date.parse(at);
  return age >= 0 && age <= verificationMaxAgeMs
    ? { kind: row.notTried === true ? 'probe-similar' : 'probe-passed', at }
    : { kind: 'probe-outdated', at };
}

/**
 * A row's state for display: protected by probe only if the probe has passed, else `unverified`; neither
 * protected nor refused if the probe has failed.
 */
export function displayedState(row: CoverageRow, evidence: RowEvidence): CoverageRow['state'] | 'unverified' {
  if (evidence.kind === 'probe-failed') return 'unprotected';
  if (row.state !== 'protected' || row.basis !== 'probe') return row.state;
  return evidence.kind === 'probe-passed' ? 'protected' : 'unverified';
}
