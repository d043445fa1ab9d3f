import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { createInterruptedCheck } from './interrupted.ts';

let directory: string;
let settled = 0;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-interrupted-');
  settled = 0;
});
afterEach(() => rm(directory, { recursive: true }));

const journal = () => path.join(directory, 'journal.json');
const lock = () => path.join(directory, 'apply.lock');
const createCheck = (
  settle: () => Promise<Result<unknown, AppError>> = async () => {
    await unlink(journal());
    return ok(null);
  },
) =>
  createInterruptedCheck({
    journals: [journal()],
    lock: lock(),
    settle: () => {
      settled++;
      return settle();
    },
  });
const countSettled = async (check: () => Promise<void>): Promise<number[]> => {
  const counts: number[] = [];
  for (let n = 0; n < 3; n++) {
    await check();
    counts.push(settled);
  }
  return counts;
};

it('settles once what two checks found without an owner', async () => {
  const check = createCheck();
  expect(await countSettled(check)).toEqual([0, 0, 0]);
  await writeFile(journal(), '1');
  expect(await countSettled(check)).toEqual([0, 1, 1]);
});

it('leaves what a process is working on, or has written since the last check', async () => {
  const check = createCheck();
  const lockHandle = await acquireLock(lock());
  await writeFile(journal(), '1');
  expect(await countSettled(check)).toEqual([0, 0, 0]);
  if (lockHandle.ok) await lockHandle.value.release();
  await check();
  await rm(journal());
  await writeFile(journal(), '2');
  expect(await countSettled(check)).toEqual([0, 1, 1]);
});

it('does not retry what could not be settled, until another process has changed it', async () => {
  const check = createCheck(async () => {
    await writeFile(journal(), 'rolling back');
    return fail('apply.rollback-failed', 'no');
  });
  await writeFile(journal(), '1');
  expect(await countSettled(check)).toEqual([0, 1, 1]);
  expect(await countSettled(check)).toEqual([1, 1, 1]);
  await rm(journal());
  await writeFile(journal(), '2');
  expect(await countSettled(check)).toEqual([1, 2, 2]);
});
