import { describe, expect, it } from 'vitest';
import { decideCreateContainer, readCreateBody } from './create-container.ts';
import { refusalText } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { createLookups, type CreateFacts } from './references.ts';
import { decide, host, facts } from './create-facts-fixture.ts';

describe('create: what is refused', () => {
  it.each([
    ['--pid=host is blocked', { PidMode: 'host' }],
    ['--network=host', { NetworkMode: 'host' }],
    ['--ipc=host', { IpcMode: 'host' }],
    ['--uts=host', { UTSMode: 'host' }],
    ['--cgroupns=host', { CgroupnsMode: 'host' }],
    ['--pid=Host', { PidMode: 'Host' }],
    ['--network=alias', { NetworkMode: 'alias' }],
    ['protected container only', { PidMode: 'container:old' }],
    ['no container gone', { NetworkMode: 'container:gone' }],
    ['--uts=container:good', { UTSMode: 'container:good' }],
    ['HostConfig.Cgroup', { Cgroup: 'container:good' }],
    ['Docker socket', { Binds: ['/run/docker.sock:/s'] }],
    ['Docker socket is in it', { Binds: ['/var:/s'] }],
    ["engine's own data", { Mounts: [{ Type: 'bind', Source: '/data', Target: '/s' }] }],
    ['filesharingAllowedDirectories', { Binds: ['/etc:/e'] }],
    ['leads through /proc', { Binds: ['/odd:/e'] }],
    ['not an absolute path', { Mounts: [{ Type: 'bind', Source: './x', Target: '/x' }] }],
    ['the bind ./x', { Binds: ['./x:/x'] }],
    ['the bind', { Binds: ['/shared/a:/x:exotic'] }],
    ['may not appear in the engine', { Privileged: true, Binds: ['/shared/a:/x:rw,rshared'] }],
    [
      'propagation shared',
      {
        CapAdd: ['SYS_ADMIN'],
        Mounts: [{ Type: 'bind', Source: '/shared/a', Target: '/x', BindOptions: { Propagation: 'shared' } }],
      },
    ],
    ['volume trap', { Binds: ['trap:/x'] }],
    ['volume other', { Binds: ['other:/x'] }],
    [
      'of type none',
      {
        Mounts: [
          {
            Type: 'volume',
            Target: '/x',
            VolumeOptions: {
              DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } },
            },
          },
        ],
      },
    ],
    [
      'driver evil',
      { Mounts: [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'evil' } } }] },
    ],
    ['--volume-driver', { VolumeDriver: 'evil' }],
    ['type "cluster"', { Mounts: [{ Type: 'cluster', Source: 'x', Target: '/x' }] }],
    ['type ""', { Mounts: [{ Source: '/', Target: '/x' }] }],
    ['Docker socket', { VolumesFrom: ['holder'] }],
    ['volumes-from', { VolumesFrom: ['gone'] }],
    ['--device /dev/mem', { Devices: [{ PathOnHost: '/dev/mem' }] }],
    ['--device /dev/fuse/../mem', { Devices: [{ PathOnHost: '/dev/fuse/../mem' }] }],
    ['--gpus', { DeviceRequests: [{ Count: -1 }] }],
    ['--device-cgroup-rule', { DeviceCgroupRules: ['a *:* rwm'] }],
    ['--cgroup-parent', { CgroupParent: '../..' }],
    ['--cgroup-parent', { CgroupParent: '/docker/../x' }],
    ['security-opt', { SecurityOpt: ['writable-cgroups=..'] }],
    ['security-opt', { SecurityOpt: ['seccomp={"listenerPath":"/x"}'] }],
    ['security-opt', { SecurityOpt: ['credentialspec=file://x'] }],
    ['annotation', { Annotations: { 'org.systemd.property.ExecStart': 'x' } }],
    // Of our own backend, and of one that is not in use.
    ['annotation', { Annotations: { 'Bulkhead.range': 'x' } }],
    ['annotation', { Annotations: { 'sysbox.mode': 'x' } }],
    ['log-driver plugin', { LogConfig: { Type: 'plugin' } }],
    ['log-opt', { LogConfig: { Type: 'fluentd', Config: { 'fluentd-address': 'unix:///run/x' } } }],
    ['log-opt', { LogConfig: { Type: 'awslogs', Config: { 'awslogs-endpoint': 'https://127.0.0.1' } } }],
    ['storage-opt', { StorageOpt: { 'overlay2.override_kernel_check': 'true' } }],
    ['Isolation', { Isolation: 'hyperv' }],
    ['HostConfig.New', { New: 1 }],
    ['it is the field HostConfig, which is there twice', null],
  ])('%s', (message, hostConfig) => {
    const result =
      hostConfig === null ? decide({ Image: 'a', hostConfig: {}, HostConfig: {} }) : host(hostConfig);
    expect(result.body).toBeNull();
    expect(result.text).toContain('enhanced container isolation: ');
    expect(result.text).toContain(message);
  });

  it('HostConfig fields at the top level without HostConfig, and in other spellings', () => {
    const refused: readonly (readonly [string, unknown])[] = [
      ['Binds', ['/etc:/x']],
      ['PidMode', 'host'],
      ['Devices', [{ PathOnHost: '/dev/mem' }]],
      ['Mounts', [{ Type: 'bind', Source: '/etc', Target: '/x' }]],
      ['NetworkMode', 'host'],
      ['VolumesFrom', ['absent']],
      ['SecurityOpt', ['credentialspec=file://x']],
    ];
    for (const [field, value] of refused) {
      for (const key of [
        field,
        field.toLowerCase(),
        field.toUpperCase(),
        field.replace('s', '\u017f'),
        field.replace('k', '\u212a'),
      ]) {
        expect([key, decide({ Image: 'a', [key]: value }).body]).toEqual([key, null]);
        expect([key, host({ [key]: value }).body]).toEqual([key, null]);
        if (key !== field) expect([key, host({ [field]: null, [key]: value }).body]).toEqual([key, null]);
      }
    }
    expect(decide({ Image: 'a', Privileged: true, runtime: 'runc', usernsmode: 'host' }).written).toEqual({
      Image: 'a',
      HostConfig: { Privileged: true, Runtime: 'bulkhead' },
    });
  });

  it('A1: what no engine reads is removed: unset fields of other versions, and what clients add', () => {
    for (const nothing of [null, '', [], {}, false, 0]) {
      expect(
        decide({
          Image: 'a',
          VolumesFrom: nothing,
          FieldOfTomorrow: nothing,
          HostConfig: { FieldOfTomorrow: nothing },
        }).written,
      ).toEqual({ Image: 'a', HostConfig: { Runtime: 'bulkhead' } });
    }
    for (const something of [true, 1, 'x', ['x'], { x: null }])
      expect(decide({ Image: 'a', FieldOfTomorrow: something }).body).toBeNull();
    expect(
      host(
        { LxcConf: ['a'], Cpuset: '0' },
        {
          Dns: ['1.1.1.1'],
          CapAdd: ['ALL'],
          Runtime: 'runc',
          authConfig: { password: 'x' },
          PortSpecs: ['1'],
        },
      ).written,
    ).toEqual({ Image: 'busybox', HostConfig: { Runtime: 'bulkhead' } });
  });

  it('an endpoint on the host network, by name or id', () => {
    for (const endpoints of [{ host: {} }, { alias: {} }, { own: { NetworkID: 'alias' } }]) {
      expect(decide({ Image: 'a', NetworkingConfig: { EndpointsConfig: endpoints } }).text).toMatch(/A7/);
    }
  });

  it("A3: a namespace of another user's container would share ids; an unknown user counts as another", () => {
    const outcome = (own: number | null, others: number | null, mode: object) => {
      const owned = {
        ...facts,
        user: own,
        containers: new Map([['c', { id: 'f'.repeat(64), protected: true, mounts: [], user: others }]]),
      };
      const parsed = parseJson(JSON.stringify({ Image: 'a', HostConfig: mode }));
      const read = parsed.ok ? readCreateBody(parsed.value) : null;
      if (read?.ok !== true) throw new Error('unreadable');
      const { decision } = decideCreateContainer(read.body, owned, { runtime: 'bulkhead' });
      return decision.outcome === 'deny' ? refusalText(decision) : decision.outcome;
    };
    for (const key of ['NetworkMode', 'PidMode', 'IpcMode']) {
      expect(outcome(1001, 1000, { [key]: 'container:c' })).toMatch(
        new RegExp(
          "enhanced container isolation: .*c is user 1000's and this one user 1001's; " +
            '.*create both as one user.*A3',
        ),
      );
      expect(outcome(0, 1000, { [key]: 'container:c' })).toContain("this one user 0's");
      for (const [own, others] of [
        [1000, 1000],
        [0, 0],
        [null, 1000],
        [1000, null],
      ] as const)
        expect(outcome(own, others, { [key]: 'container:c' })).toBe('rewrite');
    }
    expect(outcome(1001, 1000, { VolumesFrom: ['c'] })).toBe('rewrite');
  });

  it('nothing with a reference is allowed without a fact about it', () => {
    const none: CreateFacts = {
      containers: new Map(),
      volumes: new Map(),
      networks: new Map(),
      binds: new Map(),
      socket: null,
    };
    for (const body of [
      '{"HostConfig":{"Binds":["/x:/x"]}}',
      '{"HostConfig":{"Binds":["vol:/x"]}}',
      '{"HostConfig":{"NetworkMode":"n"}}',
      '{"HostConfig":{"PidMode":"container:c"}}',
      '{"HostConfig":{"VolumesFrom":["c"]}}',
      '{"HostConfig":{"Mounts":[{"Type":"volume","Source":"vol","Target":"/x"}]}}',
    ]) {
      const parsed = parseJson(body);
      const read = parsed.ok ? readCreateBody(parsed.value) : null;
      if (read?.ok !== true) throw new Error(body);
      const request = createLookups(read.body);
      expect(
        request.binds.length + request.volumes.length + request.networks.length + request.containers.length,
      ).toBe(1);
      expect(decideCreateContainer(read.body, none, { runtime: 'bulkhead' }).decision.outcome).toBe('deny');
    }
  });
});
