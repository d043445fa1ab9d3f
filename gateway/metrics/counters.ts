import type { AuditOutcome } from '../../shared/audit/entry.ts';
import type { RuleCode } from '../../shared/rules/index.ts';
import type { Route } from '../routes/route.ts';
import type { UntrustedReason } from '../trust/image-verdict.ts';

/**
 * Outcomes that are counted besides those of the audit log: the engine was unreachable, the object does not
 * exist, or the request is invalid for any engine.
 */
export type CountedOutcome = AuditOutcome | 'unreachable' | 'missing' | 'invalid';

/** Upper bounds of the decision time's buckets, seconds. */
export const decisionBuckets = [0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 1, 10] as const;

/**
 * Plain counters: a request costs one map look-up and an addition. They are rendered only when the metrics
 * socket is scraped.
 */
export class GatewayCounters {
  /** Requests by route and outcome; null: not in the route table. */
  readonly requests = new Map<Route | null, Partial<Record<CountedOutcome, number>>>();
  /** Denials, real ones and those of audit mode, by rule. */
  readonly denials = new Map<RuleCode, { deny: number; 'would-deny': number }>();
  /** Decisions per bucket of `decisionBuckets`; the last one has no bound. */
  readonly decisionTimes: number[] = Array.from({ length: decisionBuckets.length + 1 }, () => 0);
  decisionSeconds = 0;
  /** Requests that were refused as malformed, before any rule. */
  malformed = 0;
  /** Clients that got a 503 because the engine could not be reached. */
  engineUnreachable = 0;
  /**
   * Image trust decisions by result: may an image have the Docker socket, does a per-image command list apply
   * to it.
   */
  readonly imageTrust = new Map<'trusted' | UntrustedReason, number>();

  /** A request was decided. */
  countRequest(route: Route | null, outcome: CountedOutcome): void {
    const counts = this.requests.get(route);
    if (counts === undefined) this.requests.set(route, { [outcome]: 1 });
    else counts[outcome] = (counts[outcome] ?? 0) + 1;
  }

  /** Image trust decided about an image. */
  countTrustDecision(result: 'trusted' | UntrustedReason): void {
    this.imageTrust.set(result, (this.imageTrust.get(result) ?? 0) + 1);
  }

  /** A rule refused, or would have refused, something. */
  countDenial(rule: RuleCode, outcome: 'deny' | 'would-deny'): void {
    const counts = this.denials.get(rule) ?? { deny: 0, 'would-deny': 0 };
    counts[outcome]++;
    this.denials.set(rule, counts);
  }

  /** Records the duration of a decision that inspected the request. */
  observeDecision(seconds: number): void {
    this.decisionSeconds += seconds;
    const at = decisionBuckets.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? decisionBuckets.length : at;
    this.decisionTimes[bucket] = (this.decisionTimes[bucket] ?? 0) + 1;
  }
}
