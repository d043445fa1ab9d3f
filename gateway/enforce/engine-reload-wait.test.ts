import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gatewayLimits } from '../../shared/process/time-limits.ts';
import { decide, emptyEngine, gatekeeperWith, settingsWith } from './create-request-fixture.ts';
import { EngineReloadWait } from './engine-reload-wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An engine whose default runtime can be changed, and how often it was looked up. */
function engineWith(runtime: string) {
  const engine = { runtime, lookups: 0 };
  const facts = {
    ...emptyEngine,
    defaultRuntime: () => {
      engine.lookups++;
      return Promise.resolve(engine.runtime);
    },
  };
  return { engine, facts };
}

it('A6: a build waits for the reload that an apply does after it has turned ECI on', async () => {
  const { engine, facts } = engineWith('runc');
  const { gatekeeper } = gatekeeperWith(settingsWith([]), { facts });
  let isDecided = false;
  const verdict = decide(gatekeeper, '/build', '').finally(() => {
    isDecided = true;
  });
  await vi.advanceTimersByTimeAsync(5000);
  expect(isDecided).toBe(false);
  engine.runtime = 'bulkhead';
  await vi.advanceTimersByTimeAsync(1000);
  expect(await verdict).toMatchObject({ kind: 'forward' });
});

it('A6: for a limited time: somebody has changed daemon.json, and the build is denied', async () => {
  const { facts } = engineWith('runc');
  const verdict = decide(gatekeeperWith(settingsWith([]), { facts }).gatekeeper, '/build', '');
  await vi.advanceTimersByTimeAsync(gatewayLimits.engineReload + 1000);
  expect(await verdict).toMatchObject({
    kind: 'refuse',
    status: 403,
    message: expect.stringContaining("classic builder with the engine's default runtime, runc, is blocked"),
  });
});

it('the usual build queries the engine once and does not wait, nor does audit mode', async () => {
  const usual = engineWith('bulkhead');
  const enforcing = gatekeeperWith(settingsWith([]), { facts: usual.facts });
  expect(await decide(enforcing.gatekeeper, '/build', '')).toMatchObject({ kind: 'forward' });
  expect(usual.engine.lookups).toBe(1);
  const { facts } = engineWith('runc');
  const audited = gatekeeperWith(settingsWith([], 'audit'), { facts });
  expect(await decide(audited.gatekeeper, '/build', '')).toMatchObject({ kind: 'forward' });
});

it('many waiting builds query the engine as often as one', async () => {
  const { engine, facts } = engineWith('runc');
  const reload = new EngineReloadWait(facts);
  const waiting = Array.from({ length: 100 }, () => reload.wait());
  await vi.advanceTimersByTimeAsync(gatewayLimits.engineReload + 1000);
  await Promise.all(waiting);
  expect(engine.lookups).toBeLessThan(200);
});

it('a client that disconnects waits no longer, the others do', async () => {
  const { engine, facts } = engineWith('runc');
  const reload = new EngineReloadWait(facts);
  const disconnect = new AbortController();
  const ended = expect(reload.wait(disconnect.signal)).rejects.toThrow('aborted');
  const other = reload.wait(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(1000);
  disconnect.abort();
  await ended;
  engine.runtime = 'bulkhead';
  await vi.advanceTimersByTimeAsync(1000);
  await other;
});
