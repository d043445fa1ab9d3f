import * as z from 'zod';
import { message, type Message } from '../messages/message.ts';
import { messageReferenceSchema } from '../messages/schema.ts';

/** Claims that a probe can verify; ids are the rows of the behaviour page. */
export const claimIds = [
  'A2-user-namespace',
  'A3-exclusive-range',
  'A4-privileged-works',
  'A5-privileged-confined',
  'A5-listed-devices',
  'A6-runtime-override',
  'A7-userns-host-ignored',
  'A7-host-namespaces-refused',
  'A7-namespace-sharing',
  'A8-engine-directories-refused',
  'A8-shared-directory-usable',
  'A9-read-only-locked',
  'A10-proc-hidden',
  'A10-proc-emulated',
  'A11-through-socket',
  'B1-socket-refused',
  'C-build-legacy',
  'C-build-buildkit',
] as const;
export type ClaimId = (typeof claimIds)[number];

/** One of several items of a claim: what was tried, the result, and whether that is as required. */
const claimItemSchema = z.object({
  title: z.string(),
  seen: z.string(),
  good: z.boolean(),
  /** The catalogue sentences of `title` and `seen`; records of earlier versions have none. */
  sentences: z
    .object({ title: messageReferenceSchema.optional(), seen: messageReferenceSchema.optional() })
    .optional(),
});
export type ClaimItem = z.infer<typeof claimItemSchema>;

/** One claim, what was observed inside a real container, and the verdict. */
export const claimSchema = z.object({
  id: z.enum(claimIds),
  /**
   * `pass`: verified. `fail`: refuted, or could not be verified. `not-run`: nothing was tried. `limited`: the
   * protection is verified, and a part that is not protection is missing here; the evidence names it.
   * `not-offered`: the backend, or the settings, do not offer this; the evidence gives the reason.
   * `not-enforced`: nothing is refused in audit mode, so it can't be verified.
   */
  verdict: z.enum(['pass', 'fail', 'limited', 'not-offered', 'not-run', 'not-enforced']),
  /** What was observed, verbatim where possible: `uid_map "0 1000000000 65536"`. */
  evidence: z.string(),
  /** The catalogue sentence of the evidence; records of earlier versions have none. */
  sentence: messageReferenceSchema.optional(),
  /** The items, if a claim is about several. */
  items: z.array(claimItemSchema).optional(),
});
export type Claim = z.infer<typeof claimSchema>;
export type Verdict = Claim['verdict'];

export const verificationSchema = z.object({
  at: z.string(),
  durationMs: z.number(),
  eci: z.boolean(),
  /** The kernel it ran on, as the engine names it; missing in records of earlier versions. */
  kernel: z.string().optional(),
  /**
   * sha256 (hex) of the settings text in force; null if that was unknown, or changed meanwhile. Missing in
   * records of earlier versions and of Docker Desktop.
   */
  settingsHash: z.string().nullable().optional(),
  claims: z.array(claimSchema),
});
export type Verification = z.infer<typeof verificationSchema>;

/**
 * Whether a claim is settled. `limited` and `not-offered` do not make an engine unverified: they are used
 * only if the missing part is known and is not promised here (A10 without lxcfs, A3 on a backend with one
 * range).
 */
export function settled(verdict: Verdict): boolean {
  switch (verdict) {
    case 'pass':
    case 'limited':
    case 'not-offered':
      return true;
    case 'fail':
    case 'not-run':
    case 'not-enforced':
      return false;
  }
}

/** Every claim exists and is settled. A record of an older version lacks claims, and does not count. */
export function allSettled(claims: readonly Claim[]): boolean {
  return (
    claimIds.every((id) => claims.some((claim) => claim.id === id)) &&
    claims.every((claim) => settled(claim.verdict))
  );
}

const otherCounts = [
  ['limited', 'claims.count-limited'],
  ['not-offered', 'claims.count-not-offered'],
  ['not-enforced', 'claims.count-not-enforced'],
  ['not-run', 'claims.count-not-run'],
  ['fail', 'claims.count-failed'],
] as const;

const countOf = (claims: readonly Claim[], verdict: Verdict): number =>
  claims.filter((claim) => claim.verdict === verdict).length;

/** "1 limited", "1 not offered here": each verdict of the claims other than `pass`. */
export const otherCountMessages = (claims: readonly Claim[]): readonly Message[] =>
  otherCounts
    .map(([verdict, id]) => ({ id, number: countOf(claims, verdict) }))
    .filter(({ number }) => number > 0)
    .map(({ id, number }) => message(id, { number }));

/** "16 of 18 checks passed", and the other verdicts: for the log and the command line. */
export const countMessage = (claims: readonly Claim[]): Message =>
  otherCountMessages(claims).reduce<Message>(
    (before, after) => message('claims.counts', { before, after }),
    message('claims.count-shown', { number: countOf(claims, 'pass'), total: claims.length }),
  );

/** `audit`: isolation is on, and nothing is refused. */
export type ProtectionState = 'protected' | 'unverified' | 'audit' | 'off' | 'stopped';

/** How long a verification is valid: "Protected" needs a probe no older than 24 h. */
export const verificationMaxAgeMs = 24 * 3600_000;

/** Whether a verification was made on another kernel than that of the engine now; false if unknown. */
export const isOnOtherKernel = (
  { kernel: verified }: Pick<Verification, 'kernel'>,
  kernel: string | null | undefined,
): boolean => typeof kernel === 'string' && verified !== undefined && verified !== kernel;

/**
 * Whether a verification was made under other settings than those in force, whose text has this hash; false
 * if unknown.
 */
export const isOfOtherSettings = (
  { settingsHash: verified }: Pick<Verification, 'settingsHash'>,
  hash: string | null | undefined,
): boolean => typeof hash === 'string' && verified !== undefined && verified !== hash;

/** The protection state of the engine, from facts. `now` is ms since the epoch. */
export function protectionState(facts: {
  engineReady: boolean;
  /** The kernel that the engine runs on; null if unknown. */
  kernel: string | null;
  /** sha256 (hex) of the settings text in force; null if there is none, or it is unknown. */
  settingsHash?: string | null;
  eci: boolean;
  audit: boolean;
  verification: Verification | null;
  now: number;
}): ProtectionState {
  if (!facts.engineReady) return 'stopped';
  if (!facts.eci) return 'off';
  // Requests for a host namespace are granted: no verification makes that protected.
  if (facts.audit) return 'audit';
  const v = facts.verification;
  if (v === null || !v.eci || !allSettled(v.claims)) return 'unverified';
  if (isOnOtherKernel(v, facts.kernel) || isOfOtherSettings(v, facts.settingsHash)) return 'unverified';
  const age = facts.now - Date.parse(v.at);
  return age >= 0 && age <= verificationMaxAgeMs ? 'protected' : 'unverified';
}
