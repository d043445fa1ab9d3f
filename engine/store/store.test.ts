import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSettings, removeLeftoverTemporaries, sha256, writeFileAtomic } from '../base/files.ts';
import { acquireLock, isLocked } from '../base/lock.ts';
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
  test('refuses more than 4 MiB and accepts exactly 4 MiB', async () => {
    await writeFile(at('big.json'), Buffer.alloc(4 * 1024 * 1024 + 1, 32));
    await writeFile(at('full.json'), Buffer.alloc(4 * 1024 * 1024, 32));
    expect(codeOf(await readSettings(at('big.json')))).toBe('settings.too-large');
    expect(codeOf(await readSettings(at('full.json')))).toBe('ok');
  });
  test.runIf(requires('root'))('says so where this user may not read it', async () => {
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
  test('replaces the whole file, mode 0644 whatever the umask, and leaves no temporary file', async () => {
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
  test('fails if the target is a directory, and leaves no temporary file', async () => {
    await mkdir(at('a.json'));
    expect(codeOf(await writeFileAtomic(at('a.json'), 'new'))).toBe('settings.unwritable');
    expect(await readdir(dir)).toEqual(['a.json']);
  });
  test.runIf(requires('root'))('a full disk leaves the old file and says so', async () => {
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
  test.runIf(requires('root'))(
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
        error: { code: 'settings.unwritable', reason: `this user may not write in ${dir}` },
      });
      expect(await readFile(at('a.json'), 'utf8')).toBe('old');
    },
  );
  test.runIf(requires('root'))('names the directory that this user may not enter', async () => {
    const engine = at('closed/engine');
    await mkdir(engine, { recursive: true });
    await chmod(dir, 0o755);
    await chmod(at('closed'), 0o700);
    await chmod(engine, 0o777);
    const { done } = runScript(
      `import { writeFileAtomic } from ${module('../base/files.ts')}; ` +
        "console.log(JSON.stringify(await writeFileAtomic(process.argv.at(-1), 'new')));",
      [path.join(engine, 'a.json')],
      { uid: 65534 },
    );
    expect(JSON.parse(await done)).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable', reason: `this user may not enter ${at('closed')}` },
    });
  });
  test.runIf(requires('root'))(
    'names the directory in which this user may not create the history',
    async () => {
      await chmod(dir, 0o755);
      const { done } = runScript(
        `import { writeVersion } from ${module('./history.ts')}; ` +
          'const version = { entry: { version: 1 }, settings: "{}", daemonJson: null }; ' +
          'console.log(JSON.stringify(await writeVersion(process.argv.at(-1), version)));',
        [at('history')],
        { uid: 65534 },
      );
      expect(JSON.parse(await done)).toMatchObject({
        ok: false,
        error: { code: 'settings.unwritable', reason: `this user may not write in ${dir}` },
      });
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
      // Until the writer has written at least once, so that the kill falls between two writes or into one.
      while (!(await readdir(dir)).some((name) => name.endsWith('.tmp'))) {
        /* try again */
      }
      child.kill('SIGKILL');
      await done;
      const text = await readFile(at('a.json'), 'utf8');
      expect(text.length).toBe(size);
      expect(/^(a+|b+)$/.test(text)).toBe(true);
    }
    await removeLeftoverTemporaries(at('a.json'));
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
  test('of a killed process is taken over by exactly one of many contenders', async () => {
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
  test('is stale with invalid content, of another boot, or of a reused pid', async () => {
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
  test.runIf(requires('root'))(
    'that cannot be made is an error about writing, not "in progress"',
    async () => {
      expect(codeOf(await acquireLock(path.join(dir, 'missing', 'l')))).toBe('settings.unwritable');
    },
  );
});
