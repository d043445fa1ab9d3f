import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rootPaths, systemRoot } from '../../engine/base/root-paths.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { wouldMount } from './would-mount.ts';

vi.mock('electron', () => ({}));
const { resolvePath } = await import('../main/handlers/paths.ts');

let home = '';
beforeAll(async () => {
  home = await realpath(await mkdtemp('/tmp/bulkhead-home-'));
  await mkdir(path.join(home, 'shared', 'app'), { recursive: true });
  await mkdir(path.join(home, 'sharedX'));
  await mkdir(path.join(home, 'engine'));
  await writeFile(path.join(home, 'shared', 'file'), '');
  await symlink('/etc', path.join(home, 'shared', 'link'));
  await symlink('nowhere', path.join(home, 'shared', 'dangling'));
});
afterAll(() => rm(home, { recursive: true }));

const text = (shares: unknown, eci = true) =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { value: eci },
    filesharingAllowedDirectories: shares,
  });
const check = async (requested: string, settingsText: string) => {
  const settings = effectiveSettings(settingsText);
  if (!settings.ok) throw new Error(settings.error.message);
  return wouldMount(requested, settings.value, rootPaths(path.join(home, 'engine')), home);
};

describe('whether a directory could be mounted (A8)', () => {
  const shared = text([{ path: '$HOME/shared' }]);
  it.each([
    ['shared/app', true, 'allowed'],
    ['shared', true, 'allowed'],
    ['shared/new/one', true, 'allowed'],
    ['sharedX', false, 'bind-not-shared'],
    ['shared/../sharedX', false, 'bind-not-shared'],
    ['shared/link/ssl', false, 'bind-not-shared'],
    ['', false, 'bind-engine-directory'],
    ['engine/data', false, 'bind-engine-directory'],
  ])('%s: %s', async (name, allowed, code) => {
    expect(await check(`${home}/${name}`, shared)).toMatchObject({ allowed, code });
  });

  it.each([
    '/etc/docker/certs.d',
    '/etc/bulkhead',
    '/var/lib/containerd',
    '/var/lib/docker/volumes',
    '/run/docker',
  ])('of a shared parent: %s belongs to the machine\u2019s own engine', async (directory) => {
    const settings = effectiveSettings(text([{ path: '/etc' }, { path: '/var/lib' }, { path: '/run' }]));
    if (!settings.ok) throw new Error(settings.error.message);
    expect(await wouldMount(directory, settings.value, rootPaths(systemRoot), home)).toMatchObject({
      allowed: false,
      code: 'bind-engine-directory',
    });
  });

  it('a device that every container has needs no share; other devices are not shared', async () => {
    expect(await check('/dev/null', shared)).toMatchObject({ allowed: true, code: 'default-device' });
    for (const other of ['/dev/tty', '/dev', '/dev/null/x'])
      expect(await check(other, shared)).toMatchObject({ allowed: false });
  });

  it('names the real path of a link', async () => {
    expect(await check(path.join(home, 'shared/link'), shared)).toMatchObject({
      real: '/etc',
      share: null,
    });
  });
  it('allows nothing with an empty list, and refuses a path that is not absolute', async () => {
    expect(await check(path.join(home, 'shared'), text([]))).toMatchObject({
      allowed: false,
      code: 'bind-not-shared',
    });
    expect(await check('relative', shared)).toMatchObject({
      allowed: false,
      code: 'bind-unresolvable',
    });
  });
  it('reports that nothing is checked while ECI is off', async () => {
    expect(await check('/etc', text([], false))).toMatchObject({ allowed: true, code: 'eci-off' });
    expect(await check('/etc', '')).toMatchObject({ allowed: true, code: 'eci-off' });
  });
});

describe('paths as written', () => {
  it.each([
    ['a directory', 'shared/app', 'directory', null],
    ['a file', 'shared/file', 'file', null],
    ['nothing', 'none', 'missing', null],
    ['a link to nothing', 'shared/dangling', 'missing', 'a symbolic link to nothing'],
  ])('tells %s', async (_name, name, kind, error) => {
    expect(await resolvePath(path.join(home, name))).toMatchObject({ kind, error });
  });
  it('follows links, and refuses relative paths, NULs and unknown variables', async () => {
    expect(await resolvePath(path.join(home, 'shared/link'))).toMatchObject({
      real: '/etc',
      kind: 'directory',
    });
    for (const written of ['', 'a/b', '/a\0b', '$HOMER/x', '$PATH'])
      expect(await resolvePath(written)).toMatchObject({
        real: null,
        kind: 'missing',
        error: 'not an absolute path',
      });
    expect((await resolvePath('$TMP')).real).toBe('/tmp');
  });
});
