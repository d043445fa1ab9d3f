import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EngineContainers } from './engine-containers.ts';
import { followEngine } from './follow-engine.ts';
import type { ReconcileOptions } from './reconcile.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('compares sockets without a container every minute, while the engine runs', async () => {
  let lists = 0;
  const containers = {
    isEngineStopping: true,
    follow: () => new Promise(() => undefined),
    list: () => {
      lists++;
      return Promise.resolve([]);
    },
  };
  const unbound = { container: null };
  const follower = followEngine({
    mounts: { list: () => [unbound], get: () => ({ container: { id: '' } }), lost: () => [] },
    containers: containers as Partial<EngineContainers>,
    log: () => undefined,
  } as Partial<Record<keyof ReconcileOptions, unknown>> as ReconcileOptions);
  follower.start();
  await vi.advanceTimersByTimeAsync(150_000);
  expect(lists).toBe(0);
  containers.isEngineStopping = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lists).toBe(1);
  follower.close();
});
