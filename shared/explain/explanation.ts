import type { AuditOutcome } from '../audit/entry.ts';

/** One thing a rule has to say about a request. */
export interface Finding {
  readonly outcome: AuditOutcome | 'missing';
  /** Rule code; '' where something named is not there, or could not be asked. */
  readonly rule: string;
  /** Spec id (A7, B1, …) or ''. */
  readonly spec: string;
  /** JSON pointer of the setting that would change it, or null. */
  readonly setting: string | null;
  /** What it is about, as the user would name it. */
  readonly what: string;
  /** The sentence a client or the log would get. */
  readonly message: string;
}

/** One request that would change something, decided and not done. */
export interface ExplainedRequest {
  readonly method: string;
  readonly target: string;
  /** `would-deny`: audit mode lets it through. `undecided`: the engine could not be asked, or what is named is not there. */
  readonly outcome: AuditOutcome | 'undecided';
  /** Every finding, denials first found or not; a request without any passes as it is. */
  readonly findings: readonly Finding[];
}

/** What would happen. Nothing was run. */
export interface Explanation {
  readonly eci: boolean;
  readonly mode: 'enforce' | 'audit';
  /** The strictest outcome of all requests; `allow` without any: it only reads. */
  readonly outcome: ExplainedRequest['outcome'];
  readonly requests: readonly ExplainedRequest[];
  /** What would have been asked of an engine that is not there: taken for absent. Empty with an engine. */
  readonly missingFacts: readonly string[];
  /** What the explanation leaves open, as codes. */
  readonly notes: readonly ('later-requests' | 'build-calls' | 'image-assumed')[];
}

const strictness: readonly ExplainedRequest['outcome'][] = ['allow', 'rewrite', 'would-deny', 'undecided', 'deny'];

/** The strictest of several outcomes. */
export function strictest(outcomes: Iterable<ExplainedRequest['outcome']>): ExplainedRequest['outcome'] {
  let found: ExplainedRequest['outcome'] = 'allow';
  for (const outcome of outcomes) if (strictness.indexOf(outcome) > strictness.indexOf(found)) found = outcome;
  return found;
}
