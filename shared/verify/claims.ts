import * as z from 'zod';

/** Claims a probe can show; ids are the rows of the behaviour page. */
export const claimIds = ['A2-user-namespace', 'A3-exclusive-range', 'A6-runtime-override', 'A7-userns-host-ignored', 'A7-host-namespaces-refused', 'A4-privileged-confined', 'B1-socket-refused'] as const;

/** One claim, what was seen inside a real container, and the verdict. */
export const claimSchema = z.object({
  id: z.enum(claimIds),
  /** `not-enforced`: nothing is refused in audit mode, so there is nothing to show. */
  verdict: z.enum(['pass', 'fail', 'not-run', 'not-enforced']),
  /** What was observed, verbatim where possible: `uid_map "0 1000000000 65536"`. */
  evidence: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;

export const verificationSchema = z.object({
  at: z.string(),
  durationMs: z.number(),
  eci: z.boolean(),
  claims: z.array(claimSchema),
});
export type Verification = z.infer<typeof verificationSchema>;

/** `audit`: isolation is on, and nothing is refused. */
export type ProtectionState = 'protected' | 'unverified' | 'audit' | 'off' | 'stopped';

/** How long a verification counts (design language: "Protected" needs a probe no older than 24 h). */
export const verificationMaxAgeMs = 24 * 3600_000;

/** The one honest state of the engine, from facts. `now` is ms since the epoch. */
export function protectionState(facts: { engineReady: boolean; eci: boolean; audit: boolean; verification: Verification | null; now: number }): ProtectionState {
  if (!facts.engineReady) return 'stopped';
  if (!facts.eci) return 'off';
  // Whoever asks for a host namespace gets it: no verification makes that protected.
  if (facts.audit) return 'audit';
  const v = facts.verification;
  if (v === null || !v.eci || v.claims.length === 0 || v.claims.some((c) => c.verdict !== 'pass')) return 'unverified';
  const age = facts.now - Date.parse(v.at);
  return age >= 0 && age <= verificationMaxAgeMs ? 'protected' : 'unverified';
}
