import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValueWithName,
} from 'prom-client';
import type { Route } from '../routes/route.ts';
import { decisionBuckets, type GatewayCounters } from './counters.ts';

/** Gauges beside the counters, read at each scrape. */
export interface GatewayGauges {
  readonly openConnections: number;
  readonly tunnels: number;
  readonly socketMounts: number;
  readonly policyGeneration: number;
  /** The settings file can't be used. */
  readonly policyProblem: boolean;
  readonly mode: 'off' | 'enforce' | 'audit';
  readonly auditDropped: number;
}

/**
 * Renders metrics in Prometheus' text format, from `GatewayCounters`; nothing is counted here.
 */
export function metricsText(counters: GatewayCounters, gauges: () => GatewayGauges): () => Promise<string> {
  const registry = new Registry();
  registerCounters(registry, counters, gauges);
  registry.registerMetric(new DecisionTimes(counters));
  registerGauges(registry, gauges);
  return () => registry.metrics();
}

function registerCounters(registry: Registry, counters: GatewayCounters, gauges: () => GatewayGauges): void {
  const counter = (
    name: string,
    help: string,
    values: () => Iterable<readonly [Record<string, string>, number]>,
    labelNames: string[] = [],
  ) =>
    new Counter({
      name: `bulkhead_gateway_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const [labels, value] of values()) this.inc(labels, value);
      },
    });
  counter('requests_total', 'Requests by group of endpoints and outcome.', () => requests(counters), [
    'group',
    'outcome',
  ]);
  counter(
    'denials_total',
    'Denials by rule; would-deny: audit mode, let pass.',
    () =>
      [...counters.denials]
        .flatMap(([rule, counts]) => [
          [{ rule, outcome: 'deny' }, counts.deny] as const,
          [{ rule, outcome: 'would-deny' }, counts['would-deny']] as const,
        ])
        .filter(([, value]) => value > 0),
    ['rule', 'outcome'],
  );
  counter('malformed_requests_total', 'Requests refused for their form, before any rule.', () => [
    [{}, counters.malformed],
  ]);
  counter(
    'engine_unreachable_total',
    'Requests answered 503 because the engine could not be reached.',
    () => [[{}, counters.engineUnreachable]],
  );
  counter(
    'image_trust_decisions_total',
    'Image trust decisions by answer: may an image have the Docker socket, does a per-image command ' +
      'list apply to it.',
    () => [...counters.imageTrust].map(([answer, value]) => [{ answer }, value] as const),
    ['answer'],
  );
  counter('audit_dropped_total', 'Entries the decision log could not keep.', () => [
    [{}, gauges().auditDropped],
  ]);
}

function registerGauges(registry: Registry, gauges: () => GatewayGauges): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `bulkhead_gateway_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('open_connections', 'Client connections that are open.', () => gauges().openConnections);
  gauge('tunnels', 'Connections that became a tunnel (attach, exec, builds).', () => gauges().tunnels);
  gauge('socket_mounts', 'Docker sockets made for containers.', () => gauges().socketMounts);
  gauge(
    'policy_generation',
    'Counts the policies that were in force since the start.',
    () => gauges().policyGeneration,
  );
  gauge(
    'policy_problem',
    '1 while the settings file cannot be used and the last good policy, or none, is in force.',
    () => Number(gauges().policyProblem),
  );
  new Gauge({
    name: 'bulkhead_gateway_mode',
    help: '1 for the mode in force: off, enforce, audit.',
    labelNames: ['mode'],
    registers: [registry],
    collect() {
      const now = gauges().mode;
      for (const mode of ['off', 'enforce', 'audit']) this.set({ mode }, Number(mode === now));
    },
  });
}

function requests(counters: GatewayCounters): Iterable<readonly [Record<string, string>, number]> {
  const sums = new Map<string, readonly [Record<string, string>, number]>();
  for (const [route, outcomes] of counters.requests) {
    for (const [outcome, count] of Object.entries(outcomes)) {
      const group = groupOf(route);
      const key = `${group} ${outcome}`;
      sums.set(key, [{ group, outcome }, (sums.get(key)?.[1] ?? 0) + count]);
    }
  }
  return sums.values();
}

/** The first part of the endpoint's path; few enough for a label. */
function groupOf(route: Route | null): string {
  return route === null ? 'unknown' : (route.pattern.split('/')[1]?.replace(/^_/, '') ?? 'unknown');
}

const decisionTimes = {
  name: 'bulkhead_gateway_decision_seconds',
  help: 'Time to decide a request that is inspected, queries to the engine included.',
  buckets: [...decisionBuckets],
  registers: [],
};

/**
 * The counted buckets as a histogram: prom-client's own needs a call per observation, on the request path.
 */
class DecisionTimes extends Histogram {
  readonly #empty = new Histogram(decisionTimes);
  readonly #counters: GatewayCounters;

  constructor(counters: GatewayCounters) {
    super(decisionTimes);
    this.#counters = counters;
  }

  /** Called by the registry to render the metric. */
  async getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name } = decisionTimes;
    let count = 0;
    const buckets = this.#counters.decisionTimes.map((n, i) => {
      count += n;
      return { labels: { le: decisionBuckets[i] ?? '+Inf' }, value: count, metricName: `${name}_bucket` };
    });
    return {
      ...(await this.#empty.get()),
      values: [
        ...buckets,
        { labels: {}, value: this.#counters.decisionSeconds, metricName: `${name}_sum` },
        { labels: {}, value: count, metricName: `${name}_count` },
      ],
    };
  }
}
