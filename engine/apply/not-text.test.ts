import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { fail, isNotText } from '../../shared/result.ts';
import { sha256 } from '../base/files.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { readVersion } from '../store/history.ts';
import { createSettingsStore } from '../store/settings-store.ts';
import { callsFile, fixturePorts, settingsText } from './apply-fixture.ts';
import { applyIn } from './apply-in-root-fixture.ts';
import { startApply } from './apply.ts';
import { makePlan } from './plan.ts';

const bytes = Buffer.from([0xc3, 0x28, 0x00, 0xff, 0xfe, 0x0a]);
let root: string;
let paths: RootPaths;
const { engineOff, apply, calls } = applyIn(() => root);
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-bytes-');
  paths = rootPaths(root);
  // Version 1, found, and version 2; then the file is destroyed: version 3.
  await engineOff();
  expect((await apply(settingsText(true))).outcome).toMatchObject({ kind: 'applied', version: 2 });
  await rm(callsFile(paths));
  await writeFile(paths.settings, bytes);
  await chmod(paths.settings, 0o640);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});
const keptFile = () => path.join(paths.history, '0003/admin-settings.json');

describe('an apply over a settings file that is not text', () => {
  test('keeps the bytes in history before it replaces the file', async () => {
    let before: readonly Buffer[] = [];
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point === 'write-settings begun')
          before = await Promise.all([readFile(keptFile()), readFile(paths.settings)]);
      },
    });
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 4 });
    expect(before).toEqual([bytes, bytes]);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    expect(await readFile(keptFile())).toEqual(bytes);
    expect((await stat(keptFile())).mode & 0o777).toBe(0o600);
    const store = createSettingsStore(paths);
    expect(await store.historyItems()).toMatchObject({
      value: [
        { version: 4, how: 'apply', changes: null, earlierVersion: 2, current: true },
        { version: 3, how: 'found', changes: null },
        { version: 2 },
        { version: 1 },
        { version: 0 },
      ],
    });
    const version = await readVersion(paths.history, 3);
    expect(version).toMatchObject({
      error: {
        message: 'version 3 is not text',
        reason: `its bytes are kept in ${keptFile()}`,
      },
    });
    expect(!version.ok && isNotText(version.error)).toBe(true);
  });

  test('is planned: the plan says that history keeps the bytes', async () => {
    const facts = await fixturePorts(root).facts(settingsText(true));
    if (!facts.ok) throw new Error(facts.error.message);
    const plan = makePlan(facts.value, settingsText(true), keepAllContainers);
    expect(plan).toMatchObject({
      fromVersion: 3,
      toVersion: 4,
      earlierVersion: 2,
      baseFile: 'unusable',
      baseHash: sha256(bytes),
      blockers: [],
    });
    expect(plan.effects).toContainEqual({
      kind: 'stays-in-view',
      when: 'while-applying',
      code: 'bytes-kept',
      params: { version: 3 },
    });
  });

  test('that is rolled back restores the bytes, which are then a version of history', async () => {
    const error = fail('verify.failed', 'made to fail').error;
    const run = await apply(settingsText(true), {
      outcome: (call) => (call === 'verify' ? error : undefined),
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', restoredVersion: 3 });
    expect(await readFile(paths.settings)).toEqual(bytes);
    expect((await stat(paths.settings)).mode & 0o777).toBe(0o640);
    expect((await readdir(paths.history)).sort()).toEqual(['0001', '0002', '0003']);
    expect(await createSettingsStore(paths).read()).toMatchObject({ appliedVersion: 3 });
  });

  test.each([
    ['other bytes', Buffer.from([0xff, 0xff])],
    ['a text', Buffer.from(settingsText(false))],
  ])('is a conflict where the file has %s since the plan', async (_what, other) => {
    await writeFile(paths.settings, other);
    const request = { text: settingsText(true), choices: keepAllContainers, baseHash: sha256(bytes) };
    expect(await startApply(fixturePorts(root), request, () => undefined)).toMatchObject({
      error: { code: 'settings.conflict' },
    });
    expect(await readFile(paths.settings)).toEqual(other);
  });

  test.each(['back-up begun', 'write-settings begun'])(
    'is a conflict where the bytes change at "%s"',
    async (at) => {
      const other = Buffer.from([0xff, 0xff]);
      const run = await apply(settingsText(true), {
        onCheckpoint: async (point) => {
          if (point === at) await writeFile(paths.settings, other);
        },
      });
      expect(run.outcome).toMatchObject({ kind: 'rolled-back', error: { code: 'settings.conflict' } });
      expect(await readFile(paths.settings)).toEqual(other);
    },
  );

  test('changes nothing where history cannot be written', async () => {
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point !== 'back-up begun') return;
        await rm(paths.history, { recursive: true });
        await writeFile(paths.history, '');
      },
    });
    expect(run.outcome).toMatchObject({ kind: 'rolled-back', failedStep: 'back-up' });
    expect(await readFile(paths.settings)).toEqual(bytes);
    expect(await calls()).toEqual([]);
  });
});

test('the state names the bytes by their hash, offers a version, and lists no changes of them', async () => {
  const store = createSettingsStore(paths);
  const state = await store.read();
  expect(state).toMatchObject({
    exists: true,
    applied: '',
    appliedHash: sha256(bytes),
    appliedVersion: 3,
    policyFacts: { restorable: 2 },
  });
  expect(state.readError !== null && isNotText(state.readError)).toBe(true);
  expect(await store.historyItems()).toMatchObject({
    value: [{ version: 3, how: 'unrecorded', changes: null }, {}, {}, {}],
  });
  expect(await store.rollback(2)).toMatchObject({
    ok: true,
    value: { draft: settingsText(true), conflict: false },
  });
});
