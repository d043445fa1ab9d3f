import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maxCountedLength } from '../../shared/settings/history.ts';
import { effectiveSettings, freshSettings } from '../../shared/settings/index.ts';
import { rootPaths } from '../base/root-paths.ts';
import { readSettings, removeLeftTemporaries, sha256, writeFileAtomic } from '../base/files.ts';
import { eciSince, listHistory, versionState, writeVersion, type HistoryEntry } from './history.ts';
import { acquireLock, isLocked } from '../base/lock.ts';
import { createSettingsStore } from './settings-store.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp('/tmp/bh-store-');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const at = (name: string) => path.join(dir, name);
const codeOf = (result: { ok: true } | { ok: false; error: { code: string } }) =>
  result.ok ? 'ok' : result.error.code;

/**
 * Runs a module text in a Node of its own, as user `uid` once its imports are loaded: that user may not be
 * able to read this folder.
 */
function runScript(text: string, args: string[] = [], { uid }: { uid?: number } = {}) {
  const become =
    uid === undefined ? '' : `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${become} ${text}`, '--', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  return { child, done: once(child, 'exit').then(() => out) };
}
const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

describe('reading a settings file', () => {
  test('no file is a value, not an error', async () => {
    expect(await readSettings(at('none.json'))).toEqual({
      ok: true,
      value: { exists: false, text: '', hash: '' },
    });
  });
  test('keeps text and a byte order mark as they are, with the hash of the bytes', async () => {
    await writeFile(at('a.json'), '\uFEFF{"ä": 1}\r\n');
    expect(await readSettings(at('a.json'))).toEqual({
      ok: true,
      value: { exists: true, text: '\uFEFF{"ä": 1}\r\n', hash: sha256('\uFEFF{"ä": 1}\r\n') },
    });
  });
  test('refuses a directory, a FIFO, a link loop, UTF-16 and invalid UTF-8, and names the file', async () => {
    await mkdir(at('dir.json'));
    await symlink('loop.json', at('loop.json'));
    await writeFile(at('utf16.json'), Buffer.from('\uFEFF{}', 'utf16le'));
    await writeFile(at('latin1.json'), Buffer.from([0x7b, 0xe4, 0x7d]));
    const fifo = spawn('mkfifo', [at('fifo.json')]);
    await once(fifo, 'exit');
    for (const name of ['dir', 'loop', 'utf16', 'latin1', 'fifo']) {
      const result = await readSettings(at(`${name}.json`));
      expect(codeOf(result), name).toBe('settings.unreadable');
      expect(!result.ok && result.error.message).toContain(at(`${name}.json`));
    }
  });
  test('refuses more than 4 MiB and takes exactly 4 MiB', async () => {
    await writeFile(at('big.json'), Buffer.alloc(4 * 1024 * 1024 + 1, 32));
    await writeFile(at('full.json'), Buffer.alloc(4 * 1024 * 1024, 32));
    expect(codeOf(await readSettings(at('big.json')))).toBe('settings.too-large');
    expect(codeOf(await readSettings(at('full.json')))).toBe('ok');
  });
  test.runIf(process.getuid?.() === 0)('says so where this user may not read it', async () => {
    await writeFile(at('secret.json'), '{}', { mode: 0o600 });
    await chmod(dir, 0o755);
    const { done } = runScript(
      `import { readSettings } from ${module('../base/files.ts')}; ` +
        'const r = await readSettings(process.argv.at(-1)); console.log(JSON.stringify(r));',
      [at('secret.json')],
      { uid: 65534 },
    );
    expect(JSON.parse(await done)).toMatchObject({
      ok: false,
      error: {
        code: 'settings.unreadable',
        reason: expect.stringContaining('EACCES'),
        hint: expect.stringContaining('root'),
      },
    });
  });
});

describe('writing a file', () => {
  test('replaces the whole file, mode 0644 whatever the umask, and leaves nothing beside it', async () => {
    await writeFile(at('a.json'), 'old', { mode: 0o600 });
    const before = process.umask(0o077);
    try {
      expect(codeOf(await writeFileAtomic(at('a.json'), 'new'))).toBe('ok');
    } finally {
      process.umask(before);
    }
    expect(await readFile(at('a.json'), 'utf8')).toBe('new');
    expect((await stat(at('a.json'))).mode & 0o777).toBe(0o644);
    expect(await readdir(dir)).toEqual(['a.json']);
  });
  test('where the target is a directory, it fails and leaves nothing beside it', async () => {
    await mkdir(at('a.json'));
    expect(codeOf(await writeFileAtomic(at('a.json'), 'new'))).toBe('settings.unwritable');
    expect(await readdir(dir)).toEqual(['a.json']);
  });
  test.runIf(process.getuid?.() === 0)('a full disk leaves the old file and says so', async () => {
    const small = at('small');
    await mkdir(small);
    await once(spawn('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]), 'exit');
    try {
      await writeFile(path.join(small, 'a.json'), 'old');
      const result = await writeFileAtomic(path.join(small, 'a.json'), Buffer.alloc(256 * 1024, 'x'));
      expect(result).toMatchObject({
        ok: false,
        error: {
          code: 'settings.unwritable',
          reason: expect.stringContaining('ENOSPC'),
          hint: expect.stringContaining('room'),
        },
      });
      expect(await readFile(path.join(small, 'a.json'), 'utf8')).toBe('old');
      expect(await readdir(small)).toEqual(['a.json']);
    } finally {
      await once(spawn('umount', [small]), 'exit');
    }
  });
  test.runIf(process.getuid?.() === 0)(
    'a user without write permission gets an error and the file stays',
    async () => {
      await writeFile(at('a.json'), 'old');
      await chmod(dir, 0o755);
      const { done } = runScript(
        `import { writeFileAtomic } from ${module('../base/files.ts')}; ` +
          "console.log(JSON.stringify(await writeFileAtomic(process.argv.at(-1), 'new')));",
        [at('a.json')],
        { uid: 65534 },
      );
      expect(JSON.parse(await done)).toMatchObject({
        ok: false,
        error: { code: 'settings.unwritable', reason: expect.stringContaining('EACCES') },
      });
      expect(await readFile(at('a.json'), 'utf8')).toBe('old');
    },
  );
  test('a killed writer leaves the old or the new text; its leftovers are removed', async () => {
    const size = 3_000_000;
    await writeFile(at('a.json'), 'a'.repeat(size));
    for (let round = 0; round < 4; round++) {
      const { child, done } = runScript(
        `import { writeFileAtomic } from ${module('../base/files.ts')};
        process.stdout.write('go');
        for (let i = 0; ; i++)
          await writeFileAtomic(process.argv.at(-1), (i % 2 ? 'a' : 'b').repeat(${size}));`,
        [at('a.json')],
      );
      await once(child.stdout, 'data');
      // Until the writer has been seen at work, so that the kill lands between two writes or inside one.
      while (!(await readdir(dir)).some((name) => name.endsWith('.tmp'))) {
        /* look again */
      }
      child.kill('SIGKILL');
      await done;
      const text = await readFile(at('a.json'), 'utf8');
      expect(text.length).toBe(size);
      expect(/^(a+|b+)$/.test(text)).toBe(true);
    }
    await removeLeftTemporaries(at('a.json'));
    expect(await readdir(dir)).toEqual(['a.json']);
  });
});

describe('the lock', () => {
  test('has one holder at a time, and is free again after release', async () => {
    const first = await acquireLock(at('l'));
    expect(codeOf(first)).toBe('ok');
    expect(await isLocked(at('l'))).toBe(true);
    expect(codeOf(await acquireLock(at('l')))).toBe('apply.in-progress');
    if (first.ok) await first.value.release();
    expect(await isLocked(at('l'))).toBe(false);
    expect(codeOf(await acquireLock(at('l')))).toBe('ok');
    expect(await readdir(dir)).toEqual(['l']);
  });
  test('of a killed process is taken over by exactly one of many who want it', async () => {
    const holder = runScript(
      `import { acquireLock } from ${module('../base/lock.ts')}; ` +
        "await acquireLock(process.argv.at(-1)); process.stdout.write('held'); " +
        'setInterval(() => {}, 1000);',
      [at('l')],
    );
    await once(holder.child.stdout, 'data');
    expect(codeOf(await acquireLock(at('l')))).toBe('apply.in-progress');
    holder.child.kill('SIGKILL');
    await holder.done;
    expect(await isLocked(at('l'))).toBe(false);
    const all = await Promise.all(Array.from({ length: 25 }, () => acquireLock(at('l'))));
    expect(all.filter((result) => result.ok)).toHaveLength(1);
    expect(await readdir(dir)).toEqual(['l']);
  });
  test('is stale with garbage in it, of another boot, or of a reused pid', async () => {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    for (const content of [
      '',
      'garbage',
      JSON.stringify({ pid: process.pid, started: '1', nonce: 'x', boot }),
      JSON.stringify({ pid: process.pid, started: '', nonce: 'x', boot: 'other' }),
    ]) {
      await writeFile(at('l'), content);
      const lock = await acquireLock(at('l'));
      expect(codeOf(lock), content).toBe('ok');
      if (lock.ok) await lock.value.release();
    }
  });
  test.runIf(process.getuid?.() === 0)(
    'that cannot be made is an error about writing, not "in progress"',
    async () => {
      expect(codeOf(await acquireLock(path.join(dir, 'missing', 'l')))).toBe('settings.unwritable');
    },
  );
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
  test('gives back text and daemon.json of a version, and knows a version it has not recorded', async () => {
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
    expect(codeOf(await store.historyText(9))).toBe('settings.version-unknown');
    expect(await store.rollback(0)).toMatchObject({ ok: true, value: { draft: '', applied: '' } });
    expect(await store.rollback(1)).toMatchObject({ ok: true, value: { draft: 'a', applied: '' } });
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
  test.runIf(process.getuid?.() === 0)(
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
        { appliedVersion: 1, applied: 'a', readError: null, readOnly: `the rights of ${dir}` },
        { ok: true, value: 'a' },
        // Whoever can be asked for a password is locked out of nothing; where nobody can ask for it, that is
        // said.
        { readOnly: null },
        { readOnly: `the rights of ${dir} (pkexec is not installed)` },
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
