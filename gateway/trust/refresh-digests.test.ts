import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RegistryResult } from '../../shared/policy/image-trust-facts.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { refreshDigests } from './refresh-digests.ts';
import type { RegistryCache } from './registry-cache.ts';

const minuteMs = 60_000;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('queries every half an hour, from when there is something to query', async () => {
  let socket: typeof defaultSettings.socket | null = null;
  let queries = 0;
  const answer: RegistryResult = { kind: 'absent', ageMs: 0 };
  const registries = {
    query: () => {
      queries++;
      return Promise.resolve(answer);
    },
  };
  const { close } = refreshDigests(
    () => socket,
    registries as Partial<RegistryCache> as RegistryCache, // only what it needs
    () => undefined,
  );
  await vi.advanceTimersByTimeAsync(10 * minuteMs);
  expect(queries).toBe(0);
  socket = { ...defaultSettings.socket, images: ['registry.example/x:1'] };
  await vi.advanceTimersByTimeAsync(minuteMs);
  expect(queries).toBe(1);
  await vi.advanceTimersByTimeAsync(29 * minuteMs);
  expect(queries).toBe(1);
  await vi.advanceTimersByTimeAsync(2 * minuteMs);
  expect(queries).toBe(2);
  close();
  await vi.advanceTimersByTimeAsync(60 * minuteMs);
  expect(queries).toBe(2);
});
