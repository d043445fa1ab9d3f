import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rootPaths } from '../base/root-paths.ts';
import { writeFileAtomic } from '../base/files.ts';
import { createSettingsStore } from './settings-store.ts';
import { codeOf } from './store-fixture.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp('/tmp/bh-store-');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('draft and conflict', () => {
  test('the draft follows the file until edited; then a changed file is a conflict', async () => {
    const paths = rootPaths(dir);
    const store = createSettingsStore(paths);
    expect(await store.read()).toMatchObject({
      exists: false,
      applied: '',
      appliedHash: '',
      draft: '',
      appliedVersion: 0,
      conflict: false,
      readError: null,
      readOnly: null,
    });
    await writeFile(paths.settings, '{"a":1}');
    expect(await store.read()).toMatchObject({
      exists: true,
      applied: '{"a":1}',
      draft: '{"a":1}',
      appliedVersion: 1,
      conflict: false,
    });
    expect(await store.setDraft('{"a":2}')).toMatchObject({
      ok: true,
      value: { draft: '{"a":2}', base: '{"a":1}', conflict: false },
    });
    await writeFile(paths.settings, '{"a":3}');
    expect(await store.read()).toMatchObject({
      draft: '{"a":2}',
      base: '{"a":1}',
      applied: '{"a":3}',
      conflict: true,
    });
    expect(await store.resolveConflict('mine')).toMatchObject({
      ok: true,
      value: { draft: '{"a":2}', base: '{"a":3}', conflict: false },
    });
    await writeFile(paths.settings, '{"a":4}');
    expect(await store.resolveConflict('theirs')).toMatchObject({
      ok: true,
      value: { draft: '{"a":4}', conflict: false },
    });
    expect((await readdir(dir)).sort()).toEqual(['admin-settings.json']);
  });
  test('undoing the edit removes the draft', async () => {
    const paths = rootPaths(dir);
    await writeFile(paths.settings, '{}');
    const store = createSettingsStore(paths);
    await store.setDraft('{"x":1}');
    await store.setDraft('{}');
    expect(await readdir(dir)).toEqual(['admin-settings.json']);
  });
  test('an unreadable file is reported, and never replaced by an empty draft', async () => {
    const paths = rootPaths(dir);
    await mkdir(paths.settings);
    expect(await createSettingsStore(paths).read()).toMatchObject({
      exists: true,
      readError: { code: 'settings.unreadable' },
    });
  });
  test('a draft above 4 MiB is refused', async () => {
    expect(codeOf(await createSettingsStore(rootPaths(dir)).setDraft('x'.repeat(4 * 1024 * 1024 + 1)))).toBe(
      'settings.too-large',
    );
  });
  test('a watch reports rename, edit in place and deletion, but not a rewrite of the same text', async () => {
    const paths = rootPaths(dir);
    const store = createSettingsStore(paths);
    const seen: (() => void)[] = [];
    const next = () =>
      new Promise<void>((resolve) => {
        seen.push(resolve);
      });
    let calls = 0;
    await writeFile(paths.settings, 'one');
    const stop = store.watch(() => {
      calls++;
      seen.shift()?.();
    });
    try {
      const renamed = next();
      await writeFileAtomic(paths.settings, 'two');
      await renamed;
      const edited = next();
      await writeFile(paths.settings, 'three');
      await edited;
      await writeFileAtomic(paths.settings, 'three');
      const deleted = next();
      await rm(paths.settings);
      await deleted;
      expect(calls).toBe(3);
    } finally {
      stop();
    }
  });
});
