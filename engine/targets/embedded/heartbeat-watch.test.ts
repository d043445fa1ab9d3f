import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { heartbeatMs } from '../../../shared/process/heartbeat.ts';
import * as machineSpeed from '../../base/machine-speed.ts';
import { watchHeartbeat } from './heartbeat-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Watched {
  readonly ready?: Promise<void>;
  readonly factor?: number;
}
const never = new Promise<void>(() => undefined);

/** `factor`: how slow the machine is. */
async function watched({ ready = Promise.resolve(), factor = 1 }: Watched = {}) {
  vi.spyOn(machineSpeed, 'slowness').mockResolvedValue(factor);
  const heartbeats = new PassThrough();
  const stuck: number[] = [];
  const end = watchHeartbeat(heartbeats, { limitMs: 5000 }, ready, (missedMs) => {
    stuck.push(missedMs);
  });
  await Promise.resolve();
  return {
    stuck,
    end,
    beat: () => {
      heartbeats.emit('data', Buffer.from('\n'));
    },
  };
}

it('reports a process without heartbeats as stuck, once', async () => {
  const { stuck, beat } = await watched();
  for (let second = 0; second < 20; second++) {
    beat();
    vi.advanceTimersByTime(heartbeatMs);
  }
  expect(stuck).toEqual([]);
  vi.advanceTimersByTime(4 * heartbeatMs);
  expect(stuck).toEqual([]);
  vi.advanceTimersByTime(20 * heartbeatMs);
  expect(stuck).toEqual([5000]);
});

it.each([1, 3])('allows more time before it is ready, on a machine %i times slower', async (factor) => {
  const { stuck, beat } = await watched({ ready: never, factor });
  beat();
  vi.advanceTimersByTime(heartbeatMs);
  vi.advanceTimersByTime((30 * factor - 1) * heartbeatMs);
  expect(stuck).toEqual([]);
  vi.advanceTimersByTime(heartbeatMs);
  expect(stuck).toEqual([30_000 * factor]);
});

it('does not report a hang when this process did not run either (suspended, overloaded)', async () => {
  const { stuck, beat } = await watched();
  beat();
  vi.advanceTimersByTime(heartbeatMs);
  // Every check comes late.
  const clock = vi.spyOn(performance, 'now');
  for (let look = 1; look <= 50; look++) {
    clock.mockReturnValue(1_000_000 + look * 60_000);
    vi.advanceTimersByTime(heartbeatMs);
  }
  clock.mockRestore();
  expect(stuck).toEqual([]);
});

it('does not check any more once the watch has ended', async () => {
  const { stuck, end } = await watched();
  end();
  vi.advanceTimersByTime(100 * heartbeatMs);
  expect(stuck).toEqual([]);
});
