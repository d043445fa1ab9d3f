import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveFiles, writeFiles } from './install-files.ts';

let directory: string;
const at = (name: string) => path.join(directory, name);
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-install-');
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('files that an installation replaces', () => {
  it('are saved with content and mode, and their absence too', async () => {
    await writeFile(at('daemon.json'), Buffer.from([0xff, 0x00, 0x7b]), { mode: 0o600 });
    expect(await saveFiles([at('daemon.json'), at('absent')])).toEqual([
      { path: at('daemon.json'), content: '/wB7', mode: 0o600 },
      { path: at('absent'), content: null, mode: 0o644 },
    ]);
  });

  it('an unreadable one stops the installation, since replacing it would lose its content', async () => {
    await mkdir(at('daemon.json'));
    await expect(saveFiles([at('daemon.json')])).rejects.toThrow('EISDIR');
  });

  it('are written atomically, with their mode, in directories that are created', async () => {
    const file = at('docker.service.d/50-bulkhead.conf');
    const written = await writeFiles([{ path: file, text: '[Unit]\n', mode: 0o644 }]);
    expect(written.ok).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('[Unit]\n');
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    expect(await readdir(path.dirname(file))).toEqual(['50-bulkhead.conf']);
  });

  it('one whose directory cannot be created is a failure, which the installation rolls back', async () => {
    await writeFile(at('docker.service.d'), '');
    const file = at('docker.service.d/50-bulkhead.conf');
    expect(await writeFiles([{ path: file, text: '[Unit]\n', mode: 0o644 }])).toMatchObject({
      ok: false,
      error: { code: 'settings.unwritable', params: { path: file } },
    });
  });
});
