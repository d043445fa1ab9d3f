import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { sha256 } from '../base/files.ts';
import { backupDirectory, restoreBackup, writeBackup } from './backup.ts';

let directory: string;
let paths: RootPaths;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-backup-'));
  paths = rootPaths(path.join(directory, 'root'));
  await mkdir(paths.root);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the backup of an apply', () => {
  it('restores its content', async () => {
    await writeFile(paths.settings, 'before');
    expect(await writeBackup(paths, 'after')).toMatchObject({ ok: true });
    await writeFile(paths.settings, 'after');
    expect(await restoreBackup(paths)).toMatchObject({ ok: true });
    expect(await readFile(paths.settings, 'utf8')).toBe('before');
  });

  it.each([
    ['the text that the gateway keeps enforcing', 'enforced'],
    ['nothing where that is not known', null],
  ])(
    'of a lost settings file gives back %s, and never says that its absence is intended',
    async (_, text) => {
      expect(await writeBackup(paths, 'after', { enforced: text })).toMatchObject({ ok: true });
      await writeFile(paths.settings, 'after');
      expect(await restoreBackup(paths)).toMatchObject({ ok: true });
      expect(await readFile(paths.settings, 'utf8').catch(() => null)).toBe(text);
      await expect(readFile(removalNote(paths.settings))).rejects.toThrow('ENOENT');
    },
  );

  it('of an unusable settings file gives back the enforced text, with the mode of the file', async () => {
    await writeFile(paths.settings, '{', { mode: 0o640 });
    expect(await writeBackup(paths, 'after', { enforced: 'enforced' })).toMatchObject({ ok: true });
    await writeFile(paths.settings, 'after');
    expect(await restoreBackup(paths)).toMatchObject({ ok: true });
    expect(await readFile(paths.settings, 'utf8')).toBe('enforced');
    expect((await stat(paths.settings)).mode & 0o777).toBe(0o640);
  });

  it('gives the enforced text back also where the unusable file was not replaced yet', async () => {
    await writeFile(paths.settings, '{');
    expect(await writeBackup(paths, 'after', { enforced: 'enforced' })).toMatchObject({ ok: true });
    expect(await restoreBackup(paths)).toEqual({ ok: true, value: { foreignSettings: false } });
    expect(await readFile(paths.settings, 'utf8')).toBe('enforced');
  });

  it.each([
    ["a file that is not of the engine's configuration", { path: 'victim', stored: 'victim' }],
    ['a file to delete that is not', { path: 'victim', stored: null }],
    ['a copy elsewhere', { path: 'settings', stored: '../../../victim' }],
  ])('gives back nothing where it names %s', async (_what, file) => {
    const victim = path.join(directory, 'victim');
    await writeFile(victim, 'as it was');
    await mkdir(backupDirectory(paths), { recursive: true });
    await writeFile(path.join(backupDirectory(paths), 'victim'), 'planted');
    await writeFile(
      path.join(backupDirectory(paths), 'manifest.json'),
      JSON.stringify({
        format: 1,
        files: [
          {
            path: file.path === 'victim' ? victim : paths.settings,
            stored: file.stored,
            mode: 0o644,
            hash: sha256('planted'),
          },
        ],
      }),
    );
    expect(await restoreBackup(paths)).toMatchObject({ ok: false, error: { code: 'apply.rollback-failed' } });
    expect(await readFile(victim, 'utf8')).toBe('as it was');
    await expect(readFile(paths.settings)).rejects.toThrow('ENOENT');
  });
});
