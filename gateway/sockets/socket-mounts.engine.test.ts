import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importPrograms } from '../../tests/support/client-images.ts';
import { embeddedEngine, type EmbeddedEngine } from '../../tests/support/embedded-engine.ts';
import { linkArchive } from '../../tests/support/link-archive.ts';
import { docker as dockerAt } from '../../tests/support/real-engine.ts';
import { startRegistry } from '../../tests/support/registry.ts';

let engine: EmbeddedEngine;
const socketTarget = '/var/run/docker.sock';
const docker = (...args: string[]) => engine.docker(...args);
/** Past the gateway. */
const bare = (...args: string[]) => dockerAt(engine.paths.engineSocket, ...args);
const mounts = () => readdirSync(engine.paths.sockets).filter((name) => /^[0-9a-f]{32}$/.test(name));

const images = (list: readonly string[], more: object = {}) => ({
  configurationFileVersion: 2,
  enhancedContainerIsolation: {
    locked: true,
    value: true,
    dockerSocketMount: { imageList: { images: list, allowDerivedImages: true }, ...more },
  },
  filesharingAllowedDirectories: [{ path: '/tmp', sharedByDefault: true }],
});
async function policy(settings: object): Promise<void> {
  await writeFile(`${engine.paths.settings}.new`, JSON.stringify(settings));
  await rename(`${engine.paths.settings}.new`, engine.paths.settings);
}
async function refused(text: RegExp, ...args: string[]): Promise<void> {
  const error: unknown = await docker(...args).then(
    (out) => new Error(`was not refused: ${out}`),
    (reason: unknown) => reason,
  );
  const stderr = String((error as { stderr?: string }).stderr ?? error);
  expect(stderr).toMatch(/enhanced container isolation: /);
  expect(stderr).toMatch(text);
}
/** Waits for what an event brings about. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`never came: ${what}`);
}
/** A long-lived container with a socket, of the image that has the docker command line. */
const holder = (name: string, ...more: string[]) =>
  docker(
    'run',
    '-d',
    '--stop-signal',
    'KILL',
    '--name',
    name,
    '-v',
    `${socketTarget}:${socketTarget}`,
    ...more,
    'client',
    'sleep',
    '100000',
  );
const dockerIn = (name: string, ...args: string[]) => docker('exec', name, 'docker', ...args);

beforeAll(async () => {
  engine = await embeddedEngine();
  await writeFile(engine.paths.settings, JSON.stringify(images(['*'])));
  await engine.start();
  await engine.busybox();
  await importPrograms(engine.paths.engineSocket, 'client', ['docker']);
});
afterAll(async () => {
  await engine?.dispose();
});
beforeEach(() => policy(images(['*'])));

describe('B2: a socket of its own', () => {
  it(
    "is what an allowed image gets for the clients' socket, by Binds, Mounts and every usual name",
    { tags: ['small'] },
    async () => {
      const run = (...args: string[]) =>
        docker('run', '--rm', ...args, 'client', 'docker', 'version', '-f', '{{.Server.Version}}');
      const version = (await bare('version', '-f', '{{.Server.Version}}')).trim();
      for (const source of [socketTarget, '/run/docker.sock', engine.paths.clientSocket]) {
        expect((await run('-v', `${source}:${socketTarget}`)).trim()).toBe(version);
      }
      expect((await run('-v', `${socketTarget}:${socketTarget}:ro`)).trim()).toBe(version);
      expect(
        (
          await run(
            '--mount',
            `type=bind,src=${socketTarget},dst=/s/d.sock`,
            '-e',
            'DOCKER_HOST=unix:///s/d.sock',
          )
        ).trim(),
      ).toBe(version);
      // Two destinations, one mount.
      await docker(
        'create',
        '--name',
        'two',
        '-v',
        `${socketTarget}:/a.sock`,
        '-v',
        `/run/docker.sock:/b.sock`,
        'client',
        'true',
      );
      expect(mounts()).toHaveLength(1);
      await docker('rm', 'two');
      await until('the sockets of removed containers are gone', () => mounts().length === 0);
      expect(readdirSync(engine.paths.sockets)).toEqual([]);
    },
  );

  it("can be used by a container's root, and by a user in the clients' socket's group", async () => {
    const gid =
      (await readFile('/etc/group', 'utf8'))
        .split('\n')
        .find((line) => line.startsWith('docker:'))
        ?.split(':')[2] ?? '';
    const ps = ['client', 'docker', 'ps', '-q'];
    await docker(
      'run',
      '--rm',
      '-v',
      `${socketTarget}:${socketTarget}`,
      '--user',
      '1000',
      '--group-add',
      gid,
      ...ps,
    );
    await expect(
      docker('run', '--rm', '-v', `${socketTarget}:${socketTarget}`, '--user', '1000', ...ps),
    ).rejects.toThrow(/permission denied/);
  });

  it('A11: containers created through it are isolated, and get a socket only by the same rules', async () => {
    await holder('maker');
    expect(
      (await dockerIn('maker', 'run', '--rm', 'busybox', 'cat', '/proc/self/uid_map')).trim(),
    ).not.toMatch(/^0\s+0/);
    expect(
      (
        await dockerIn(
          'maker',
          'run',
          '--rm',
          '-v',
          `${socketTarget}:${socketTarget}`,
          'client',
          'docker',
          'ps',
          '--format',
          '{{.Names}}',
        )
      )
        .trim()
        .split('\n'),
    ).toContain('maker');
    await expect(dockerIn('maker', 'run', '--rm', '--pid=host', 'busybox', 'true')).rejects.toThrow(
      /enhanced container isolation/,
    );
    await policy(images(['client']));
    await docker('rm', '-f', 'maker');
  });

  it("gives no access to another container's: the path of one is refused as a source", async () => {
    await holder('one');
    const source = (await bare('inspect', '-f', '{{range .Mounts}}{{.Source}}{{end}}', 'one')).trim();
    expect(source.startsWith(`${engine.paths.sockets}/`)).toBe(true);
    await refused(/never mounted/, 'create', '-v', `${source}:${socketTarget}`, 'client', 'true');
    await refused(
      /never mounted|Docker socket is in it/,
      'create',
      '-v',
      `${path.dirname(source)}:/x`,
      'client',
      'true',
    );
    await docker('rm', '-f', 'one');
  });

  it('is all that a copy of links by a user changes: mode and times, as container root can', async () => {
    await docker(
      'run',
      '-d',
      '--name',
      'one',
      '-v',
      `${socketTarget}:/tmp/d.sock`,
      'client',
      'sleep',
      '9999',
    );
    await holder('other');
    const source = async (name: string) =>
      (await bare('inspect', '-f', '{{range .Mounts}}{{.Source}}{{end}}', name)).trim();
    const own = await source('one');
    const [directory, all] = [path.dirname(own), engine.paths.sockets];
    const rest = [
      directory,
      all,
      await source('other'),
      engine.paths.clientSocket,
      engine.paths.engineSocket,
    ];
    const properties = (file: string) => {
      const { mode, uid, gid, mtimeMs } = statSync(file);
      return { mode, uid, gid, mtimeMs };
    };
    const before = rest.map(properties);
    await docker('exec', 'one', 'chmod', '646', '/tmp/d.sock');
    expect(properties(own).mode & 0o777).toBe(0o646);
    const archive = path.join(engine.paths.root, 'links.tar');
    await writeFile(archive, linkArchive('d.sock', { mode: 0o664, mtime: 1 }));
    const as = `setpriv --reuid 1234 --regid ${properties(engine.paths.clientSocket).gid} --clear-groups`;
    const copy = `${as} docker -H unix://${engine.paths.clientSocket} cp - one:/tmp < ${archive}`;
    // The client's options refuse the last entry of the archive.
    await promisify(execFile)('sh', ['-c', `${copy} || true`]);
    expect(properties(own)).toMatchObject({ mode: 0o140664, mtimeMs: 1000, uid: 0 });
    expect(rest.map(properties)).toEqual(before);
    // Its directory is root's alone.
    expect([directory, all].map((one) => properties(one).mode & 0o777)).toEqual([0o700, 0o700]);
    await docker('rm', '-f', 'one', 'other');
  });

  it('with --volumes-from: the new container gets one of its own', async () => {
    await holder('first');
    await docker('run', '-d', '--name', 'second', '--volumes-from', 'first', 'client', 'sleep', '100000');
    const source = (name: string) =>
      bare('inspect', '-f', '{{range .Mounts}}{{.Source}} {{.Destination}}{{end}}', name);
    expect(await source('second')).toMatch(new RegExp(` ${socketTarget}`));
    expect(await source('second')).not.toBe(await source('first'));
    expect((await dockerIn('second', 'ps', '-q')).trim().split('\n')).toHaveLength(2);
    await policy(images([]));
    await refused(/another container.*imageList/, 'create', '--volumes-from', 'first', 'client', 'true');
    await policy(images(['*']));
    await docker('rm', '-f', 'first', 'second');
  });
});

describe('B5, B7: what may be done through it', () => {
  const socket = ['-v', `${socketTarget}:${socketTarget}`];

  it("is limited by the image's own list; containers made through it get no other list", async () => {
    const registry = await startRegistry();
    try {
      // busybox is the list's by what the registry serves; client only bears a name of it.
      const repository = `${registry.host}/tools/listed`;
      await bare('tag', 'busybox', `${repository}:1`);
      await bare('push', `${repository}:1`);
      await bare('tag', 'client', `${repository}:forged`);
      await policy({
        ...images(['*'], { commandList: { type: 'deny', commands: ['image*'] } }),
        bulkhead: { perImageCommandLists: [{ image: `${repository}:*`, type: 'allow', commands: ['ps'] }] },
      });
      await holder('limited');
      expect((await dockerIn('limited', 'ps', '--format', '{{.Names}}')).trim()).toBe('limited');
      await expect(dockerIn('limited', 'images')).rejects.toThrow(
        /through the Docker socket of a container of client is blocked.*dockerSocketMount\.commandList/,
      );
      await expect(
        docker('run', '--rm', ...socket, `${repository}:forged`, 'docker', 'images'),
      ).rejects.toThrow(/docker images through .*dockerSocketMount\.commandList/);
      await dockerIn('limited', 'run', '--rm', ...socket, `${repository}:forged`, 'docker', 'ps');
      await expect(dockerIn('limited', 'create', ...socket, 'busybox')).rejects.toThrow(
        /Docker socket under another command list.*perImageCommandLists\[0\]/,
      );
      // Made by a client it may have one; the caller does not get into it.
      await docker('run', '-d', '--name', 'other', ...socket, 'busybox', 'sleep', '100000');
      await expect(dockerIn('limited', 'exec', 'other', 'true')).rejects.toThrow(
        /exec on container other is blocked: the container has a Docker socket under another command list/,
      );
      await docker('rm', '-f', 'limited', 'other');
      await bare('rmi', `${repository}:1`, `${repository}:forged`);
    } finally {
      await registry.stop();
    }
  });

  it('with the scope "own": its own objects, and those of helpers it created', async () => {
    await policy({ ...images(['*']), bulkhead: { socketMounts: { scope: 'own' } } });
    await holder('mine');
    await holder('foreign');
    await dockerIn('mine', 'create', '--name', 'made', 'busybox');
    await dockerIn('mine', 'run', '-d', '--name', 'helper', ...socket, 'client', 'sleep', '100000');
    expect((await dockerIn('mine', 'ps', '-a', '--format', '{{.Names}}')).trim().split('\n').sort()).toEqual([
      'helper',
      'made',
    ]);
    expect((await dockerIn('foreign', 'ps', '-aq')).trim()).toBe('');
    expect((await dockerIn('helper', 'rm', 'made')).trim()).toBe('made');
    await expect(dockerIn('foreign', 'rm', '-f', 'helper')).resolves.toBe('');
    await expect(dockerIn('mine', 'exec', 'foreign', 'true')).rejects.toThrow(/No such container: foreign/);
    await docker('rm', '-f', 'mine', 'foreign', 'helper');
  });
});

describe('B1: no socket', () => {
  it(
    'for an image that is not allowed, by whichever road; the text names image, reason and setting',
    { tags: ['small'] },
    async () => {
      await policy(images(['registry.invalid/other:1']));
      for (const source of [
        socketTarget,
        '/run/docker.sock',
        '/var/run/../run/docker.sock',
        engine.paths.clientSocket,
      ]) {
        await refused(
          /Docker socket.*image client.*imageList/s,
          'run',
          '--rm',
          '-v',
          `${source}:${socketTarget}`,
          'client',
          'true',
        );
        await refused(
          /imageList/,
          'run',
          '--rm',
          '--mount',
          `type=bind,src=${source},dst=/x`,
          'client',
          'true',
        );
      }
      expect(mounts()).toEqual([]);
    },
  );

  it("of the engine's own, of containerd, or by a directory above, not even for every image", async () => {
    for (const source of [
      engine.paths.engineSocket,
      engine.paths.plannerSocket,
      engine.paths.controlSocket,
      path.join(engine.paths.run, 'containerd/containerd.sock'),
      engine.paths.root,
      engine.paths.sockets,
      '/var/run',
      '/',
    ]) {
      await refused(/no setting allows it/, 'run', '--rm', '-v', `${source}:/x`, 'client', 'true');
    }
  });

  it('refuses requests, starts and restarts once the entry is off the list, until it is back', async () => {
    await holder('listed');
    await policy(images(['registry.invalid/other:1']));
    await expect(bare('exec', 'listed', 'docker', 'ps')).rejects.toThrow(/no longer in the list/);
    await refused(/no longer in the list/, 'restart', 'listed');
    await docker('stop', '-t', '0', 'listed');
    await refused(/no longer in the list/, 'start', 'listed');
    await policy(images(['*']));
    await docker('start', 'listed');
    expect((await dockerIn('listed', 'ps', '--format', '{{.Names}}')).trim()).toBe('listed');
    await docker('rm', '-f', 'listed');
  });
});

describe('sockets outlast', () => {
  const works = async (name: string) =>
    (await dockerIn(name, 'ps', '-a', '--format', '{{.Names}}')).split('\n').includes(name);

  it('restarts of the container', async () => {
    await holder('kept');
    await docker('restart', '-t', '0', 'kept');
    expect(await works('kept')).toBe(true);
  });

  it('a gateway that is killed or stopped: clients wait, and the next one serves them', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      const before = (await engine.state()).gateway?.pid;
      if (before === undefined) throw new Error('no gateway runs');
      process.kill(before, signal);
      // Past the clients' socket, which is away for a moment: the container sends its request at once.
      expect(await bare('exec', 'kept', 'docker', 'ps', '--format', '{{.Names}}')).toContain('kept');
      await until('another gateway', async () => ((await engine.state()).gateway?.pid ?? before) !== before);
    }
  });

  it('restart, stop and start of the engine: a restarted container finds its socket', async () => {
    await docker('rm', '-f', 'kept');
    await holder('kept', '--restart', 'always');
    const restarted = await engine.driver.restart();
    expect(restarted.ok).toBe(true);
    await until(
      'the container runs',
      async () => (await bare('inspect', '-f', '{{.State.Running}}', 'kept')).trim() === 'true',
    );
    expect(await works('kept')).toBe(true);
    expect((await engine.driver.stop()).ok).toBe(true);
    await engine.start();
    await until(
      'the container runs',
      async () => (await bare('inspect', '-f', '{{.State.Running}}', 'kept')).trim() === 'true',
    );
    expect(await works('kept')).toBe(true);
  });

  it('a container that is removed without the gateway loses its socket', async () => {
    const [id = ''] = mounts();
    expect(existsSync(path.join(engine.paths.sockets, id, 'docker.sock'))).toBe(true);
    await bare('rm', '-f', 'kept');
    await until('the socket is gone', () => mounts().length === 0);
  });
});
