import { expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

/** Work that ends on request, with the number of its run. */
function blockedWork() {
  const runs: { end: () => void; fail: (error: Error) => void }[] = [];
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const number = runs.length + 1;
      runs.push({
        end: () => {
          resolve(number);
        },
        fail: reject,
      });
    });
  return { runs, work };
}
const settle = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

it('the work runs once more for calls during a run, and returns the later result to them', async () => {
  const { runs, work } = blockedWork();
  const run = coalesce(work);
  const first = run();
  const during = [run(), run(), run()];
  await settle();
  expect(runs).toHaveLength(1);
  runs[0]?.end();
  expect(await first).toBe(1);
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.end();
  expect(await Promise.all(during)).toEqual([2, 2, 2]);
  await settle();
  expect(runs).toHaveLength(2);
});

it('the work never runs twice at the same time, also for a call just as a run ends', async () => {
  let running = 0;
  let most = 0;
  const run = coalesce(async () => {
    most = Math.max(most, ++running);
    await settle();
    running--;
  });
  const first = run();
  const second = run();
  await first.then(() => run()).then(() => run());
  await second;
  expect(most).toBe(1);
});

it('runs again after a failure, which only the callers that waited for that run get', async () => {
  const { runs, work } = blockedWork();
  const run = coalesce(work);
  const first = run();
  const second = run();
  runs[0]?.fail(new Error('no answer'));
  await expect(first).rejects.toThrow('no answer');
  await settle();
  runs[1]?.end();
  expect(await second).toBe(2);
});
