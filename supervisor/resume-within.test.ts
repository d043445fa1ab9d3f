import { expect, it } from 'vitest';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EngineDriver } from '../engine/apply/driver.ts';
import { resumeWithin } from './resume-within.ts';
import { rootPaths } from '../engine/base/root-paths.ts';

const paths = rootPaths('/nowhere/x');
const within = (resume: (driver: EngineDriver) => Promise<Result<null, AppError>>) => {
  const lines: string[] = [];
  const stops: string[] = [];
  return {
    lines,
    stops,
    ...resumeWithin(paths, resume, {
      bulkheadCommand: '/nowhere/bulkhead',
      log: (text) => {
        lines.push(text);
      },
      stop: () => {
        stops.push('stop');
      },
    }),
  };
};

it('an apply that needs no engine has ended before the engine starts', async () => {
  let over = false;
  const resumed = within(async () => {
    await Promise.resolve();
    over = true;
    return ok(null);
  });
  await resumed.begin();
  expect(over).toBe(true);
  expect(resumed.lines).toEqual([]);
});

it('an apply that needs the engine lets it start, and continues with the result', async () => {
  let report: (result: Result<unknown, AppError>) => void = () => undefined;
  const answer = new Promise<Result<unknown, AppError>>((resolve) => {
    report = resolve;
  });
  const resumed = within(async (driver) => {
    report(await driver.restart());
    return ok(null);
  });
  await resumed.begin();
  resumed.engineStarted(ok(undefined));
  expect(await answer).toMatchObject({ ok: true, value: { root: '/nowhere/x' } });
});

it('a reload requested before the engine runs is the start, which reads the files on disk', async () => {
  let report: (result: Result<void, AppError> | undefined) => void = () => undefined;
  const answer = new Promise<Result<void, AppError> | undefined>((resolve) => {
    report = resolve;
  });
  const resumed = within(async (driver) => {
    report(await driver.reload?.());
    return ok(null);
  });
  await resumed.begin();
  resumed.engineStarted(ok(undefined));
  expect(await answer).toEqual(ok(undefined));
});

it('a failed start is passed on; later requests, while the supervisor ends, fail at once', async () => {
  const answers: Result<unknown, AppError>[] = [];
  let finished: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const resumed = within(async (driver) => {
    answers.push(await driver.start());
    resumed.close();
    answers.push(await driver.restart());
    finished();
    return ok(null);
  });
  await resumed.begin();
  resumed.engineStarted(fail('engine.start-failed', 'no'));
  await done;
  expect(answers).toMatchObject([
    { ok: false, error: { code: 'engine.start-failed' } },
    { ok: false, error: { code: 'engine.not-ready' } },
  ]);
});

it('"stop" before the engine runs does nothing: its start was requested', async () => {
  const resumed = within(async (driver) => {
    expect((await driver.stop()).ok).toBe(true);
    return ok(null);
  });
  await resumed.begin();
  expect(resumed).toMatchObject({ lines: [], stops: [] });
});

it('"stop" ends the supervisor at once while an interrupted apply is resumed', async () => {
  let stop = false;
  const resumed = within(async (driver) => {
    if (stop) expect((await driver.stop()).ok).toBe(true);
    return ok(null);
  });
  await resumed.begin();
  resumed.engineStarted(ok(undefined));
  stop = true;
  await resumed.retry();
  expect(resumed.stops).toEqual(['stop']);
});

it('a running apply is no failure; any other one, and an exception, is reported', async () => {
  const live = within(() => Promise.resolve(fail('apply.in-progress', 'x')));
  await live.begin();
  expect(live.lines).toEqual([]);
  const failed = within(() =>
    Promise.resolve(fail('apply.rollback-failed', 'no way back', { reason: 'disk' })),
  );
  await failed.begin();
  expect(failed.lines).toEqual(['an interrupted apply could not be settled: no way back: disk']);
  const defect = within(() => Promise.reject(new Error('boom')));
  await defect.begin();
  expect(defect.lines).toEqual(['an interrupted apply could not be settled: resuming it hit a defect: boom']);
});
