import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heartbeatMs } from '../shared/process/heartbeat.ts';
import type { statFields } from '../shared/process/process-stat.ts';
import * as machineSpeed from '../engine/base/machine-speed.ts';
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
  readonly stat?: () => ReturnType<typeof statFields>;
}
const never = new Promise<void>(() => undefined);

/** `factor`: how slow the machine is. */
async function watched({ ready = Promise.resolve(), factor = 1, stat }: Watched = {}) {
  vi.spyOn(machineSpeed, 'slowness').mockResolvedValue(factor);
  const heartbeats = new PassThrough();
  const stuck: number[] = [];
  const end = watchHeartbeat(
    heartbeats,
    { limitMs: 5000 },
    ready,
    (silentMs) => {
      stuck.push(silentMs);
    },
    stat,
  );
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

describe('of a process that', () => {
  it('is ready to run, its processor time counts: others may have the processors', async () => {
    let processorTicks = 0;
    const stat = () => ({ state: 'R', parent: 1, started: '1', processorTicks });
    const { stuck } = await watched({ stat });
    for (let second = 1; second < 20; second++) {
      processorTicks += 25;
      vi.advanceTimersByTime(heartbeatMs);
    }
    expect(stuck).toEqual([]);
    processorTicks += 25;
    vi.advanceTimersByTime(heartbeatMs);
    expect(stuck).toEqual([20_000]);
  });

  it('is ready to run and gets no processor is given up eventually', async () => {
    const { stuck } = await watched({
      stat: () => ({ state: 'R', parent: 1, started: '1', processorTicks: 0 }),
    });
    vi.advanceTimersByTime(200 * heartbeatMs);
    expect(stuck).toEqual([100_000]);
  });

  it('waits or is stopped, all the time counts', async () => {
    const { stuck } = await watched({
      stat: () => ({ state: 'T', parent: 1, started: '1', processorTicks: 0 }),
    });
    vi.advanceTimersByTime(5 * heartbeatMs);
    expect(stuck).toEqual([5000]);
  });
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
