import { afterEach, expect, test, vi } from 'vitest';
import type { SettledRecreate } from '../engine/recreate/recreate-interrupted.ts';
import type { Target } from '../engine/target.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok } from '../shared/result.ts';
import { settleOnly } from './settle-recreation.ts';

const written = vi.hoisted(() => ({ stdout: '', stderr: '' }));
vi.mock('./standard-streams.ts', async (load) => ({
  ...(await load<typeof import('./standard-streams.ts')>()),
  write: (name: keyof typeof written, text: string) => {
    written[name] += text;
  },
}));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** What is printed, and the exit code, for a user and the outcome of settling. */
async function outcomeOf(
  settled: Awaited<ReturnType<Target['settleRecreate']>>,
  { uid = 0, json = false } = {},
): Promise<{ out: string; err: string; code: unknown; calls: number }> {
  vi.spyOn(process, 'getuid').mockReturnValue(uid);
  Object.assign(written, { stdout: '', stderr: '' });
  const settleRecreate = vi.fn(() => Promise.resolve(settled));
  await settleOnly({ settleRecreate } as Partial<Target> as Target, { json });
  return {
    out: written.stdout,
    err: written.stderr,
    code: process.exitCode,
    calls: settleRecreate.mock.calls.length,
  };
}

const group = (how: SettledRecreate['how'], more: Partial<SettledRecreate> = {}): SettledRecreate => ({
  names: ['web'],
  how,
  problems: [],
  ...more,
});

test('says what was settled, and how', async () => {
  const problems = [message('containers.old-one-gone')];
  const settled = [
    group('rolled-back', { names: ['web', 'db'] }),
    group('rolled-forward'),
    group('finished', { names: ['j\u202eb'], problems }),
  ];
  expect(await outcomeOf(ok(settled))).toMatchObject({
    out:
      'An interrupted recreation of web, db was rolled back to the old container.\n' +
      'An interrupted recreation of web was finished: an old container does not exist any more.\n' +
      'An interrupted recreation of j\\u202eb was finished.\n' +
      `${problems[0]?.text ?? ''}\n`,
    code: 0,
  });
  const { out } = await outcomeOf(ok(settled), { json: true });
  expect(JSON.parse(out)).toMatchObject([
    { how: 'rolled-back' },
    { how: 'rolled-forward' },
    { names: ['j\u202eb'] },
  ]);
});

test('says that no recreation was interrupted', async () => {
  expect(await outcomeOf(ok([]))).toMatchObject({ out: 'No recreation was interrupted.\n', code: 0 });
});

test('reports what could not be settled', async () => {
  const failed = fail('apply.rollback-failed', message('containers.rollback-incomplete'));
  expect(await outcomeOf(failed)).toMatchObject({
    out: '',
    err: expect.stringContaining('rolling back failed in part'),
    code: 1,
  });
});

test('needs root, and tries nothing without', async () => {
  expect(await outcomeOf(ok([]), { uid: 1000 })).toMatchObject({
    out: '',
    err: expect.stringMatching(/must be settled by root.*\n {2}Run it as root\.\n/),
    code: 1,
    calls: 0,
  });
});
