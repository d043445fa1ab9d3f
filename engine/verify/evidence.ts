import {
  message,
  plainText,
  referenceTo,
  sentenceOf,
  withReference,
  type Message,
  type MessageReference,
} from '../../shared/messages/message.ts';
import type { Claim, ClaimId, ClaimItem, Verdict } from '../../shared/verify/claims.ts';
import { engineReason } from '../base/docker-client.ts';

/**
 * A sentence of the catalogue, or text that is the same in every language: an engine's own message, a
 * uid_map.
 */
export type EvidenceText = string | Message;

/** Why a probe returned nothing. */
export class ProbeError extends Error {
  readonly reason: EvidenceText;

  constructor(reason: EvidenceText) {
    super(plainText(reason));
    this.reason = reason;
  }
}

/** The reason of a failed probe: its own, or the engine's message. */
export const probeErrorText = (error: unknown): EvidenceText =>
  error instanceof ProbeError ? error.reason : engineReason(error);

/** Makes a claim; the evidence is recorded in English, with a reference to its sentence. */
export const makeClaim = (id: ClaimId, verdict: Verdict, evidence: EvidenceText): Claim => ({
  id,
  verdict,
  evidence: plainText(evidence),
  ...sentenceOf(evidence),
});

/** The evidence of a claim in its original form. */
export const evidenceOf = ({ evidence, sentence }: Claim): EvidenceText => withReference(evidence, sentence);

/** Makes one item of a claim, likewise. */
export function makeItem(title: EvidenceText, seen: EvidenceText, good: boolean): ClaimItem {
  const sentences: { title?: MessageReference; seen?: MessageReference } = {
    ...(typeof title === 'string' ? {} : { title: referenceTo(title) }),
    ...(typeof seen === 'string' ? {} : { seen: referenceTo(seen) }),
  };
  return {
    title: plainText(title),
    seen: plainText(seen),
    good,
    ...(Object.keys(sentences).length === 0 ? {} : { sentences }),
  };
}

/** "attempt: result". */
export const outcomeText = (title: EvidenceText, outcome: EvidenceText): Message =>
  message('evidence.outcome', { title, outcome });
