import { describe, expect, test } from 'vitest';
// Responses of a Docker Engine 26.1 about containers created with a flag of every kind.
import samples from './inspected-samples.json' with { type: 'json' };
import { readCreateBody } from '../policy/create-container.ts';
import { parseJson } from '../policy/json-parser.ts';
import { parseInspection, type ContainerInspection } from './container-inspection.ts';
import { recreation, type RecreateEngine } from './recreate-body.ts';

type ChangedFields = {
  readonly Config?: object;
  readonly HostConfig?: object;
  readonly NetworkSettings?: object;
  readonly Mounts?: readonly object[];
};
function sample(name: keyof typeof samples, changed: ChangedFields = {}): ContainerInspection {
  const base = samples[name];
  const read = parseInspection({
    ...base,
    ...changed,
    Config: { ...base.Config, ...changed.Config },
    HostConfig: { ...base.HostConfig, ...changed.HostConfig },
  });
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}
const engine: RecreateEngine = { runtime: 'bulkhead', apiVersion: '1.45', cgroupVersion: '1' };
const image = (inspected: ContainerInspection, hasEntrypoint = false) => ({
  reference: inspected.view.Config.Image,
  hasEntrypoint,
});
interface Body {
  Hostname?: string;
  Image: string;
  Entrypoint?: unknown;
  MacAddress?: string;
  Labels: Record<string, string>;
  ExposedPorts?: object;
  HostConfig: Record<string, unknown> & { Mounts: unknown[]; Binds: unknown[] };
  NetworkingConfig?: { EndpointsConfig: Record<string, Record<string, unknown>> };
}
const make = (
  inspected: ContainerInspection,
  options: {
    hasEntrypoint?: boolean;
    engine?: Partial<RecreateEngine>;
    successors?: ReadonlyMap<string, string>;
    reference?: string;
  } = {},
) => {
  const recreated = recreation(
    inspected,
    {
      ...image(inspected, options.hasEntrypoint),
      ...(options.reference === undefined ? {} : { reference: options.reference }),
    },
    { ...engine, ...options.engine },
    options.successors,
  );
  return {
    ...recreated,
    body: JSON.parse(JSON.stringify(recreated.body)) as Body,
    codes: recreated.changes.map(({ code }) => code),
  }; // as it is sent
};

describe('inspect → create body (D)', () => {
  test.each(Object.keys(samples) as (keyof typeof samples)[])(
    '%s: everything it says fits the create request that the gateway models',
    (name) => {
      const parsed = parseJson(JSON.stringify(make(sample(name)).body));
      expect(parsed.ok && readCreateBody(parsed.value)).toMatchObject({ ok: true });
    },
  );

  test('configuration is carried over unchanged, image defaults too', () => {
    const { body } = make(sample('full'));
    const { Config: before, HostConfig: host } = samples.full;
    expect(body).toMatchObject({
      Hostname: 'hh',
      Domainname: 'dd',
      Env: before.Env,
      Cmd: before.Cmd,
      Labels: before.Labels,
      Healthcheck: before.Healthcheck,
      StopSignal: 'SIGINT',
      StopTimeout: 3,
      Tty: true,
      Volumes: before.Volumes,
      ExposedPorts: before.ExposedPorts,
    });
    const { Runtime, Mounts, Binds, CgroupnsMode, UsernsMode, ...rest } = host;
    expect(body.HostConfig).toMatchObject(
      Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    );
    expect(body.HostConfig['Runtime']).toBe('bulkhead');
    // With version 1 a container that requested nothing has "host".
    expect(body.HostConfig).not.toHaveProperty('CgroupnsMode');
    expect([Runtime, Mounts.length, Binds, CgroupnsMode, UsernsMode]).toEqual([
      'runc',
      2,
      body.HostConfig.Binds,
      'host',
      '',
    ]);
  });

  test("anonymous volumes are mounted by name, without copying the image's content into them", () => {
    const { body, codes } = make(sample('full'));
    const at = (destination: string) =>
      samples.full.Mounts.find((mount) => mount.Destination === destination)?.Name;
    expect(body.HostConfig.Mounts).toEqual([
      { Type: 'volume', Target: '/anon2', Source: at('/anon2'), VolumeOptions: { NoCopy: true } },
      { Type: 'tmpfs', Target: '/tm', TmpfsOptions: { SizeBytes: 1000000 } },
      { Type: 'volume', Source: at('/anon'), Target: '/anon', VolumeOptions: { NoCopy: true } },
    ]);
    expect(body.HostConfig.Binds).toEqual(['named:/named', '/tmp:/host:ro']);
    expect(codes).toEqual(['runtime', 'anonymous-volume', 'anonymous-volume', 'chosen-ports']);
  });

  test('a mount is identified by its destination, however that was written', () => {
    const named = (destination: string) => ({
      Type: 'volume',
      Name: 'a'.repeat(64),
      Source: '',
      Destination: destination,
      RW: true,
      Propagation: '',
    });
    const { body } = make(
      sample('plain', {
        HostConfig: {
          Mounts: [{ Type: 'volume', Source: '', Target: '/x/../m/' }],
          Tmpfs: { '/t//u/': '' },
          Binds: ['v:/n/.'],
        },
        Mounts: [named('/m'), named('/t/u'), named('/n')],
      }),
    );
    expect(body.HostConfig.Mounts).toEqual([
      { Type: 'volume', Source: 'a'.repeat(64), Target: '/x/../m/', VolumeOptions: { NoCopy: true } },
    ]);
  });

  test('host ports chosen by Docker are reported as chosen again, from a range too', () => {
    const { changes } = make(
      sample('plain', {
        HostConfig: {
          PortBindings: {
            '80/tcp': [{ HostIp: '', HostPort: '9400-9410' }],
            '81/tcp': [{ HostIp: '', HostPort: '81' }],
            '82/udp': [{ HostIp: '', HostPort: '' }],
          },
        },
      }),
    );
    expect(changes.find(({ code }) => code === 'chosen-ports')?.params).toEqual({
      ports: ['80/tcp', '82/udp'],
    });
  });

  test('networks come with the create request; a fixed MAC address stays, a generated one does not', () => {
    const n1 = {
      n1: { IPAMConfig: { IPv4Address: '10.77.1.9' }, Aliases: ['a1'], MacAddress: '02:11:22:33:44:55' },
    };
    const n2 = { IPAMConfig: { IPv4Address: '10.77.2.7' }, Aliases: ['b1'] };
    const { body, networks } = make(sample('full'));
    expect(body.NetworkingConfig).toEqual({ EndpointsConfig: { ...n1, n2 } });
    expect(networks).toMatchObject({ connected: [], all: ['n1', 'n2'] });
    expect(body).not.toHaveProperty('MacAddress');
    // Older engines accept one; it is connected to the others afterwards.
    const older = make(sample('full'), { engine: { apiVersion: '1.43' } });
    expect(older.body).toMatchObject({
      MacAddress: '02:11:22:33:44:55',
      NetworkingConfig: { EndpointsConfig: n1 },
    });
    expect(older.body.NetworkingConfig?.EndpointsConfig).not.toHaveProperty('n2');
    expect(older.networks).toMatchObject({ connected: [{ name: 'n2', endpoint: n2 }], all: ['n1', 'n2'] });
    expect(make(sample('plain')).body).not.toHaveProperty('NetworkingConfig');
  });

  test('the default bridge is named if there are others: otherwise only they would be connected', () => {
    const { bridge } = samples.plain.NetworkSettings.Networks;
    const { body } = make(
      sample('plain', { NetworkSettings: { Networks: { bridge, other: { ...bridge, Aliases: ['x'] } } } }),
    );
    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({ bridge: {}, other: { Aliases: ['x'] } });
  });

  test('absent fields stay absent: no empty lists', () => {
    const { body } = make(sample('plain', { HostConfig: { Binds: null }, Mounts: [] }));
    expect(body.HostConfig).not.toHaveProperty('Binds');
    expect(body.HostConfig).not.toHaveProperty('Mounts');
  });

  test('the short id is neither host name nor alias of the new one', () => {
    const short = samples.plain.Id.slice(0, 12);
    const plain = sample('plain', {
      NetworkSettings: {
        Networks: {
          own: { ...samples.plain.NetworkSettings.Networks.bridge, Aliases: [short, 'web'], GwPriority: 5 },
        },
      },
      HostConfig: { NetworkMode: 'own' },
    });
    const { body } = make(plain);
    expect(body).not.toHaveProperty('Hostname');
    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({ own: { Aliases: ['web'], GwPriority: 5 } });
  });

  test('joined namespaces refer to the successor, without host name, ports or networks', () => {
    const joined = samples.joined.HostConfig.NetworkMode.slice('container:'.length);
    const { body, networks } = make(sample('joined', { Config: { ExposedPorts: { '80/tcp': {} } } }), {
      successors: new Map([[joined, 'new-id']]),
    });
    expect(body.HostConfig).toMatchObject({
      NetworkMode: 'container:new-id',
      PidMode: 'container:new-id',
      IpcMode: 'private',
    });
    expect(body).not.toHaveProperty('Hostname');
    expect(body).not.toHaveProperty('ExposedPorts');
    expect(networks).toEqual({ created: [], connected: [], all: null });
    expect(make(sample('joined')).body.HostConfig['NetworkMode']).toBe(`container:${joined}`);
  });

  test('volumes of others are mounted by name, read-only as before', () => {
    const { body, codes } = make(sample('volumesFrom'));
    expect(body.HostConfig).not.toHaveProperty('VolumesFrom');
    expect(body.HostConfig.Mounts).toEqual(
      samples.volumesFrom.Mounts.map((mount) => ({
        Type: 'volume',
        Source: mount.Name,
        Target: mount.Destination,
        ReadOnly: true,
        VolumeOptions: { NoCopy: true },
      })),
    );
    expect(codes).toEqual(['runtime', 'volumes-from', 'anonymous-volume']);
  });

  test('privileged and links stay as requested, and what the engine adds is not added twice', () => {
    const { body } = make(sample('privileged'));
    expect(body.HostConfig).toMatchObject({ Privileged: true, SecurityOpt: [], Links: ['peer:p'] });
  });

  test('an entrypoint that was removed stays removed', () => {
    expect(make(sample('noEntrypoint')).body).not.toHaveProperty('Entrypoint');
    expect(make(sample('noEntrypoint'), { hasEntrypoint: true }).body.Entrypoint).toEqual(['']);
  });

  test('what ECI changes is reported: user and cgroup namespace, socket, moved tag, owner', () => {
    const changed = sample('plain', {
      Config: { Labels: { 'io.bulkhead.socket-mount': 'x', a: 'b' } },
      HostConfig: { UsernsMode: 'host', Binds: ['/var/run/docker.sock:/s'] },
      Mounts: [
        {
          Type: 'bind',
          Source: '/var/run/docker.sock',
          Destination: '/s',
          Mode: '',
          RW: true,
          Propagation: 'rprivate',
        },
      ],
    });
    const { body, codes } = make(changed, { engine: { cgroupVersion: '2' }, reference: 'sha256:abc' });
    expect(codes).toEqual(['runtime', 'owner-label', 'userns', 'cgroup-namespace', 'image', 'socket']);
    expect(body.HostConfig).not.toHaveProperty('UsernsMode');
    expect(body.Labels).toEqual({ a: 'b' });
    expect(body.Image).toBe('sha256:abc');
  });

  test('an invalid inspect response is an error', () => {
    expect(parseInspection({ Id: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'containers.recreate-failed' },
    });
  });
});
