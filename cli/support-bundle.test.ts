import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleEventSchema } from '../shared/support/bundle.ts';
import { runCommandLine } from '../tests/support/command-line.ts';
import { requires } from '../tests/support/requires.ts';

const run = promisify(execFile);
let directory: string;
let root: string;

beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-bundle-');
  root = path.join(directory, 'engine');
  await mkdir(path.join(root, 'logs'), { recursive: true });
  await writeFile(
    path.join(root, 'admin-settings.json'),
    '{"configurationFileVersion": 2, "proxy": {"http": {"value": "http://sam:hunter2@proxy:3128"}}}',
  );
  for (const name of ['recreate-journal.json', 'recreate-journal-8.json'])
    await writeFile(path.join(root, name), '{}');
  await writeFile(path.join(root, 'logs', 'dockerd.log'), 'starting\nlogin password=hunter2\n');
  await writeFile(path.join(root, 'logs', 'old.log'), `hunter2${'x'.repeat(3 * 1024 * 1024)}\nlast\n`);
  await symlink('/etc/shadow', path.join(root, 'logs', 'link.log'));
});
afterEach(() => rm(directory, { recursive: true }));

const bundle = (...args: string[]) =>
  runCommandLine(['support-bundle', '--root', root, ...args], { cwd: directory, env: { LANG: 'C' } });

describe.runIf(requires('root'))('a support bundle', () => {
  it('contains settings, records and logs without secrets, readable only by its owner', async () => {
    const file = path.join(directory, 'b.tar.gz');
    const { code, out } = await bundle('--output', file);
    expect(code).toBe(0);
    expect(out).toMatch(/^settings\/admin-settings\.json {2,}\d+ B {2,}credentials in URLs: 1$/m);
    expect(out).toMatch(/^logs\/dockerd\.log {2,}\d+ B {2,}values named like secrets: 1$/m);
    expect(out).toMatch(/^records\/recreate-journal\.json {2,}3 B {2,}-$/m);
    expect(out).toMatch(/^logs\/old\.log {2,}\d+ B {2,}- {2,}[\d.]+ MB$/m);
    expect(out).toContain('Nothing was sent.');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const names = (await run('tar', ['-tzf', file])).stdout.split('\n');
    expect(names).toEqual(
      expect.arrayContaining([
        'b/manifest.json',
        'b/versions.json',
        'b/status.json',
        'b/settings/admin-settings.json',
        'b/records/recreate-journal.json',
        'b/records/recreate-journal-8.json',
        'b/logs/old.log',
      ]),
    );
    // The target of a link is not a log.
    expect(names).not.toContain('b/logs/link.log');
    const content = gunzipSync(await readFile(file)).toString('latin1');
    expect(content).not.toContain('hunter2');
    expect(content).toContain('password=[redacted]');
    expect((await run('tar', ['-xOzf', file, 'b/logs/old.log'])).stdout).toBe('last\n');
  });

  it('replaces no file, not through a link either', async () => {
    const [there, link] = [path.join(directory, 'there'), path.join(directory, 'link')];
    await writeFile(there, 'kept');
    await chmod(there, 0o644);
    await symlink(path.join(directory, 'absent'), link);
    for (const file of [there, link])
      expect(await bundle('--output', file)).toMatchObject({
        code: 2,
        err: expect.stringContaining('is there already') as string,
      });
    expect(await readFile(there, 'utf8')).toBe('kept');
    await expect(stat(path.join(directory, 'absent'))).rejects.toThrow('ENOENT');
  });

  it('needs a name for its file', async () => {
    expect(await bundle('--output', '')).toMatchObject({
      code: 2,
      err: 'error: --output names no file\n  Name a file, or leave --output away.\n',
    });
  });

  it('is sent as events for a program that displays it first, and then nothing is written', async () => {
    const { code, out } = await bundle('--json', '--events');
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => bundleEventSchema.parse(JSON.parse(line)));
    expect(events[0]).toEqual({ type: 'progress', progress: { read: 0, total: null } });
    expect(events.at(-1)).toEqual({ type: 'collected' });
    const entries = events.flatMap((event) => (event.type === 'entry' ? [event.entry] : []));
    expect(entries.find(({ name }) => name === 'logs/dockerd.log')).toEqual({
      name: 'logs/dockerd.log',
      content: 'starting\nlogin password=[redacted]\n',
      redactions: { 'named-secret': 1 },
      omittedBytes: 0,
    });
    expect((await run('ls', [directory])).stdout).toBe('engine\n');
  });

  it('can be inspected before it is written', async () => {
    const { code, out } = await bundle('--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      file: null,
      entries: expect.arrayContaining([
        expect.objectContaining({ name: 'logs/dockerd.log', redactions: { 'named-secret': 1 } }),
      ]) as unknown,
    });
    expect((await run('ls', [directory])).stdout).toBe('engine\n');
  });
});
