import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { gatewayLimits } from '../../shared/process/time-limits.ts';
import { decide, emptyEngine, gatekeeperWith, settingsWith } from './create-request-fixture.ts';
import { awaitIsolatingDefault } from './default-runtime.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('A6: a build waits for the reload that an apply does after it has turned ECI on', async () => {
  let runtime = 'runc';
  let isOver = false;
  const waiting = awaitIsolatingDefault({ defaultRuntime: () => Promise.resolve(runtime) }).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(5000);
  expect(isOver).toBe(false);
  runtime = 'bulkhead';
  await vi.advanceTimersByTimeAsync(1000);
  await waiting;
});

it('for a limited time: somebody has changed daemon.json, and the build is denied', async () => {
  const waiting = awaitIsolatingDefault({ defaultRuntime: () => Promise.resolve('runc') });
  await vi.advanceTimersByTimeAsync(gatewayLimits.engineReload + 1000);
  await waiting;
});

it('not where the client disconnects, or no engine tells', async () => {
  const disconnect = new AbortController();
  const waiting = awaitIsolatingDefault({ defaultRuntime: () => Promise.resolve('runc') }, disconnect.signal);
  const ended = expect(waiting).rejects.toThrow('aborted');
  await vi.advanceTimersByTimeAsync(1000);
  disconnect.abort();
  await ended;
  await awaitIsolatingDefault({ defaultRuntime: () => Promise.resolve(null) });
});

it('A6: POST /build is denied after that time, and not held back in audit mode', async () => {
  const facts = { ...emptyEngine, defaultRuntime: () => Promise.resolve('runc') };
  const verdict = decide(gatekeeperWith(settingsWith([]), { facts }).gatekeeper, '/build', '');
  await vi.advanceTimersByTimeAsync(gatewayLimits.engineReload + 1000);
  expect(await verdict).toMatchObject({
    kind: 'refuse',
    status: 403,
    message: expect.stringContaining("classic builder with the engine's default runtime, runc, is blocked"),
  });
  const audited = gatekeeperWith(settingsWith([], 'audit'), { facts });
  expect(await decide(audited.gatekeeper, '/build', '')).toMatchObject({ kind: 'forward' });
});
