import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../../shared/messages/message.ts';
import { bypassesGateway } from './engine-sockets.ts';
import { findConflicts, listContainers, optionOf, otherDocker, runningConflicts } from './inspect-engine.ts';

const dockerd = ['/usr/sbin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'];
const conflictsOf = (args: readonly string[]) => findConflicts(args, message('system.not-socket-activated'));
const ids = (args: readonly string[]) => conflictsOf(args).map(({ id }) => id);

describe("dockerd's command line", () => {
  it('as shipped in packages is no obstacle', () => {
    expect(conflictsOf(dockerd)).toEqual([]);
    expect(conflictsOf(['/usr/bin/dockerd', '--host=fd://'])).toEqual([]);
    expect(conflictsOf(['/usr/bin/dockerd', '-Hfd://', '-D', '--host-gateway-ip', '::1'])).toEqual([]);
  });

  it.each([
    [[...dockerd, '-H', 'tcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
    [[...dockerd, '--host=unix:///var/run/other.sock'], 'unix:///var/run/other.sock'],
    // As pflag also accepts a letter and its value.
    [[...dockerd, '-Htcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
    [[...dockerd, '-H=tcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
    [[...dockerd, '-DHtcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
    [[...dockerd, '-DH', 'tcp://0.0.0.0:2375'], 'tcp://0.0.0.0:2375'],
  ])('with another address leads round the gateway, and is refused: %j', (args, address) => {
    expect(conflictsOf(args)).toMatchObject([{ id: 'system.listens-elsewhere', params: { address } }]);
  });

  it('without socket activation is refused: the gateway could not take over the socket', () => {
    expect(ids(['/usr/bin/dockerd'])).toEqual(['system.not-socket-activated']);
  });

  it('without socket activation, of a running engine, leads round the gateway', async () => {
    const engine = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      await once(engine, 'spawn');
      const found = await runningConflicts(engine.pid ?? null);
      expect(found.map(({ id }) => id)).toEqual(['system.engine-left-socket-unit']);
      expect(found.map(bypassesGateway)).toEqual([true]);
    } finally {
      engine.kill('SIGKILL');
    }
  });

  it.each(['--config-file', '--default-runtime', '--userns-remap', '--exec-root'])(
    '%s is refused, since nothing here models it',
    (option) => {
      expect(ids([...dockerd, `${option}=x`])).toEqual(['system.option-not-supported']);
      expect(ids([...dockerd, option, 'x'])).toEqual(['system.option-not-supported']);
    },
  );

  it('contains the data root; the last one counts', () => {
    expect(optionOf(dockerd, '--data-root', '-g')).toBeNull();
    expect(optionOf([...dockerd, '-g', '/a', '--data-root=/b'], '--data-root')).toBe('/b');
    expect(optionOf([...dockerd, '--data-root'], '--data-root')).toBeNull();
  });
});

describe('where docker.service is missing, the reason', () => {
  let root = '';
  const at = (...names: string[]) => path.join(root, ...names);
  const found = () => otherDocker({ users: at('user'), snaps: [at('var-snap'), at('snap')] });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'bulkhead-other-docker-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('is that no Docker is installed', async () => {
    expect(await found()).toMatchObject({ id: 'system.no-docker-found' });
    await mkdir(at('user', '1000'), { recursive: true });
    expect(await found()).toMatchObject({ id: 'system.no-docker-found' });
  });

  it('names the socket of a rootless Docker, whichever user has it', async () => {
    for (const uid of ['1000', '1001']) await mkdir(at('user', uid), { recursive: true });
    const socket = at('user', '1001', 'docker.sock');
    await writeFile(socket, '');
    expect(await found()).toMatchObject({ id: 'system.rootless-docker-found', params: { socket } });
  });

  it.each(['var-snap', 'snap'])('is that Docker is a snap: %s', async (directory) => {
    await mkdir(at(directory));
    expect(await found()).toMatchObject({ id: 'system.snap-docker-found' });
  });
});

describe('the containers of the engine', () => {
  it.each([
    [404, 'without those that are removed meanwhile', [{ name: 'web', returns: true }]],
    [500, 'unknown if one cannot be inspected', null],
  ])('are, with a response of %i, %s', async (status, _, expected) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-containers-'));
    const socket = path.join(directory, 'docker.sock');
    const listed = ['web', 'gone'].map((name) => ({ Id: name, Names: [`/${name}`], State: 'running' }));
    const web = { HostConfig: { RestartPolicy: { Name: 'always' }, Runtime: 'runc' } };
    const engine = createServer(({ url = '' }, response) => {
      const isGone = url.includes('/gone/');
      response.writeHead(isGone ? status : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(isGone ? { message: 'gone' } : url.includes('/web/') ? web : listed));
    }).listen(socket);
    try {
      await once(engine, 'listening');
      const found = await listContainers({ engineSocket: '/nonexistent', clientSocket: socket });
      expect(found).toEqual(
        expected?.map((container) => ({ ...container, running: true, isolated: false })) ?? null,
      );
    } finally {
      engine.close();
      await rm(directory, { recursive: true });
    }
  });
});
