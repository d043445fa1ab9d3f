import { expect, it, vi } from 'vitest';
import { startLimit, type RunningLimit } from './scaled-limit.ts';

const whenPassed = (limit: RunningLimit): Promise<void> =>
  new Promise((resolve) => {
    limit.signal.addEventListener('abort', () => {
      resolve();
    });
  });

it('a limit is as many times longer as the machine is slower', async () => {
  const begun = performance.now();
  const limit = startLimit(20, () => Promise.resolve(3));
  expect(limit.totalMs()).toBe(20);
  await whenPassed(limit);
  expect(limit.totalMs()).toBe(60);
  // Timers may be a millisecond early.
  expect(performance.now() - begun).toBeGreaterThan(58);
});

it('the speed is not measured for what ends in the usual time', async () => {
  const measure = vi.fn(() => Promise.resolve(1));
  const limit = startLimit(10, measure);
  limit.end();
  await whenPassed(startLimit(20, () => Promise.resolve(1)));
  expect(measure).not.toHaveBeenCalled();
  expect(limit.signal.aborted).toBe(false);
});

it('what ends while the speed is measured is not aborted', async () => {
  const limit = startLimit(1, () => {
    limit.end();
    return Promise.resolve(1);
  });
  await whenPassed(startLimit(20, () => Promise.resolve(1)));
  expect(limit.signal.aborted).toBe(false);
});

it('a limit is shorter again once the machine is as fast as usual', async () => {
  const factors = [20, 20];
  const measure = vi.fn(() => Promise.resolve(factors.shift() ?? 1));
  const limit = startLimit(20, measure);
  await whenPassed(limit);
  expect(measure).toHaveBeenCalledTimes(3);
  expect(limit.totalMs()).toBe(60);
});

it('a limit is longer if the machine has become slower meanwhile', async () => {
  const factors = [2, 3];
  const limit = startLimit(20, () => Promise.resolve(factors.shift() ?? 3));
  await whenPassed(limit);
  expect(limit.totalMs()).toBe(60);
});

it('a limit is the usual one where the speed cannot be measured', async () => {
  const limit = startLimit(20, () => Promise.reject(new Error('spawn ENOMEM')));
  await whenPassed(limit);
  expect(limit.totalMs()).toBe(20);
});

it('a limit that no timer can be set to does not pass at once', async () => {
  const limit = startLimit(8760 * 3_600_000 + 30_000, () => Promise.resolve(1));
  await whenPassed(startLimit(20, () => Promise.resolve(1)));
  expect(limit.signal.aborted).toBe(false);
  limit.end();
});
