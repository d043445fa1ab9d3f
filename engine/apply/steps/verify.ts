import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, withReference, type Message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import { countMessage, settled, type Claim } from '../../../shared/verify/claims.ts';
import type { StepModule } from './step.ts';

/** Verifies the protection from inside real containers. Skipped only if ECI is off afterwards. */
export const verify: StepModule = {
  id: 'verify',
  isDue: ({ eciAfter }) => eciAfter,
  estimate: { defaultMs: 6000 },
  run: async ({ ports, state, signal }) => {
    if ((await ports.turnedOffByUser?.()) === true)
      return ok({ detail: message('apply.detail-turned-off-by-user') });
    const verification = await ports.verify(signal);
    if (!verification.ok) return verification;
    const { claims } = verification.value;
    for (const claim of claims) state.log(logLine(claim));
    // Audit mode was requested: that nothing is refused is no reason to roll back. It is reported, and never
    // counts as passed.
    const open = claims.filter((claim) => claim.verdict === 'not-enforced').length;
    const bad = claims.filter((claim) => !settled(claim.verdict) && claim.verdict !== 'not-enforced');
    if (bad.length > 0 || claims.length === 0) {
      return fail('verify.failed', message('apply.verification-failed'), {
        reason:
          bad.length === 0
            ? message('apply.no-check-ran')
            : joinMessages(
                'statements',
                bad.map((claim) =>
                  message('common.what-and-why', { what: claim.id, why: evidenceOf(claim) }),
                ),
              ),
        hint: message('apply.run-verify'),
      });
    }
    return ok({
      detail:
        open === 0
          ? countMessage(claims)
          : message('apply.detail-claims-audit', { claims: countMessage(claims) }),
      verification: verification.value,
    });
  },
};

const evidenceOf = ({ evidence, sentence }: Claim): Message | string => withReference(evidence, sentence);

const logLine = (claim: Claim): Message =>
  message('apply-log.claim', {
    claim: claim.id,
    verdict: message(`apply-log.verdict-${claim.verdict}`),
    evidence: evidenceOf(claim),
  });
