import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rootPaths } from '../../base/root-paths.ts';
import { exclusiveBackend, kernel } from './backend.ts';
import { requires } from '../../../tests/support/requires.ts';

const runtimeDirectory = path.resolve(import.meta.dirname, '../../../runtime');
const backend = exclusiveBackend({ runtimeBuildDir: path.join(runtimeDirectory, 'build') });
let root: string;
const created: string[] = [];
beforeAll(() => {
  execFileSync('sh', [path.join(runtimeDirectory, 'build.sh')]);
}, 90_000);
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-backend-'));
  created.push(root);
});
afterAll(async () => {
  for (const directory of created) await rm(directory, { recursive: true });
});

describe('report', () => {
  it.runIf(process.platform === 'linux' && requires('root'))(
    "tries every requirement on the data directory's file system and leaves nothing there",
    async () => {
      const report = await backend.report(rootPaths(path.join(root, 'not/yet')));
      const codes = report.requirements.map((requirement) => requirement.code);
      for (const code of [
        'root',
        'linux',
        'kernel',
        'runc',
        'runtime-built',
        'mount-api',
        'idmapped-mounts',
        'overlay-layers',
        'native-overlay-diff',
      ])
        expect(codes).toContain(code);
      expect(report.available).toBe(report.requirements.every((requirement) => requirement.met));
      expect(await readdir(root)).toEqual([]);
    },
  );

  it('lists what is missing and how to get it', async () => {
    const report = await exclusiveBackend({ runtimeBuildDir: '/nonexistent' }).report(rootPaths(root));
    expect(report.available).toBe(false);
    expect(report.requirements.find((requirement) => requirement.code === 'runtime-built')).toMatchObject({
      code: 'runtime-built',
      met: false,
      found: '/nonexistent/bulkhead-runc is missing',
      fix: 'Build it: sh runtime/build.sh (needs gcc).',
    });
    for (const requirement of report.requirements) if (!requirement.met) expect(requirement.fix).toBeTruthy();
  });

  it.runIf(requires('root'))('reports a file system that cannot be written or id-mapped', async () => {
    const report = await backend.report({ ...rootPaths(root), data: '/proc' });
    expect(report.available).toBe(false);
    expect(
      report.requirements.find((requirement) => requirement.code === 'idmapped-mounts')?.found,
    ).toContain('cannot write in /proc');
  });

  it.each([
    ['6.13.0', 'by file descriptor'],
    ['6.18.44-fc', 'by file descriptor'],
    ['7.0', 'by file descriptor'],
    ['6.12.107+deb13-amd64', 'by attached mounts'],
    ['5.19.0', 'by attached mounts'],
  ])('kernel %s: layers %s', (release, how) => {
    expect(kernel(release)).toEqual({ code: 'kernel', met: true, found: `${release}: layers ${how}` });
  });

  it.each(['5.18.99', '4.19', 'odd'])('kernel %s: too old, and says which would do', (release) => {
    expect(kernel(release)).toMatchObject({
      code: 'kernel',
      met: false,
      found: release,
      fix: 'Use Linux 5.19 or newer.',
    });
  });
});

describe('install', () => {
  it('installs the runtime and a link to runc, over a running one, twice', async () => {
    const paths = rootPaths(root);
    expect(await backend.install(paths)).toEqual({ ok: true, value: undefined });
    const first = (await stat(paths.runtimeBinary)).ino;
    await rm(path.join(paths.runtimeDir, 'runc'));
    await symlink('/elsewhere', path.join(paths.runtimeDir, 'runc'));
    expect((await backend.install(paths)).ok).toBe(true);
    expect((await stat(paths.runtimeBinary)).ino).not.toBe(first);
    expect((await stat(paths.runtimeBinary)).mode & 0o777).toBe(0o755);
    expect(path.basename(await readlink(path.join(paths.runtimeDir, 'runc')))).toBe('runc');
    expect((await lstat(path.join(paths.runtimeDir, 'runc'))).isSymbolicLink()).toBe(true);
    expect((await readdir(paths.runtimeDir)).sort()).toEqual(['bulkhead-runc', 'runc']);
  });

  it('fails with what to do and keeps the old runtime when there is none to install', async () => {
    const paths = rootPaths(root);
    await backend.install(paths);
    const before = await readFile(paths.runtimeBinary);
    const result = await exclusiveBackend({ runtimeBuildDir: '/nonexistent' }).install(paths);
    expect(result).toMatchObject({ ok: false, error: { code: 'isolation.install-failed' } });
    expect((await readFile(paths.runtimeBinary)).equals(before)).toBe(true);
    expect((await readdir(paths.runtimeDir)).sort()).toEqual(['bulkhead-runc', 'runc']);
  });

  it('fails if the runtime directory cannot be created', async () => {
    await writeFile(path.join(root, 'runtime'), '');
    expect(await backend.install(rootPaths(root))).toMatchObject({
      ok: false,
      error: { code: 'isolation.install-failed' },
    });
  });
});
