import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { translateError } from '../../shared/messages/error-message.ts';
import { loadTranslator } from '../../shared/messages/translator.ts';
import { maxCountedLength } from '../../shared/settings/history.ts';
import { effectiveSettings, freshSettings } from '../../shared/settings/index.ts';
import { rootPaths } from '../base/root-paths.ts';
import { sha256 } from '../base/files.ts';
import {
  auditPeriods,
  eciSince,
  listHistory,
  versionState,
  writeVersion,
  type HistoryEntry,
} from './history.ts';
import { createSettingsStore } from './settings-store.ts';
import { codeOf, runScript, module } from './store-fixture.ts';
import { requires } from '../../tests/support/requires.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp('/tmp/bh-store-');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const at = (name: string) => path.join(dir, name);

describe('history', () => {
  const entry = (version: number, text: string | null, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
    version,
    at: `2026-01-0${version + 1}T00:00:00.000Z`,
    uid: 0,
    user: 'root',
    hash: text === null ? '' : sha256(text),
    fromHash: '',
    how: 'apply',
    eci: false,
    durationsMs: {},
    ...more,
  });
  test('returns text and daemon.json of a version, and recognizes one it has not recorded', async () => {
    const history = at('history');
    const applied = { exists: true, text: 'b', hash: sha256('b') };
    expect(await versionState(history, { exists: false, text: '', hash: '' })).toMatchObject({
      value: { current: 0, recorded: false, next: 1 },
    });
    await writeVersion(history, { entry: entry(0, null), settings: null, daemonJson: null });
    await writeVersion(history, { entry: entry(1, 'a'), settings: 'a', daemonJson: '{"debug":true}' });
    expect(await versionState(history, { exists: true, text: 'a', hash: sha256('a') })).toMatchObject({
      value: { current: 1, recorded: true, next: 2 },
    });
    expect(await versionState(history, applied)).toMatchObject({
      value: { current: 2, recorded: false, next: 3 },
    });
    const store = createSettingsStore(rootPaths(dir));
    expect(await store.historyText(1)).toEqual({ ok: true, value: 'a' });
    const missing = await store.historyText(9);
    expect(codeOf(missing)).toBe('settings.version-unknown');
    const translated = missing.ok ? null : translateError(missing.error, await loadTranslator('zh-CN'));
    expect(missing).toMatchObject({ error: { reason: 'there are: 1; 0 is no settings file' } });
    expect(translated?.reason).toBe('现有版本：1；0 表示没有设置文件');
    expect(await store.rollback(0)).toMatchObject({ ok: true, value: { draft: '', applied: '' } });
    expect(await store.rollback(1)).toMatchObject({ ok: true, value: { draft: 'a', applied: '' } });
  });
  test('audit mode ends when the next version may have come into force, before it is recorded', () => {
    const on = { eci: true };
    const audit = entry(1, 'a', { ...on, audit: true });
    const enforce = { mode: 'enforce', since: null } as const;
    const untilOf = (next: HistoryEntry) => auditPeriods([audit, next], enforce).map(({ until }) => until);
    expect(untilOf(entry(2, 'b', { ...on, durationsMs: { 'write-settings': 2000, verify: 3000 } }))).toEqual([
      '2026-01-02T23:59:55.000Z',
    ]);
    const inForceFrom = '2026-01-02T12:00:00.000Z';
    expect(untilOf(entry(2, 'b', { ...on, inForceFrom }))).toEqual([inForceFrom]);
    // Version 2 is unreadable.
    expect(untilOf(entry(3, 'b', on))).toEqual([]);
    expect(untilOf(entry(2, 'b', { ...on, at: 'damaged' }))).toEqual([]);
  });
  test('audit mode is in force only with ECI, without which nothing is decided', () => {
    const audit = entry(1, 'a', { eci: false, audit: true });
    expect(auditPeriods([audit], { mode: 'audit', since: null })).toEqual([]);
  });
  test('audit mode of the last version lasts while it is enforced, or until that changed', () => {
    const audit = entry(1, 'a', { eci: true, audit: true, durationsMs: { 'back-up': 500, verify: 3000 } });
    const from = '2026-01-01T23:59:57.000Z';
    expect(auditPeriods([audit], { mode: 'audit', since: '2026-01-09T00:00:00Z' })).toEqual([
      { from, until: null },
    ]);
    const since = '2026-01-03T00:00:00.000Z';
    expect(auditPeriods([audit], { mode: 'enforce', since })).toEqual([{ from, until: since }]);
    expect(auditPeriods([audit], { mode: 'enforce', since: null })).toEqual([]);
  });
  test('an existing version is never overwritten; a damaged one is skipped', async () => {
    const history = at('history');
    await writeVersion(history, { entry: entry(1, 'a'), settings: 'a', daemonJson: null });
    expect(
      codeOf(await writeVersion(history, { entry: entry(1, 'b'), settings: 'b', daemonJson: null })),
    ).toBe('settings.unwritable');
    await mkdir(path.join(history, '0002'));
    await writeFile(path.join(history, '0002', 'meta.json'), '{"version": 2');
    const listed = await listHistory(history);
    expect(listed.ok && listed.value.map((e) => e.version)).toEqual([1]);
    expect(await versionState(history, { exists: true, text: 'a', hash: sha256('a') })).toMatchObject({
      value: { current: 3, recorded: false, next: 4 },
    });
  });
  test('rolling back to version 0, "no file", makes the draft an empty document', async () => {
    const paths = rootPaths(dir);
    await writeFile(paths.settings, '{"enhancedContainerIsolation":{"value":true}}');
    const store = createSettingsStore(paths);
    expect(await store.historyText(0)).toEqual({ ok: true, value: null });
    const rolled = await store.rollback(0);
    expect(rolled).toMatchObject({ ok: true, value: { exists: true, draft: freshSettings } });
    const before = effectiveSettings('');
    expect(rolled.ok && effectiveSettings(rolled.value.draft)).toEqual(before);
  });
  test('lists versions newest first: changes of each, unreadable, unrecorded, and version 0', async () => {
    const paths = rootPaths(dir);
    const store = createSettingsStore(paths);
    expect(await store.historyItems()).toEqual({ ok: true, value: [] });
    const on = '{"enhancedContainerIsolation":{"value":true}}';
    const locked =
      '{"enhancedContainerIsolation":{"value":true,"locked":true}, "blockDockerLoad":{"value":true}}';
    await writeVersion(paths.history, { entry: entry(1, on, { eci: true }), settings: on, daemonJson: null });
    await writeVersion(paths.history, {
      entry: entry(2, locked, { eci: true, user: 'mei' }),
      settings: locked,
      daemonJson: null,
    });
    await mkdir(path.join(paths.history, '0003'));
    await writeFile(paths.settings, '{}');
    const listed = await store.historyItems();
    expect(listed).toMatchObject({
      ok: true,
      value: [
        { version: 4, how: 'unrecorded', current: true },
        { version: 3, how: 'unreadable', changes: null, problem: { code: 'settings.unreadable' } },
        {
          version: 2,
          how: 'apply',
          user: 'mei',
          changes: 2,
          changed: [
            { pointer: '/enhancedContainerIsolation/locked', kind: 'added' },
            { pointer: '/blockDockerLoad/value', kind: 'added' },
          ],
          current: false,
        },
        {
          version: 1,
          changes: 1,
          changed: [{ pointer: '/enhancedContainerIsolation/value', page: 'isolation' }],
        },
        { version: 0, how: 'none', at: null, eci: false },
      ],
    });
  });
  test('names the earlier version that one returns to, not one that was only applied again', async () => {
    const history = at('history');
    const a = '{"blockDockerLoad":{"value":true}}';
    const b = '{}';
    for (const [index, text] of [a, b, a, a].entries())
      await writeVersion(history, { entry: entry(index + 1, text), settings: text, daemonJson: null });
    await writeFile(at('admin-settings.json'), b);
    const listed = await createSettingsStore(rootPaths(dir)).historyItems();
    expect(listed.ok && listed.value.map((item) => [item.version, item.earlierVersion])).toEqual([
      [5, 2],
      [4, undefined],
      [3, 1],
      [2, undefined],
      [1, undefined],
      [0, undefined],
    ]);
  });
  test('lists the deletion of the file between the versions before and after it', async () => {
    const history = at('history');
    const [a, b] = ['{"blockDockerLoad":{"value":true}}', '{}'];
    await writeVersion(history, { entry: entry(1, b), settings: b, daemonJson: null });
    await writeVersion(history, {
      entry: entry(2, a, { fromHash: sha256(b) }),
      settings: a,
      daemonJson: null,
    });
    // Version 3: no file.
    await writeVersion(history, { entry: entry(4, a), settings: a, daemonJson: null });
    await writeFile(at('admin-settings.json'), a);
    const store = createSettingsStore(rootPaths(dir));
    expect(await store.historyItems()).toMatchObject({
      value: [
        { version: 4, earlierVersion: 2, changes: 1, current: true },
        { version: 3, how: 'none', at: null, changes: 1 },
        { version: 2, how: 'apply' },
        { version: 1 },
        { version: 0 },
      ],
    });
    expect(await store.historyText(3)).toEqual({ ok: true, value: null });
    expect(await store.historyText(5)).toMatchObject({ ok: false });
  });
  test('a version too large to compare in a list is listed, its changes uncounted', async () => {
    const history = at('history');
    const big = JSON.stringify({ filler: 'x'.repeat(maxCountedLength) });
    await writeVersion(history, { entry: entry(1, big), settings: big, daemonJson: null });
    await writeFile(at('admin-settings.json'), big);
    expect(await createSettingsStore(rootPaths(dir)).historyItems()).toMatchObject({
      ok: true,
      value: [{ version: 1, changes: null, problem: null }, { version: 0 }],
    });
  });
  test('a watch of the history reports an added version, whoever adds it', async () => {
    const paths = rootPaths(dir);
    const store = createSettingsStore(paths);
    await mkdir(paths.history);
    const added = new Promise<void>((resolve) => {
      const stop = store.watchHistory(() => {
        stop();
        resolve();
      });
    });
    await writeVersion(paths.history, { entry: entry(1, 'a'), settings: 'a', daemonJson: null });
    await added;
  });
  test.runIf(requires('root'))(
    'an ordinary user may read versions, but not daemon.json, which may hold credentials',
    async () => {
      await chmod(dir, 0o711);
      await writeVersion(at('history'), { entry: entry(1, 'a'), settings: 'a', daemonJson: '{"secret": 1}' });
      await writeFile(at('admin-settings.json'), 'a');
      const { done } = runScript(
        `import { createSettingsStore } from ${module('./settings-store.ts')};
      import { rootPaths } from ${module('../base/root-paths.ts')};
      const paths = rootPaths(process.argv.at(-1));
      const store = createSettingsStore(paths);
      const readWith = (missing) =>
        createSettingsStore(paths, { elevationMissing: () => Promise.resolve(missing) }).read();
      console.log(JSON.stringify([
        await store.read(), await store.historyText(1),
        await readWith(null), await readWith('pkexec is not installed'),
      ]));`,
        [dir],
        { uid: 65534 },
      );
      expect(JSON.parse(await done)).toMatchObject([
        { appliedVersion: 1, applied: 'a', readError: null, readOnly: `the permissions of ${dir}` },
        { ok: true, value: 'a' },
        // A user who can be prompted for a password can save; without a prompt, that is reported.
        { readOnly: null },
        { readOnly: `the permissions of ${dir} (pkexec is not installed)` },
      ]);
      expect((await stat(path.join(at('history'), '0001', 'daemon.json'))).mode & 0o777).toBe(0o600);
    },
  );
  test('ECI counts from the apply that turned it on last', () => {
    expect(eciSince([entry(1, 'a'), entry(2, 'b', { eci: true }), entry(3, 'c', { eci: true })])).toBe(
      '2026-01-03T00:00:00.000Z',
    );
    expect(eciSince([entry(1, 'a', { eci: true }), entry(2, 'b'), entry(3, 'c', { eci: true })])).toBe(
      '2026-01-04T00:00:00.000Z',
    );
    expect(eciSince([entry(1, 'a', { eci: true }), entry(2, 'b')])).toBeNull();
    expect(eciSince([])).toBeNull();
  });
});
