import { chmod, mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import { fail, isNotText } from '../../shared/result.ts';
import { maxTextLength } from '../../shared/settings/document-limits.ts';
import { readSettingsOrBytes } from '../base/files.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { readVersion } from '../store/history.ts';
import { createSettingsStore } from '../store/settings-store.ts';
import { callsFile, fixturePorts, settingsText } from './apply-fixture.ts';
import { applyIn } from './apply-in-root-fixture.ts';
import { startApply } from './apply.ts';
import { makePlan } from './plan.ts';

const notUtf8 = Buffer.from([0xc3, 0x28, 0x00, 0xff, 0xfe, 0x0a]);
const tooLarge = Buffer.alloc(maxTextLength + 2, 'x');
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
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});
const keptFile = () => path.join(paths.history, '0003/admin-settings.json');
/** Replaces the settings file. Returns the hash by which a plan knows it. */
const destroy = async (bytes: Buffer): Promise<string> => {
  await writeFile(paths.settings, bytes);
  await chmod(paths.settings, 0o640);
  const read = await readSettingsOrBytes(paths.settings);
  if (!read.ok) throw new Error(read.error.message);
  return read.value.hash;
};

describe.each([
  { what: 'not text', bytes: notUtf8, problem: 'version 3 is not text' },
  { what: 'too large', bytes: tooLarge, problem: 'version 3 is too large to be settings' },
])('an apply over a settings file that is $what', ({ bytes, problem }) => {
  let hash: string;
  beforeEach(async () => {
    hash = await destroy(bytes);
  });

  test('keeps the bytes in history before it replaces the file', async () => {
    let before: readonly Buffer[] = [];
    const run = await apply(settingsText(true), {
      onCheckpoint: async (point) => {
        if (point === 'write-settings begun')
          before = await Promise.all([readFile(keptFile()), readFile(paths.settings)]);
      },
    });
    expect(run.outcome).toMatchObject({ kind: 'applied', version: 4 });
    expect(before.map((content) => content.equals(bytes))).toEqual([true, true]);
    expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
    expect((await readFile(keptFile())).equals(bytes)).toBe(true);
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
        message: problem,
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
      baseHash: hash,
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
    expect((await readFile(paths.settings)).equals(bytes)).toBe(true);
    expect((await stat(paths.settings)).mode & 0o777).toBe(0o640);
    expect((await readdir(paths.history)).sort()).toEqual(['0001', '0002', '0003']);
    expect(await createSettingsStore(paths).read()).toMatchObject({ appliedVersion: 3 });
  });

  test.each([
    ['other bytes', Buffer.from([0xff, 0xff])],
    ['a text', Buffer.from(settingsText(false))],
  ])('is a conflict where the file has %s since the plan', async (_what, other) => {
    await writeFile(paths.settings, other);
    const request = { text: settingsText(true), choices: keepAllContainers, baseHash: hash };
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
    expect((await readFile(paths.settings)).equals(bytes)).toBe(true);
    expect(await calls()).toEqual([]);
  });
});

test.each([
  ['not text', notUtf8],
  ['too large', tooLarge],
])(
  'the state names a file that is %s by a hash, offers a version, and lists no changes',
  async (_, bytes) => {
    const hash = await destroy(bytes);
    const store = createSettingsStore(paths);
    const state = await store.read();
    expect(state).toMatchObject({
      exists: true,
      applied: '',
      appliedHash: hash,
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
  },
);

test('a file of many GiB is kept by its name: nothing of that size is copied', async () => {
  const handle = await open(paths.settings, 'w', 0o600);
  await handle.truncate(64 * 1024 ** 3);
  await handle.close();
  const { ino } = await stat(paths.settings);
  const run = await apply(settingsText(true));
  expect(run.outcome).toMatchObject({ kind: 'applied', version: 4 });
  expect(await stat(keptFile())).toMatchObject({ ino, size: 64 * 1024 ** 3 });
  expect(await readFile(paths.settings, 'utf8')).toBe(settingsText(true));
});

test('a file of many GiB is put back by an apply that is rolled back', async () => {
  const handle = await open(paths.settings, 'w', 0o600);
  await handle.truncate(64 * 1024 ** 3);
  await handle.close();
  const { ino } = await stat(paths.settings);
  const error = fail('verify.failed', 'made to fail').error;
  const run = await apply(settingsText(true), {
    outcome: (call) => (call === 'verify' ? error : undefined),
  });
  expect(run.outcome).toMatchObject({ kind: 'rolled-back', restoredVersion: 3 });
  expect(await stat(paths.settings)).toMatchObject({ ino });
});
