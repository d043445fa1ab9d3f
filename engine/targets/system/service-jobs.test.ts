import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followProgress, stopLimitMs } from './service-jobs.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An engine that uses `share` of a processor; null: that is not known. */
function follow(share: () => number | null) {
  let usedMs = 0;
  return followProgress({
    limitMs: 60_000,
    intervalMs: 5_000,
    readProcessorMs: () => {
      const now = share();
      usedMs += (now ?? 0) * 5_000;
      return Promise.resolve(now === null ? null : usedMs);
    },
  });
}

describe('an engine that starts or stops', () => {
  it('has all the time that it needs while it uses the processor', async () => {
    const { signal, end } = follow(() => 0.05);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(signal.aborted).toBe(false);
    end();
  });

  it.each([
    ['hardly uses the processor', 0.001],
    ['is not accounted for', null],
  ])('is given up after the limit if it %s', async (_, share) => {
    const { signal, end } = follow(() => share);
    await vi.advanceTimersByTimeAsync(55_000);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signal.aborted).toBe(true);
    end();
  });

  it('has the whole limit from when it was last busy', async () => {
    let share = 0.5;
    const { signal, end } = follow(() => share);
    await vi.advanceTimersByTimeAsync(100_000);
    share = 0;
    await vi.advanceTimersByTimeAsync(55_000);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signal.aborted).toBe(true);
    end();
  });

  it('is given up eventually if it computes forever', async () => {
    const { signal, end } = follow(() => 1);
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(signal.aborted).toBe(true);
    end();
  });
});

describe('the stop of an engine', () => {
  it.each([
    ['1min 30s', 180_000],
    ['5min', 600_000],
    ['2h 500ms', 14_400_000],
    ['30s', 120_000],
    ['', 120_000],
    ['infinity', 2_400_000],
  ])("may take longer than systemd's limit, %j", (timeoutStop, limitMs) => {
    expect(stopLimitMs(120_000, timeoutStop)).toBe(limitMs);
  });
});
