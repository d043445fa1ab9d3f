import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { sendRaw } from '../support/raw-http.ts';

let guarded: GuardedEngine;
/** Asked for first: the engine looks for such a plugin for 15 seconds. */
let unknownLogDriver: Promise<string[]>;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  unknownLogDriver = answers(create, host({ LogConfig: { Type: 'foo' } }));
  await guarded.sh('docker create --name box busybox && docker run -d --name up busybox sleep 1000');
});
afterAll(async () => {
  await guarded?.stop();
});

const create = 'POST /v1.45/containers/create';
const exec = 'POST /v1.45/containers/up/exec';
const host = (hostConfig: unknown): string => JSON.stringify({ Image: 'busybox', HostConfig: hostConfig });

/** The responses of engine and gateway. `type`: null for a body without one. */
async function answers(
  line: string,
  body: string | null,
  type: string | null = 'application/json',
): Promise<string[]> {
  const typeField = type === null ? '' : `Content-Type: ${type}\r\n`;
  const fields = body === null ? '' : `${typeField}Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return Promise.all(
    [guarded.engine.socket, guarded.socket].map(async (socket) => {
      const request = `${line} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n${fields}\r\n${body ?? ''}`;
      const answer = await sendRaw(socket, request);
      return `${answer.status} ${answer.body.trim()}`;
    }),
  );
}

/** Names of Go's types and of embedded structs differ between versions of the engine. */
const withoutTypeNames = (answer: string): string =>
  answer
    .replace(/Go struct field [\w.]*\.(\w+) of type .*/, 'Go struct field $1')
    .replace(/into (?:Go value|[\w.]+) of type .*/, 'into a value');

describe("A1: errors with the engine's messages", () => {
  const bodies = [
    null,
    '',
    ' ',
    '{',
    'null',
    '[]',
    '"x"',
    '{"Image":"busybox",}',
    '{"Image" "busybox"}',
    '{"Image":"busybox"} x',
    '{"Image":"busybox"}{}',
    '{Image:1}',
    '{"a":01}',
    '{"a":tru}',
    '{"a":nul',
    '{"a":1',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":-}',
    '{"a":"b',
    "{'a':1}",
  ];
  it.each(bodies)('a create body of %j', async (body) => {
    const [engine, gateway] = (await answers(create, body)).map(withoutTypeNames);
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^400 /);
  });

  // Go 1.27 has other messages for these: they depend on what the engine was built with.
  it.each(['{"a":"\n"}', '{"a":"\\x"}', '{"a":"\\u12x4"}', '{"a":1.}', '{"a":1e}', '{"a":é}'])(
    'a create body of %j, whatever Go says of it',
    async (body) => {
      const [engine, gateway] = (await answers(create, body)).map((answer) =>
        answer.replace(/invalid (?:character|escape sequence) .*/, 'invalid'),
      );
      expect(gateway).toBe(engine);
      expect(gateway).toBe('400 {"message":"invalid JSON: invalid');
    },
  );

  it('what the engine takes for the end of a body is refused', async () => {
    const [engine, gateway] = await answers(create, '{"Image":"busybox"}] x');
    expect(engine).toMatch(/^201 /);
    expect(gateway).toBe('400 {"message":"unexpected content after JSON"}');
  });

  it.each([null, '', ' ', '{', 'null', '{}', '{"Cmd":["a"]} x', '{"Cmd":1}'])(
    'an exec body of %j',
    async (body) => {
      const [engine, gateway] = (await answers(exec, body)).map(withoutTypeNames);
      expect(gateway).toBe(engine);
      expect(gateway).toMatch(/^400 /);
    },
  );

  it.each([
    [create, '{"Image":1}'],
    [create, '{"Image":"busybox","Env":"A"}'],
    [create, host({ Memory: '1' })],
    [create, host({ Memory: 1.5 })],
    [create, host({ Mounts: {} })],
    [create, host({ Privileged: 'yes' })],
    [create, host([])],
    ['POST /v1.45/volumes/create', '{"Name":1}'],
    ['POST /v1.45/networks/create', '{"Name":"x","IPAM":1}'],
    ['POST /v1.45/containers/up/update', '{"Memory":"x"}'],
  ])('%s with a value of another type: %s', async (line, body) => {
    const [engine, gateway] = (await answers(line, body)).map(withoutTypeNames);
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^400 \{"message":"invalid JSON: json: cannot unmarshal/);
  });

  it.each([
    { PidMode: 'foo' },
    { PidMode: 'container:' },
    { PidMode: 'container:absent' },
    { IpcMode: 'foo' },
    { IpcMode: 'container:absent' },
    { UTSMode: 'foo' },
    { UTSMode: 'container:box' },
    { CgroupnsMode: 'foo' },
    { NetworkMode: 'container:' },
    { NetworkMode: 'container' },
    { VolumesFrom: ['absent'] },
    { VolumesFrom: ['absent:ro'] },
    { VolumesFrom: ['box/absent'] },
    { VolumesFrom: ['box:foo'] },
    { VolumesFrom: [''] },
    { VolumesFrom: ['a b'] },
    { LogConfig: { Type: 'json-file', Config: { foo: 'x' } } },
    { Isolation: 'foo' },
    { SecurityOpt: ['foo'] },
    { SecurityOpt: ['foo=bar'] },
    { SecurityOpt: ['seccomp:a=b'] },
    { SecurityOpt: ['no-new-privileges=maybe'] },
    { SecurityOpt: ['credentialspec=file://x'] },
    ...['x:/y', './x:/y', 'x/y:/z:ro', 'a:b:c:d', ':/x', '::', 'vol:', 'vol:x', '/etc:x', 'x'].map(
      (bind) => ({
        Binds: [bind],
      }),
    ),
    { Binds: ['vol:/x:exotic'] },
    { Binds: ['vol:/x:shared'] },
    { Mounts: [{ Type: 'volume', Source: 'vol', Target: '/x', BindOptions: { Propagation: 'shared' } }] },
    { Binds: ['/tmp:/x:ro,exotic'] },
    { Mounts: [{ Type: 'volume', Source: 'x', Target: '/x' }] },
    { Mounts: [{ Type: 'volume', Source: './x', Target: '/x' }] },
    { Mounts: [{ Type: 'foo', Target: '/x' }] },
    { Mounts: [{ Type: 'bind', Source: 'x', Target: '/x' }] },
    { Mounts: [{ Type: 'bind', Source: '', Target: '/x' }] },
    { Mounts: [{ Type: 'bind', Source: '/x', Target: '/x', BindOptions: { Propagation: 'foo' } }] },
  ])('a create with %j', async (hostConfig) => {
    const [engine, gateway] = await answers(create, host(hostConfig));
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^[45]00 /);
  });

  it.each([
    [{ Hostname: 'name' }, {}],
    [{}, { Links: ['box:x'] }],
    [{}, { Dns: ['8.8.8.8'] }],
    [{}, { ExtraHosts: ['name:8.8.8.8'] }],
    [{}, { PublishAllPorts: true }],
    [{}, { PortBindings: { '80/tcp': [{ HostPort: '80' }] } }],
    [{ ExposedPorts: { '80/tcp': {} } }, {}],
    [
      { Hostname: 'name', ExposedPorts: { '80/tcp': {} } },
      { Dns: ['8.8.8.8'], PublishAllPorts: true },
    ],
  ])(
    "a create in another container's network with %j, %j, whether there is one or not",
    async (config, more) => {
      for (const name of ['absent', 'up']) {
        const HostConfig = { NetworkMode: `container:${name}`, PidMode: 'container:absent', ...more };
        const [engine, gateway] = await answers(
          create,
          JSON.stringify({ Image: 'busybox', ...config, HostConfig }),
        );
        expect(gateway).toBe(engine);
        expect(gateway).toMatch(/^400 .*conflicting options: /);
      }
    },
  );

  it("a create with an unknown storage option; with containerd's image store, a refusal", async () => {
    const driver = await guarded.sh('docker info -f "{{.Driver}}"');
    const [engine, gateway] = await answers(create, host({ StorageOpt: { foo: 'bar' } }));
    // containerd's snapshotters take no notice of it.
    const hasError = driver.stdout === 'overlay2\n';
    expect(engine).toMatch(hasError ? /^500 / : /^201 /);
    expect(gateway).toEqual(hasError ? engine : expect.stringMatching(/^403 .*storage-opt/));
  });

  it.each([{ foo: 'bar' }, { type: 'none', o: 'bind' }, { device: '/x' }, { type: 'none' }, { o: 'bind' }])(
    'a volume with options %j',
    async (options) => {
      const body = JSON.stringify({ Name: 'vol', DriverOpts: options });
      const [engine, gateway] = await answers('POST /v1.45/volumes/create', body);
      expect(gateway).toBe(engine);
      expect(gateway).toMatch(/^400 /);
    },
  );

  it.each([
    [{ Config: [{ Subnet: 'x' }] }],
    [{ Config: [{ Subnet: '10.99.0.0/33' }] }],
    [{ Config: [{ Subnet: '010.99.0.0/16' }] }],
    [{ Config: [{ Subnet: '10.99.0.0/16', Gateway: '10.99.0', IPRange: 'x' }] }],
    [{ Config: [{ Subnet: '10.99.0.0/16', AuxiliaryAddresses: { a: '::x' } }] }],
  ])('a network with addresses %j', async (ipam) => {
    const body = JSON.stringify({ Name: 'addressed', IPAM: ipam });
    const [engine, gateway] = await answers('POST /v1.45/networks/create', body);
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^400 /);
  });

  it.each([
    ['POST /v1.45/volumes/create', { Name: 'v', Driver: 'this-plugin-does-not-exist' }],
    ['POST /v1.45/networks/create', { Name: 'n', Driver: 'this-plugin-does-not-exist' }],
  ])('%s with %j', async (line, body) => {
    const [engine, gateway] = await answers(line, JSON.stringify(body));
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^404 /);
  });

  it.each([
    'remote=file:///etc',
    'remote=ext::x',
    'remote=HTTPS://host/x.git',
    'isolation=hyperv',
    'securityopt=%5B%22seccomp=unconfined%22%5D',
    'version=3',
    'outputs=%5B',
    'outputs=%5Bx%5D',
    'outputs=%7B%7D',
    'outputs=%5B1%5D',
    'outputs=1',
  ])('a build with %s', async (query) => {
    const both = await answers(`POST /v1.45/build?${query}`, '', 'application/x-tar');
    const [engine, gateway] = both.map(withoutTypeNames);
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^[45]00 /);
  });

  it('a build by the classic builder takes no notice of outputs', async () => {
    const query = `outputs=${encodeURIComponent('[{"Type":"foo"}]')}`;
    const [engine, gateway] = await answers(`POST /v1.45/build?${query}`, '', 'application/x-tar');
    expect(gateway).toBe(engine);
    expect(gateway).not.toContain('outputs');
  });

  it.each([
    'POST /v1.45/containers/create',
    'POST /v1.45/containers/absent/exec',
    'POST /v1.45/containers/absent/update',
    'POST /v1.45/exec/absent/start',
    'POST /v1.45/commit?container=absent',
    'POST /v1.45/volumes/create',
    'POST /v1.45/networks/create',
    'POST /v1.45/networks/absent/connect',
  ])('%s with a body that is said to be no JSON', async (line) => {
    for (const type of ['text/plain', 'Text/Plain', 'text/plain; charset=utf-8', null]) {
      const [engine, gateway] = await answers(line, '{}', type);
      expect(gateway).toBe(engine);
      expect(gateway).toMatch(/^400 \{"message":"(?:unsupported|malformed) Content-Type header/);
    }
  });

  it('a namespace of a missing container is refused at the create, and pulls nothing', async () => {
    const outcome = await guarded.sh('docker run --rm --network container:absent busybox true');
    expect(outcome).toMatchObject({ code: 125, stdout: '' });
    expect(outcome.stderr).toContain('No such container: absent');
    expect(outcome.stderr).not.toContain('Unable to find image');
  });

  it.each([
    'GET /nosuch',
    'GET /v1.45/nosuch',
    'GET /',
    'HEAD /nosuch',
    'DELETE /_ping',
    'POST /v1.45/containers/json',
    'POST /v1.45/containers/box/copy',
    'GET /v1.23/containers/json',
    'GET /v1.9/containers/json',
    'GET /v0.1/_ping',
    'POST /v1.23/containers/create',
    'GET /v1.23/nosuch',
    'GET /v1.99/containers/json',
  ])('%s', async (line) => {
    const [engine, gateway] = await answers(line, null);
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^4/);
  });
});

describe('A1: what takes the engine long', () => {
  it('a create with an unknown log driver', async () => {
    const [engine, gateway] = await unknownLogDriver;
    expect(gateway).toBe(engine);
    expect(gateway).toMatch(/^[45]00 /);
  });
});

describe('A1: what works as on the engine', () => {
  it('a volume without a name at a relative path, and its files', async () => {
    const body = JSON.stringify({ Image: 'busybox', Cmd: ['true'], Volumes: { data: {} } });
    for (const name of ['relative', 'relative-guarded']) {
      const socket = name === 'relative' ? guarded.engine.socket : guarded.socket;
      const request =
        `${create}?name=${name} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      expect(await sendRaw(socket, request)).toMatchObject({ status: 201 });
    }
    const inspect = 'docker inspect -f "{{range .Mounts}}{{.Destination}}{{end}}" relative-guarded';
    expect(await guarded.sh(inspect)).toMatchObject({ stdout: '/data\n' });
    expect(await guarded.sh('docker start -a relative-guarded')).toMatchObject({ code: 0, stderr: '' });
  });

  it('a share with rshared, for a container that may not mount', async () => {
    // The engine wants a mount that propagates, as a machine's root directory is with systemd.
    await guarded.sh('mount --bind $W $W && mount --make-shared $W');
    try {
      const script = 'docker run --rm -v $W:/x:rshared busybox sh -c "grep -c \' /x \' /proc/self/mountinfo"';
      expect(await guarded.sh(script)).toMatchObject({ code: 0, stdout: '1\n' });
      const refused = await guarded.sh(script.replace('--rm', '--rm --privileged'));
      expect(refused.stderr).toContain('mounts made in a container may not appear in the engine');
    } finally {
      await guarded.sh('cd / && umount $W');
    }
  });

  it('A8: an NFS volume that the settings list, without files of the image', async () => {
    const make = (name: string) =>
      guarded.sh(`docker volume create -o type=nfs -o device=:/exports/team -o o=addr=192.0.2.1,ro ${name}`);
    expect((await make('unlisted')).stderr).toContain('allow it in bulkhead.networkVolumes');
    const share = { type: 'nfs', source: '192.0.2.1:/exports/*' };
    await guarded.gateway.settings({ ...eciOn(guarded.scratch), bulkhead: { networkVolumes: [share] } });
    expect(await make('listed')).toMatchObject({ code: 0, stdout: 'listed\n' });
    const options = await guarded.sh('docker volume inspect -f "{{.Options.o}}" listed');
    expect(options.stdout).toBe('addr=192.0.2.1,ro,nosuid,nodev,sec=sys\n');
    await guarded.sh('docker create --name net -v listed:/v busybox');
    const bind = await guarded.sh('docker inspect -f "{{.HostConfig.Binds}}" net');
    expect(bind.stdout).toBe('[listed:/v:nocopy]\n');
    await guarded.gateway.settings(eciOn(guarded.scratch));
    expect((await guarded.sh('docker start net')).stderr).toContain('bulkhead.networkVolumes');
  });
});
