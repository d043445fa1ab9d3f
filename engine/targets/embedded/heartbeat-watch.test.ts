import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { heartbeatMs } from '../../../shared/process/heartbeat.ts';
import { watchHeartbeat } from './heartbeat-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const heartbeats = new PassThrough();
  const stuck: number[] = [];
  const end = watchHeartbeat(heartbeats, { limitMs: 5000, startLimitMs: 8000 }, (missedMs) => {
    stuck.push(missedMs);
  });
  return {
    stuck,
    end,
    beat: () => {
      heartbeats.emit('data', Buffer.from('\n'));
    },
  };
}

it('is stuck what beats no more, once; and what never begins, later', () => {
  const { stuck, beat } = watched();
  for (let second = 0; second < 20; second++) {
    beat();
    vi.advanceTimersByTime(heartbeatMs);
  }
  expect(stuck).toEqual([]);
  vi.advanceTimersByTime(4 * heartbeatMs);
  expect(stuck).toEqual([]);
  vi.advanceTimersByTime(20 * heartbeatMs);
  expect(stuck).toEqual([5000]);

  const never = watched();
  vi.advanceTimersByTime(7 * heartbeatMs);
  expect(never.stuck).toEqual([]);
  vi.advanceTimersByTime(heartbeatMs);
  expect(never.stuck).toEqual([8000]);
});

it('does not report a hang when this process did not run either: suspended or overloaded machine', () => {
  const { stuck, beat } = watched();
  beat();
  vi.advanceTimersByTime(heartbeatMs);
  // Every look comes late, however long it is.
  const clock = vi.spyOn(performance, 'now');
  for (let look = 1; look <= 50; look++) {
    clock.mockReturnValue(1_000_000 + look * 60_000);
    vi.advanceTimersByTime(heartbeatMs);
  }
  clock.mockRestore();
  expect(stuck).toEqual([]);
});

it('is not checked any more once the watch has ended', () => {
  const { stuck, end } = watched();
  end();
  vi.advanceTimersByTime(100 * heartbeatMs);
  expect(stuck).toEqual([]);
});
