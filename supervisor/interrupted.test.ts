import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { interruptedLook } from './interrupted.ts';

let directory: string;
let settled = 0;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-interrupted-');
  settled = 0;
});
afterEach(() => rm(directory, { recursive: true }));

const journal = () => path.join(directory, 'journal.json');
const lock = () => path.join(directory, 'apply.lock');
const looking = (
  settle: () => Promise<Result<unknown, AppError>> = async () => {
    await unlink(journal());
    return ok(null);
  },
) =>
  interruptedLook({
    journal: journal(),
    lock: lock(),
    settle: () => {
      settled++;
      return settle();
    },
  });
const looks = async (look: () => Promise<void>): Promise<number[]> => {
  const counts: number[] = [];
  for (let n = 0; n < 3; n++) {
    await look();
    counts.push(settled);
  }
  return counts;
};

it('settles once what two checks found without an owner', async () => {
  const look = looking();
  expect(await looks(look)).toEqual([0, 0, 0]);
  await writeFile(journal(), '1');
  expect(await looks(look)).toEqual([0, 1, 1]);
});

it('leaves what a process works on, or has written since the last check', async () => {
  const look = looking();
  const held = await acquireLock(lock());
  await writeFile(journal(), '1');
  expect(await looks(look)).toEqual([0, 0, 0]);
  if (held.ok) await held.value.release();
  await look();
  await rm(journal());
  await writeFile(journal(), '2');
  expect(await looks(look)).toEqual([0, 1, 1]);
});

it('does not retry what could not be settled, until another process has changed it', async () => {
  const look = looking(async () => {
    await writeFile(journal(), 'rolling back');
    return fail('apply.rollback-failed', 'no');
  });
  await writeFile(journal(), '1');
  expect(await looks(look)).toEqual([0, 1, 1]);
  expect(await looks(look)).toEqual([1, 1, 1]);
  await rm(journal());
  await writeFile(journal(), '2');
  expect(await looks(look)).toEqual([1, 2, 2]);
});
