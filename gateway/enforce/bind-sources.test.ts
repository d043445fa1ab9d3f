import { spawnSync } from 'node:child_process';
import { chmod, chown, lchown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSettings, lockedDownSettings } from '../../shared/settings/effective.ts';
import {
  resolveBindSource,
  resolvePath,
  isRootControlled,
  homeProblem,
  sharedDirectories,
  type BindSourceEnvironment,
} from './bind-sources.ts';
import { requires } from '../../tests/support/requires.ts';

let dir: string;
let server: Server;
let environment: BindSourceEnvironment;
const at = (...parts: string[]) => path.join(dir, ...parts);
const resolve = (file: string) => resolveBindSource(file, environment);

beforeAll(async () => {
  dir = await realpath(await mkdtemp(path.join(tmpdir(), 'bulkhead-binds-')));
  await mkdir(at('shared/inner'), { recursive: true });
  await mkdir(at('sharedX'));
  await mkdir(at('engine/data/volumes'), { recursive: true });
  await mkdir(at('run'));
  await writeFile(at('secret'), '');
  server = createServer().listen(at('run/engine.sock'));
  await once(server, 'listening');
  await symlink(at('secret'), at('shared/to-file'));
  await symlink(dir, at('shared/to-parent'));
  await symlink('../sharedX', at('shared/relative'));
  await symlink(at('run/engine.sock'), at('shared/to-socket'));
  await symlink('loop', at('shared/loop'));
  await symlink(at('nowhere/x'), at('shared/dangling'));
  await symlink('/proc/self/root', at('shared/proc'));
  environment = {
    engineSockets: [at('run/engine.sock')],
    engineDirectories: [at('engine')],
    shares: [at('shared')],
  };
});
afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true, force: true });
});

describe('A8: which directory a bind source really is', () => {
  it('finds shares by components', async () => {
    expect(await resolve(at('shared/inner'))).toMatchObject({ share: at('shared'), exists: true });
    expect(await resolve(at('shared'))).toMatchObject({ share: at('shared') });
    for (const file of [at('sharedX'), at('shared/../sharedX'), at('shared/inner/../../sharedX'), dir, '/'])
      expect((await resolve(file)).share).toBeNull();
  });

  it('follows symlinks to files, directories, upwards and nowhere', async () => {
    expect(await resolve(at('shared/to-file'))).toMatchObject({ real: at('secret'), share: null });
    expect(await resolve(at('shared/to-parent/secret'))).toMatchObject({ real: at('secret'), share: null });
    expect(await resolve(at('shared/relative'))).toMatchObject({ real: at('sharedX'), share: null });
    expect(await resolve(at('shared/dangling'))).toMatchObject({
      real: at('nowhere/x'),
      exists: false,
      share: null,
    });
    expect((await resolve(at('shared/loop'))).real).toBeNull();
  });

  // As root: only root gives directories and links away.
  it.runIf(requires('root'))(
    'follows links of a listed directory only where root alone can change them',
    async () => {
      for (const name of ['theirs', 'theirs/home', 'open', 'sticky', 'target/in'])
        await mkdir(at('list', name), { recursive: true });
      const target = at('list/target');
      for (const link of ['roots', 'users', 'theirs/roots', 'open/roots', 'sticky/roots', 'sticky/users'])
        await symlink(target, at('list', link));
      await symlink(at('list/theirs'), at('list/by-way-of'));
      for (const link of ['users', 'sticky/users']) await lchown(at('list', link), 1000, 1000);
      await chown(at('list/theirs'), 1000, 1000);
      await chmod(at('list/open'), 0o777);
      await chmod(at('list/sticky'), 0o1777);
      const shareOf = (share: string) =>
        resolveBindSource(at('list/target/in'), { ...environment, shares: [at('list', share)] });
      for (const share of ['target', 'roots', 'sticky/roots'])
        expect(await shareOf(share)).toMatchObject({ share: target });
      for (const share of ['users', 'theirs/roots', 'open/roots', 'sticky/users', 'by-way-of/roots']) {
        expect(await shareOf(share)).toMatchObject({
          share: null,
          problem: {
            text: expect.stringMatching(/^\/.* is not shared: it leads through the link /) as string,
          },
        });
      }
      // A directory that is not a link resolves to itself, whoever owns it.
      expect(
        await resolveBindSource(at('list/theirs/home'), { ...environment, shares: [at('list/theirs/home')] }),
      ).toMatchObject({ share: at('list/theirs/home') });
    },
  );

  it('marks links and problems behind a directory that the caller may not search', async () => {
    await mkdir(at('closed/inner'), { recursive: true });
    await symlink(at('secret'), at('closed/link'));
    await symlink('loop', at('closed/loop'));
    await writeFile(at('closed/file'), '');
    await symlink(at('closed/link'), at('shared/to-closed'));
    await chmod(at('closed'), 0o700);
    const own = process.getuid?.() ?? 0;
    const paths = ['closed/link', 'closed/loop', 'closed/file/x', 'closed/inner', 'shared/to-closed'];
    const hidden = async (caller?: number | null) => {
      const found = await Promise.all(
        paths.map((file) =>
          resolveBindSource(at(file), { ...environment, ...(caller === undefined ? {} : { caller }) }),
        ),
      );
      return found.map(({ isHidden }) => isHidden);
    };
    await chmod(dir, 0o711);
    expect(await hidden(own + 1)).toEqual([true, true, true, false, true]);
    expect(await hidden(null)).toEqual([true, true, true, false, true]);
    for (const caller of [own, 0, undefined])
      expect(await hidden(caller)).toEqual([false, false, false, false, false]);
    const others = { ...environment, caller: own + 1 };
    for (const file of ['closed', 'secret/x', 'shared/to-file', 'shared/loop'])
      expect((await resolveBindSource(at(file), others)).isHidden).toBe(false);
  });

  it('decides a missing source by the path it would have', async () => {
    expect(await resolve(at('shared/new/deep'))).toMatchObject({
      real: at('shared/new/deep'),
      exists: false,
      share: at('shared'),
    });
    expect(await resolve(at('new'))).toMatchObject({ exists: false, share: null });
  });

  it('resolves nothing through /proc, nor below a file', async () => {
    for (const file of ['/proc', '/proc/self/root/etc', '/proc/1/cwd', at('shared/proc/etc')])
      expect((await resolve(file)).real).toBeNull();
    expect((await resolve(at('secret/below'))).real).toBeNull();
    expect(await resolvePath('relative')).toHaveProperty('problem');
  });

  it('recognises a device that every container has, under its own name and by links to it', async () => {
    await symlink('/dev/null', at('shared/to-null'));
    for (const file of ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'])
      expect(await resolve(file)).toMatchObject({ real: file, share: null, isDefaultDevice: true });
    expect(await resolve(at('shared/to-null'))).toMatchObject({ real: '/dev/null', isDefaultDevice: true });
    for (const file of ['/dev', '/dev/tty', '/dev/ptmx', at('shared'), at('shared/null')])
      expect((await resolve(file)).isDefaultDevice).toBe(false);
  });

  // As root: only root makes device files.
  it.runIf(requires('root'))('takes no other file for such a device', async () => {
    const made = spawnSync('mknod', [at('shared/null'), 'c', '1', '3'], { encoding: 'utf8' });
    expect(made.stderr).toBe('');
    expect(await resolve(at('shared/null'))).toMatchObject({ share: at('shared'), isDefaultDevice: false });
  });

  it("B1: recognises the engine's sockets and their parent directories", async () => {
    expect((await resolve(at('run/engine.sock'))).isEngineSocket).toBe(true);
    expect((await resolve(at('shared/to-socket'))).isEngineSocket).toBe(true);
    expect((await resolve('/var/run/docker.sock')).isEngineSocket).toBe(true);
    expect((await resolve('/var/run/docker.sock')).isDockerSocket).toBe(true);
    // The engine's own is for nobody, the clients' one for allowed images; by whatever name.
    expect((await resolve(at('run/engine.sock'))).isDockerSocket).toBe(false);
    const clients = {
      ...environment,
      dockerSockets: [at('run/engine.sock')],
      socketMount: (real: string) => (real === at('shared/inner') ? 'id' : null),
    };
    expect((await resolveBindSource(at('shared/to-socket'), clients)).isDockerSocket).toBe(true);
    expect((await resolveBindSource('/run/containerd/containerd.sock', clients)).isDockerSocket).toBe(false);
    for (const nri of ['/var/run/docker/nri.sock', '/run/nri/nri.sock'])
      expect(await resolveBindSource(nri, clients)).toMatchObject({
        isEngineSocket: true,
        isDockerSocket: false,
      });
    expect((await resolveBindSource(at('shared/inner'), clients)).socketMount).toBe('id');
    for (const file of [at('run'), dir, '/']) expect((await resolve(file)).containsEngineSocket).toBe(true);
    expect((await resolve(at('shared'))).containsEngineSocket).toBe(false);
  });

  it("recognises the engine's directories, their content and their parents", async () => {
    for (const file of [at('engine'), at('engine/data'), at('engine/data/volumes'), at('engine/new')])
      expect((await resolve(file)).insideEngineDirectory).toBe(true);
    expect((await resolve(dir)).containsEngineDirectory).toBe(true);
    expect(await resolve(at('shared'))).toMatchObject({
      insideEngineDirectory: false,
      containsEngineDirectory: false,
    });
  });
});

describe('a directory that only root can replace', () => {
  it("is one below directories that are root's alone and not shared", async () => {
    expect(await isRootControlled('/etc/ssl', [])).toBe(true);
    expect(await isRootControlled('/etc/ssl/certs', ['/etc/ssl'])).toBe(false);
    // The shared directory itself cannot be moved from inside it.
    expect(await isRootControlled('/etc/ssl', ['/etc/ssl'])).toBe(true);
    expect(await isRootControlled(at('shared'), [])).toBe(false); // below /tmp
    expect(await isRootControlled('/none/here', [])).toBe(false);
  });
});

describe('shared directories', () => {
  it('are $HOME and $TMP without a list, nothing with an empty one', () => {
    expect(sharedDirectories(defaultSettings, '/home/u')).toEqual(['/home/u', '/tmp']);
    expect(sharedDirectories(lockedDownSettings, '/home/u')).toEqual([]);
  });
  it('resolve variables as whole components; without a home $HOME shares nothing', () => {
    const settings = {
      ...defaultSettings,
      fileSharing: {
        kind: 'list' as const,
        directories: ['$HOME/work', '$HOMEX', '$TEMP', '/srv/', 'C:\\x', '$HOME'].map((one) => ({
          path: one,
          sharedByDefault: true,
        })),
      },
    };
    expect(sharedDirectories(settings, '/home/u')).toEqual(['/home/u/work', '/tmp', '/srv', '/home/u']);
    expect(sharedDirectories(settings, null)).toEqual(['/tmp', '/srv']);
    // A refusal then says why, where it makes a difference.
    expect(homeProblem(settings, 70_001, null)?.text).toBe(
      'the home directory ($HOME) of user 70001 could not be determined',
    );
    expect([
      homeProblem(settings, 70_001, '/home/u'),
      homeProblem(settings, null, null),
      homeProblem(lockedDownSettings, 70_001, null),
    ]).toEqual([undefined, undefined, undefined]);
  });
});
