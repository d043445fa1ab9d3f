import { request } from 'node:http';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../routes/table.ts';
import { GatewayCounters } from './counters.ts';
import type { GatewayGauges } from './prometheus.ts';
import { serveMetrics } from './serve.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-metrics-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const gauges: GatewayGauges = {
  openConnections: 3,
  tunnels: 1,
  socketMounts: 2,
  policyGeneration: 7,
  policyProblem: true,
  mode: 'audit',
  auditDropped: 5,
};
const send = (socketPath: string, target: string, method = 'GET') =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const req = request({ socketPath, path: target, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    req.on('error', reject);
    req.end();
  });

describe('metrics socket', () => {
  it('shows what was counted, as Prometheus text', async () => {
    const counters = new GatewayCounters();
    const ping = routes.find((route) => route.pattern === '/_ping') ?? null;
    counters.countRequest(ping, 'allow');
    counters.countRequest(ping, 'allow');
    counters.countRequest(null, 'deny');
    counters.countDenial('host-namespace', 'would-deny');
    counters.countTrustDecision('other-content');
    counters.observeDecision(0.000_08);
    counters.observeDecision(60);
    counters.engineUnreachable++;
    const file = path.join(dir, 'metrics.sock');
    const served = await serveMetrics(
      file,
      'no-such-group',
      counters,
      () => gauges,
      (line) => {
        throw new Error(line);
      },
    );
    if (!served.ok) throw new Error(served.error.message);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { status, text } = await send(file, '/metrics');
    expect(status).toBe(200);
    const lines = text.split('\n');
    for (const line of [
      'bulkhead_gateway_requests_total{group="ping",outcome="allow"} 2',
      'bulkhead_gateway_requests_total{group="unknown",outcome="deny"} 1',
      'bulkhead_gateway_denials_total{rule="host-namespace",outcome="would-deny"} 1',
      'bulkhead_gateway_image_trust_decisions_total{answer="other-content"} 1',
      'bulkhead_gateway_engine_unreachable_total 1',
      'bulkhead_gateway_audit_dropped_total 5',
      'bulkhead_gateway_open_connections 3',
      'bulkhead_gateway_policy_problem 1',
      'bulkhead_gateway_mode{mode="audit"} 1',
      'bulkhead_gateway_mode{mode="enforce"} 0',
      'bulkhead_gateway_malformed_requests_total 0',
      '# TYPE bulkhead_gateway_decision_seconds histogram',
      'bulkhead_gateway_decision_seconds_bucket{le="0.00005"} 0',
      'bulkhead_gateway_decision_seconds_bucket{le="0.0001"} 1',
      'bulkhead_gateway_decision_seconds_bucket{le="+Inf"} 2',
      'bulkhead_gateway_decision_seconds_count 2',
    ])
      expect(lines).toContain(line);
    // A scrape changes no counter.
    expect((await send(file, '/metrics')).text).toBe(text);
    await served.value.close();
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it("is read-only, and never takes another's socket", async () => {
    const file = path.join(dir, 'metrics.sock');
    const served = await serveMetrics(
      file,
      'no-such-group',
      new GatewayCounters(),
      () => gauges,
      () => undefined,
    );
    if (!served.ok) throw new Error(served.error.message);
    for (const [target, method] of [
      ['/', 'GET'],
      ['/metrics', 'POST'],
      ['/metrics/../metrics', 'GET'],
    ] as const)
      expect((await send(file, target, method)).status).toBe(404);
    const again = await serveMetrics(
      file,
      'no-such-group',
      new GatewayCounters(),
      () => gauges,
      () => undefined,
    );
    expect(again.ok ? '' : again.error.code).toBe('engine.already-running');
    await served.value.close();
  });
});
