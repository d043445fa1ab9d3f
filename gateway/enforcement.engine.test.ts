// @module-tag small
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendJson, sendRaw } from '../tests/support/raw-http.ts';
import { docker, startBareEngine, type BareEngine } from '../tests/support/real-engine.ts';
import { startGateway, type Gateway } from './server.ts';

const run = promisify(execFile);

let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
let settingsFile: string;
let auditFile: string;
const g = (...args: string[]) => docker(gateway.listenSocket, ...args);
const lines: string[] = [];

const strict = { configurationFileVersion: 2, enhancedContainerIsolation: { locked: true, value: true } };
/** Replaces the settings as an apply does: atomically. */
async function policy(settings: unknown): Promise<void> {
  await writeFile(`${settingsFile}.new`, typeof settings === 'string' ? settings : JSON.stringify(settings));
  await rename(`${settingsFile}.new`, settingsFile);
}
/** `docker run …` must be refused with a B6 message that matches. */
async function refused(message: RegExp, ...args: string[]): Promise<void> {
  const error: unknown = await g(...args).then(
    (out) => new Error(`was not refused: ${out}`),
    (reason: unknown) => reason,
  );
  const text = String((error as { stderr?: string }).stderr ?? error);
  expect(text).toMatch(/enhanced container isolation: /);
  expect(text).toMatch(message);
}
const inspect = async (id: string, format: string) =>
  (await engine.docker('inspect', '-f', format, id)).trim();
const create = (body: string, target = '/v1.45/containers/create') =>
  sendJson(gateway.listenSocket, 'POST', target, body);

beforeAll(async () => {
  engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } } });
  scratch = await mkdtemp('/tmp/bulkhead-enforce-');
  settingsFile = path.join(scratch, 'admin-settings.json');
  auditFile = path.join(scratch, 'audit.jsonl');
  await policy(strict);
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    auditFile,
    engineDirectories: [engine.root],
    requireUserNamespace: false,
    log: (line) => {
      lines.push(line);
    },
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterAll(async () => {
  await gateway?.close(0);
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});
beforeEach(() => policy(strict));

describe('A6, A7: runtime and namespaces', () => {
  it.each([[], ['--runtime=runc'], ['--runtime=io.containerd.runc.v2'], ['--userns=host'], ['--privileged']])(
    'A6: makes the container with the isolation runtime (%s)',
    async (...flags) => {
      const id = (await g('create', ...flags, 'busybox', 'true')).trim();
      expect(await inspect(id, '{{.HostConfig.Runtime}}|{{.HostConfig.UsernsMode}}')).toBe('bulkhead|');
      await g('rm', id);
    },
  );

  it.each(['--pid', '--network', '--ipc', '--uts', '--cgroupns'])('A7: refuses %s=host', async (flag) => {
    await refused(
      new RegExp(`${flag}=host is blocked.*A7`),
      'run',
      '--rm',
      `${flag}=host`,
      'busybox',
      'true',
    );
  });

  it('A7: refuses the host network by its id, and connecting to it', async () => {
    const id = (await engine.docker('network', 'inspect', '-f', '{{.Id}}', 'host')).trim();
    await refused(/A7/, 'run', '--rm', `--network=${id}`, 'busybox', 'true');
    await refused(/A7/, 'run', '--rm', `--network=${id.slice(0, 12)}`, 'busybox', 'true');
    const own = (await g('create', 'busybox', 'true')).trim();
    await refused(/A7/, 'network', 'connect', 'host', own);
    await g('rm', own);
  });

  it('A7: joins a protected container, pinned to its id; not an unprotected one', async () => {
    const inside = (await g('run', '-d', '--name', 'inside', 'busybox', 'sleep', '1000')).trim();
    const outside = (
      await engine.docker('run', '-d', '--name', 'outside', 'busybox', 'sleep', '1000')
    ).trim();
    const joined = (
      await g('create', '--pid=container:inside', '--network=container:inside', 'busybox', 'true')
    ).trim();
    expect(await inspect(joined, '{{.HostConfig.PidMode}} {{.HostConfig.NetworkMode}}')).toBe(
      `container:${inside} container:${inside}`,
    );
    await refused(/protected container only/, 'create', '--pid=container:outside', 'busybox', 'true');
    await refused(/protected container only/, 'create', `--network=container:${outside}`, 'busybox', 'true');
    await engine.docker('rm', '-f', inside, outside, joined);
  });
});

describe('A8, B1: mounts', () => {
  it('A8: mounts shared directories, with dot segments cleaned; refuses the others', async () => {
    const shared = path.join(scratch, 'shared');
    await mkdir(path.join(shared, 'inner'), { recursive: true });
    await writeFile(path.join(shared, 'f'), 'shared\n');
    await policy({ ...strict, filesharingAllowedDirectories: [{ path: shared, sharedByDefault: true }] });
    expect(await g('run', '--rm', '-v', `${shared}/inner/../f:/f:ro`, 'busybox', 'cat', '/f')).toBe(
      'shared\n',
    );
    expect(
      await g('run', '--rm', '--mount', `type=bind,src=${shared},dst=/d`, 'busybox', 'cat', '/d/f'),
    ).toBe('shared\n');
    for (const source of [
      '/',
      '/etc',
      '/root',
      `${shared}2`,
      `${shared}/../shared2`,
      '/proc/self/root/etc',
      `${shared}/inner/../../..`,
    ]) {
      await refused(/bind mount of/, 'run', '--rm', '-v', `${source}:/x`, 'busybox', 'true');
    }
    await refused(
      /filesharingAllowedDirectories/,
      'run',
      '--rm',
      '--mount',
      'type=bind,src=/etc,dst=/x',
      'busybox',
      'true',
    );
  });

  it('A8: without a list $HOME and $TMP are shared, with an empty one nothing is', async () => {
    const dir = await mkdtemp('/tmp/bulkhead-share-');
    await g('run', '--rm', '-v', `${dir}:/x`, 'busybox', 'true');
    await g('run', '--rm', '-v', '/root:/x', 'busybox', 'true');
    await policy({ ...strict, filesharingAllowedDirectories: [] });
    await refused(/not shared/, 'run', '--rm', '-v', `${dir}:/x`, 'busybox', 'true');
    await rm(dir, { recursive: true });
  });

  it('A8: follows symlinks, also one that is put there after the container was created', async () => {
    const link = path.join(scratch, 'link');
    await symlink('/etc', link);
    await refused(/bind mount of .*\/link \(\/etc\)/, 'run', '--rm', '-v', `${link}:/x`, 'busybox', 'true');
    await symlink('/var/../etc', path.join(scratch, 'dotted'));
    await refused(
      /bind mount/,
      'run',
      '--rm',
      '-v',
      `${path.join(scratch, 'dotted', 'ssl')}:/x`,
      'busybox',
      'true',
    );
    const swapped = await mkdtemp('/tmp/bulkhead-swap-');
    const id = (await g('create', '-v', `${swapped}:/x`, 'busybox', 'ls', '/x')).trim();
    await rm(swapped, { recursive: true });
    await symlink('/etc', swapped);
    await refused(/bind mount/, 'start', id);
    await refused(/bind mount/, 'restart', id);
    await rm(swapped);
    await g('rm', id);
  });

  it('B1: refuses the socket by Binds, Mounts, symlink, parent directory, and while absent', async () => {
    const socket = gateway.listenSocket;
    const link = path.join(scratch, 'innocent');
    await symlink(socket, link);
    for (const source of [socket, link, engine.socket, '/var/run/docker.sock', '/run/docker.sock']) {
      // The engine's own is for nobody; and this gateway has nowhere to keep sockets for containers, whatever
      // the list says.
      const setting =
        source === engine.socket
          ? /mounting the Docker socket.*no setting allows it/
          : /mounting the Docker socket.*without --state.*no setting allows it/;
      await refused(setting, 'run', '--rm', '-v', `${source}:/s`, 'busybox', 'true');
      await refused(setting, 'run', '--rm', '--mount', `type=bind,src=${source},dst=/s`, 'busybox', 'true');
    }
    for (const source of [
      scratch,
      engine.root,
      '/tmp',
      '/run',
      '/var/run',
      path.join(engine.root, 'data'),
      path.join(engine.root, 'data/volumes'),
    ]) {
      await refused(/is blocked/, 'run', '--rm', '-v', `${source}:/s`, 'busybox', 'true');
    }
  });

  it('B1, A8: refuses local volumes that mount something, made before, by name, inline or now', async () => {
    const etc = ['-o', 'type=none', '-o', 'o=bind', '-o', 'device=/etc'];
    await refused(/bind mount of \/etc is blocked/, 'volume', 'create', ...etc, 'v1');
    await refused(/volume/, 'volume', 'create', '-o', 'type=ext4', '-o', 'device=/dev/sda1', 'v1');
    await refused(
      /volume/,
      'run',
      '--rm',
      '--mount',
      'type=volume,dst=/x,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/run',
      'busybox',
      'true',
    );
    await engine.docker('volume', 'create', ...etc, 'old');
    for (const mount of ['--volume=old:/x', '--mount=type=volume,src=old,dst=/x'])
      await refused(/bind mount of \/etc is blocked/, 'run', '--rm', mount, 'busybox', 'true');
    await engine.docker(
      'create',
      '--name',
      'holder',
      '-v',
      'old:/x',
      '-v',
      `${engine.socket}:/s`,
      'busybox',
      'true',
    );
    await refused(/is blocked/, 'run', '--rm', '--volumes-from', 'holder', 'busybox', 'true');
    await engine.docker('rm', 'holder');
    await engine.docker('volume', 'rm', 'old');
    await g('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', '-o', 'o=size=1m,uid=1000', 'fine');
    await g('run', '--rm', '-v', 'fine:/x', 'busybox', 'true');
    await g('volume', 'rm', 'fine');
  });

  it.each([
    ['--device=/dev/kmsg'],
    ['--device=/dev'],
    ['--device-cgroup-rule=c *:* rwm'],
    ['--cgroup-parent=/../x'],
    ['--annotation=org.systemd.property.X=1'],
    ['--log-driver=syslog', '--log-opt=syslog-address=unix:///run/x'],
    ['--volume-driver=evil'],
    ['--privileged', '-v', '/tmp/x:/x:rshared'],
    ['--cap-add=SYS_ADMIN', '-v', '/tmp/x:/x:rshared'],
  ])('refuses %s %s %s', async (...flags) => {
    await refused(/is blocked/, 'create', ...flags, 'busybox', 'true');
  });

  it('creates a container that may not mount with the bind as rslave instead of rshared', async () => {
    await g('create', '--name', 'follower', '-v', '/tmp/x:/x:rshared', 'busybox', 'true');
    expect(await inspect('follower', '{{range .Mounts}}{{.Propagation}}{{end}}')).toBe('rslave');
    await engine.docker('rm', 'follower');
  });
});

describe('bodies: unmodelled fields are refused', () => {
  const bypasses: [string, string][] = [
    ['case variant', '{"Image":"busybox","hostconfig":{"PidMode":"host"}}'],
    ['case variant inside', '{"Image":"busybox","HostConfig":{"pidmode":"host"}}'],
    ['escaped key', '{"Image":"busybox","HostConfig":{"\\u0070idMode":"host"}}'],
    ['escaped right key', '{"Image":"busybox","HostConfig":{"\\u0050idMode":"host"}}'],
    ['long s', '{"Image":"busybox","Ho\u017ftConfig":{"PidMode":"host"}}'],
    ['Kelvin sign', '{"Image":"busybox","HostConfig":{"Networ\u212aMode":"host"}}'],
    ['duplicate HostConfig', '{"Image":"busybox","HostConfig":{},"HostConfig":{"PidMode":"host"}}'],
    ['duplicate escaped', '{"Image":"busybox","HostConfig":{"PidMode":"","\\u0050idMode":"host"}}'],
    ['top-level field before v27', '{"Image":"busybox","PidMode":"host"}'],
    ['top-level Binds, HostConfig null', '{"Image":"busybox","HostConfig":null,"Binds":["/:/x"]}'],
    [
      'Mounts instead of Binds',
      '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}]}}',
    ],
    [
      'two Mounts',
      '{"Image":"busybox","HostConfig":{"Mounts":[],"mounts":[{"Type":"bind","Source":"/etc",' +
        '"Target":"/x"}]}}',
    ],
    ['unknown field', '{"Image":"busybox","HostConfig":{"Whatever":1}}'],
    ['null in a list', '{"Image":"busybox","HostConfig":{"Mounts":[null]}}'],
    [
      'seccomp listener',
      '{"Image":"busybox","HostConfig":{"SecurityOpt":["seccomp={\\"listenerPath\\":\\"/run/x\\"}"]}}',
    ],
    [
      'other DriverConfig',
      '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"volume","Target":"/x",' +
        '"VolumeOptions":{"DriverConfig":{"Options":{"type":"none","o":"bind","device":"/"}}}}]}}',
    ],
  ];
  it.each(bypasses)('%s', async (_name, body) => {
    const response = await create(body);
    expect(response.status).toBe(403);
    expect(JSON.parse(response.body)).toMatchObject({
      message: expect.stringMatching(/^enhanced container isolation: /) as unknown,
    });
  });

  it.each([
    ['trailing document', '{"Image":"busybox"}{"HostConfig":{"PidMode":"host"}}'],
    ['BOM', '\ufeff{"Image":"busybox"}'],
    ['wrong type', '{"Image":"busybox","HostConfig":{"Binds":"/:/x"}}'],
    [
      'relative source',
      '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"etc","Target":"/x"}]}}',
    ],
    [
      'mount type in capitals',
      '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"BIND","Source":"/etc","Target":"/x"}]}}',
    ],
  ])('%s: the error of an engine', async (_name, body) => {
    expect((await create(body)).status).toBe(400);
  });

  it('forces the runtime whatever the spelling of the value, and keeps big integers', async () => {
    const response = await create(
      '{"Image":"busybox","HostConfig":{"Runtime":"io.containerd.runc.v2","Memory":9007199254740993},' +
        '"Cmd":"true"}',
    );
    expect(response.status).toBe(201);
    const { Id } = JSON.parse(response.body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, '')) as { Id: string };
    expect(await inspect(Id, '{{.HostConfig.Runtime}} {{.HostConfig.Memory}}')).toBe(
      'bulkhead 9007199254740993',
    );
    await g('rm', Id);
  });

  it('decides the second request of a connection, pipelined or not', async () => {
    const bad = '{"Image":"busybox","HostConfig":{"PidMode":"host"}}';
    const response = await sendRaw(
      gateway.listenSocket,
      'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nPOST /containers/create HTTP/1.1\r\nHost: d\r\n' +
        `Content-Type: application/json\r\nConnection: close\r\nContent-Length: ${bad.length}\r\n\r\n` +
        `${bad}`,
    );
    expect(response.text).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*HTTP\/1\.1 403 Forbidden[\s\S]*--pid=host/);
  });

  it.each([
    ['absolute form', 'GET http://x/_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['doubled slash', 'GET //_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['dot segment', 'GET /v1.45/../_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['encoded letter', 'GET /%5fping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['encoded slash', 'GET /v1.45%2f_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['HTTP/1.0', 'GET /_ping HTTP/1.0\r\nHost: d\r\n\r\n'],
    ['HTTP/2 without its whole preface', 'PRI * HTTP/2.0\r\n\r\nGET /_ping HTTP/1.1\r\nHost: d\r\n\r\n'],
    ['bare LF', 'GET /_ping HTTP/1.1\nHost: d\n\n'],
    ['folded field', 'GET /_ping HTTP/1.1\r\nHost: d\r\n x\r\n\r\n'],
    [
      'CL and TE',
      'POST /auth HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two CL', 'POST /auth HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'],
    [
      'chunk extension',
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n0;x\r\n\r\n',
    ],
  ])('message layer: refuses %s and closes', async (_name, bytes) => {
    const response = await sendRaw(gateway.listenSocket, bytes);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.head).toMatch(/Connection: close/);
  });

  it('refuses endpoints that bypass the gateway, and unknown ones, with a reason', async () => {
    for (const [method, target] of [
      ['POST', '/swarm/init'],
      ['GET', '/swarm'],
      ['POST', '/services/create'],
      ['POST', '/plugins/pull?remote=x'],
      ['POST', '/containers/x/checkpoints'],
      ['POST', '/containers/x/start?checkpoint=c&checkpoint-dir=/tmp'],
      ['GET', '/debug/vars'],
      ['GET', '/debug/pprof/heap'],
      ['GET', '/v2.0/containers/json'],
    ] as const) {
      const response = await sendJson(gateway.listenSocket, method, target, '{}');
      expect([method, target, response.status]).toEqual([method, target, 403]);
      expect(response.body).toMatch(/enhanced container isolation: .*no setting allows it/);
    }
    for (const [method, target, status] of [
      ['POST', '/containers/x/copy', 404],
      ['GET', '/nowhere', 404],
      ['PATCH', '/containers/x', 404],
      ['GET', '/v1.18/containers/json', 400],
    ] as const) {
      const response = await sendJson(gateway.listenSocket, method, target, '{}');
      expect([method, target, response.status]).toEqual([method, target, status]);
    }
    const form = await sendJson(
      gateway.listenSocket,
      'POST',
      '/build?networkmode=none',
      'networkmode=host',
      'Content-Type: application/x-www-form-urlencoded\r\n',
    );
    expect(form.status).toBe(403);
    const build = await sendJson(
      gateway.listenSocket,
      'POST',
      '/build?networkmode=host',
      '',
      'Content-Type: application/x-tar\r\n',
    );
    expect(build.body).toMatch(/docker build --network=host is blocked/);
    const buildKit = await sendJson(
      gateway.listenSocket,
      'POST',
      '/build?version=2',
      '',
      'Content-Type: application/x-tar\r\n',
    );
    expect([buildKit.status, buildKit.body]).toEqual([
      403,
      expect.stringMatching(
        /BuildKit over POST \/build\?version=2 is blocked: .*use docker buildx build.*leave version out/,
      ),
    ]);
  });
});

describe('D: containers created before', () => {
  it('cannot be entered, started, copied from or committed; can be inspected and removed', async () => {
    await engine.docker('run', '-d', '--name', 'old', 'busybox', 'sleep', '1000');
    const exec = JSON.parse(
      (await sendJson(engine.socket, 'POST', '/containers/old/exec', '{"Cmd":["true"]}')).body.replace(
        /^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g,
        '',
      ),
    ) as { Id: string };
    for (const args of [
      ['exec', 'old', 'true'],
      ['cp', 'old:/etc/passwd', scratch],
      ['commit', 'old', 'x'],
      ['export', '-o', path.join(scratch, 'old.tar'), 'old'],
      ['restart', 'old'],
      ['update', '--memory', '64m', 'old'],
    ]) {
      await refused(/existingContainers/, ...args);
    }
    expect((await sendJson(gateway.listenSocket, 'POST', `/exec/${exec.Id}/start`, '{}')).status).toBe(403);
    await refused(/existingContainers/, 'attach', '--no-stdin', 'old');
    await g('pause', 'old');
    await refused(/existingContainers/, 'unpause', 'old');
    await engine.docker('unpause', 'old');
    expect(await g('inspect', '-f', '{{.HostConfig.Runtime}}', 'old')).toBe('runc\n');
    await g('logs', 'old');
    await g('stop', '-t', '0', 'old');
    await refused(/existingContainers/, 'start', 'old');
    await policy({ ...strict, bulkhead: { existingContainers: 'warn' } });
    await g('start', 'old');
    await g('rm', '-f', 'old');
  });

  it('a container cannot be given the name of an id', async () => {
    const name = 'a'.repeat(64);
    await refused(/look like a container id/, 'create', '--name', name, 'busybox', 'true');
    const id = (await g('create', 'busybox', 'true')).trim();
    await refused(/look like a container id/, 'rename', id, name);
    await g('rm', id);
  });
});

describe('settings and operations', () => {
  it('follows the file: ECI off forwards everything, blockDockerLoad refuses loads', async () => {
    await policy({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: false },
      blockDockerLoad: { value: true },
    });
    const id = (await g('create', '--runtime=runc', '--pid=host', '-v', '/etc:/x', 'busybox', 'true')).trim();
    expect(await inspect(id, '{{.HostConfig.Runtime}} {{.HostConfig.PidMode}}')).toBe('runc host');
    await g('rm', id);
    await g('save', '-o', path.join(scratch, 'i.tar'), 'busybox');
    await refused(/docker load.*blockDockerLoad/, 'load', '-i', path.join(scratch, 'i.tar'));
    await policy(strict);
    await refused(/--pid=host/, 'run', '--rm', '--pid=host', 'busybox', 'true');
  });

  it('keeps the last good policy when the file breaks, and says so', async () => {
    await policy('{"enhancedContainerIsolation": {"value": tru');
    await refused(/--pid=host/, 'run', '--rm', '--pid=host', 'busybox', 'true');
    expect(lines.at(-1)).toMatch(/last good policy stays in force \(enhanced container isolation on\)/);
    await policy(strict);
    expect(await g('run', '--rm', 'busybox', 'echo', 'on')).toBe('on\n');
  });

  it('starts locked down on a broken file', async () => {
    const broken = path.join(scratch, 'broken.json');
    await writeFile(broken, '{');
    const second = await startGateway({
      engineSocket: engine.socket,
      listenSocket: path.join(scratch, 'second.sock'),
      settingsFile: broken,
      requireUserNamespace: false,
    });
    if (!second.ok) throw new Error(second.error.message);
    expect(second.value.policy().problem).not.toBeNull();
    const response = await sendJson(
      path.join(scratch, 'second.sock'),
      'POST',
      '/containers/create',
      '{"Image":"busybox","HostConfig":{"Binds":["/tmp/x:/x"]}}',
    );
    expect(response.status).toBe(403);
    await second.value.close(0);
  });

  it("never takes another instance's socket, replaces a leftover one", async () => {
    const again = await startGateway({
      engineSocket: engine.socket,
      listenSocket: gateway.listenSocket,
      settingsFile,
    });
    expect(again.ok ? '' : again.error.code).toBe('engine.already-running');
    const left = path.join(scratch, 'left.sock');
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(left)}, () => console.log('up'))`,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const third = await startGateway({ engineSocket: engine.socket, listenSocket: left, settingsFile });
    if (!third.ok) throw new Error(third.error.message);
    expect((await sendRaw(left, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n')).status).toBe(
      200,
    );
    expect((await run('stat', ['-c', '%a', left])).stdout).toMatch(/^6[06]0\n$/);
    await third.value.close(0);
  });

  it('responds with 503 and a Docker error while the engine is down', async () => {
    const alone = await startGateway({
      engineSocket: path.join(scratch, 'no-engine.sock'),
      listenSocket: path.join(scratch, 'alone.sock'),
      settingsFile,
    });
    if (!alone.ok) throw new Error(alone.error.message);
    const ping = await sendRaw(
      alone.value.listenSocket,
      'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n',
    );
    expect(ping.status).toBe(503);
    expect(JSON.parse(ping.body)).toMatchObject({
      message: expect.stringMatching(/engine is not running/) as unknown,
    });
    expect((await sendJson(alone.value.listenSocket, 'POST', '/containers/x/start', '')).status).toBe(503);
    await alone.value.close(0);
  });

  it('logs denials and rewrites with caller, rule and setting', async () => {
    await refused(/A7/, 'run', '--rm', '--name', 'logged', '--uts=host', 'busybox', 'true');
    await gateway.flushAudit();
    const entries = (await readFile(auditFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toContainEqual(
      expect.objectContaining({
        outcome: 'deny',
        rule: 'host-namespace',
        setting: null,
        method: 'POST',
        container: 'logged',
        image: 'busybox',
        client: { uid: 0, pid: expect.any(Number) as unknown },
      }),
    );
    expect(entries).toContainEqual(expect.objectContaining({ outcome: 'rewrite', rule: 'runtime-forced' }));
  });
});
