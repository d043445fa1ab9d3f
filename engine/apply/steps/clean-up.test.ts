import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApplyEvent, ApplyRun } from '../../../shared/apply/run.ts';
import type { RecreateRun } from '../../../shared/containers/recreate.ts';
import { ok } from '../../../shared/result.ts';
import { rootPaths, applyLockPath, type RootPaths } from '../../base/root-paths.ts';
import { readSettings } from '../../base/files.ts';
import { startApply } from '../apply.ts';
import {
  callsFile,
  container,
  engineFile,
  fixturePorts,
  running,
  settingsText,
  verified,
} from '../apply-fixture.ts';
import type { ApplyPorts } from '../ports.ts';
import { resumeInterruptedApply } from '../resume.ts';

const removedOnes = [
  container({ id: 'a'.repeat(64), name: 'first' }),
  container({ id: 'b'.repeat(64), name: 'second' }),
];
const recreatedOne = container({ id: 'd'.repeat(64), name: 'third' });
const choices = {
  remove: removedOnes.map(({ id }) => id),
  recreate: [recreatedOne.id],
  includeRunning: false,
  removeVolumes: false,
};

let root: string;
let paths: RootPaths;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-clean-up-');
  paths = rootPaths(root);
  await writeFile(paths.settings, settingsText(false));
  await writeFile(engineFile(paths), 'none');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const withContainers = (): ApplyPorts => fixturePorts(root, { containers: [...removedOnes, recreatedOne] });

type Listener = (event: ApplyEvent) => void;
async function apply(ports: ApplyPorts, onEvent: Listener = () => undefined): Promise<ApplyRun> {
  const base = await readSettings(paths.settings);
  const request = { text: settingsText(true), choices, baseHash: base.ok ? base.value.hash : 'x' };
  const started = await startApply(ports, request, onEvent);
  if (!started.ok) throw new Error(started.error.message);
  return started.value.done;
}

/** The new settings are in force, and nothing remains to be finished or rolled back. */
async function expectInForce(): Promise<void> {
  expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
  expect(await running(paths)).toContain('"default-runtime": "bulkhead"');
  expect((await readFile(callsFile(paths), 'utf8')).match(/restart/g)).toHaveLength(1);
  expect((await readdir(root)).filter((name) => /journal|lock/.test(name))).toEqual([]);
}

const removedFirst = { id: removedOnes[0]?.id, name: 'first', removed: true };
const secondFailed = {
  id: removedOnes[1]?.id,
  name: 'second',
  removed: false,
  error: expect.stringContaining('clean-up'),
};
const thirdFailed = { name: 'third', outcome: { kind: 'not-begun', error: { code: 'internal' } } };
const thirdRecreated = { name: 'third', outcome: { kind: 'recreated' } };

/** Removes the first container and throws at the second. */
const failingRemoval: ApplyPorts['remove'] = (_request, onProgress) => {
  onProgress({ id: removedOnes[0]?.id ?? '', name: 'first', removed: true }, 1, 2);
  return Promise.reject(new Error('made to fail'));
};

describe('an exception in the clean-up of a verified apply', () => {
  test('while removing containers: the others are removed and reported, nothing is rolled back', async () => {
    const run = await apply({ ...withContainers(), remove: failingRemoval });
    expect(run).toMatchObject({
      activity: 'ended',
      outcome: { kind: 'applied', version: 2, verification: verified },
    });
    expect(run.outcome).toMatchObject({ removed: [removedFirst, secondFailed], recreated: [thirdRecreated] });
    expect(run.steps.slice(-2)).toMatchObject([
      { step: 'clean-up', state: 'done', detail: '1 of 2 removed' },
      { step: 'recreate', state: 'done', detail: '1 of 1 recreated' },
    ]);
    await expectInForce();
  });

  test('before a recreation has begun', async () => {
    const run = await apply({
      ...withContainers(),
      recreate: () => Promise.reject(new Error('made to fail')),
    });
    expect(run.outcome).toMatchObject({ kind: 'applied', recreated: [thirdFailed] });
    await expectInForce();
  });

  test('during a recreation: reported outcomes stay', async () => {
    const member = { id: recreatedOne.id, name: 'third', step: 'wait' } as const;
    const outcome = {
      kind: 'recreated',
      id: 'f'.repeat(64),
      kept: null,
      image: null,
      started: false,
    } as const;
    const other = { id: 'e'.repeat(64), name: 'fourth', step: 'wait', outcome: null } as const;
    const progress: RecreateRun = {
      members: [{ ...member, outcome }, other],
      activity: 'recreating',
      cancellable: true,
    };
    const run = await apply({
      ...withContainers(),
      recreate: (_chosen, onEvent) => {
        onEvent(progress);
        const done = Promise.reject(new Error('made to fail'));
        return Promise.resolve(ok({ run: () => progress, cancel: () => false, done }));
      },
    });
    expect(run.outcome).toMatchObject({
      kind: 'applied',
      // It was in progress, and its state is unknown.
      recreated: [
        thirdRecreated,
        { name: 'fourth', outcome: { kind: 'rollback-failed', step: 'wait', error: { code: 'internal' } } },
      ],
    });
    await expectInForce();
  });

  test('in a listener', async () => {
    let failed = 0;
    const run = await apply(withContainers(), (event) => {
      if (event.type !== 'recreation') return;
      failed++;
      throw new Error('made to fail');
    });
    expect(failed).toBeGreaterThan(0);
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 2 });
    await expectInForce();
  });

  test('after it, when history and draft are updated', async () => {
    const onCheckpoint = (point: string): Promise<void> =>
      point === 'recorded' ? Promise.reject(new Error('made to fail')) : Promise.resolve();
    const run = await apply({ ...withContainers(), onCheckpoint });
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 2, recreated: [thirdRecreated] });
    // The next start finishes that.
    expect(await resumeInterruptedApply(withContainers(), () => undefined)).toMatchObject({ ok: true });
    await expectInForce();
  });

  test('when its beginning cannot be recorded', async () => {
    const onCheckpoint = async (point: string): Promise<void> => {
      if (point !== 'verify done') return;
      await rm(paths.journal);
      await mkdir(paths.journal);
    };
    const run = await apply({ ...withContainers(), onCheckpoint });
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 2, recreated: [thirdRecreated] });
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
  });

  test('when it is finished after an interruption', async () => {
    await new Promise<void>((begun) => {
      const onCheckpoint = async (point: string): Promise<void> => {
        if (point !== 'clean-up begun') return;
        await rm(applyLockPath(paths));
        begun();
        await new Promise(() => undefined);
      };
      void apply({ ...withContainers(), onCheckpoint });
    });
    const resumed = await resumeInterruptedApply(
      { ...withContainers(), remove: failingRemoval },
      () => undefined,
    );
    expect(resumed).toMatchObject({
      ok: true,
      value: { outcome: { kind: 'applied', removed: [removedFirst, secondFailed] } },
    });
    await expectInForce();
  });
});
