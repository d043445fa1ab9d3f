import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanPath, isInside, type BindSourceFacts } from './bind-source.ts';
import { parseBind, writeBind } from './bind-spec.ts';
import { decideCreateContainer, readCreateBody, type CreateDecision } from './create-container.ts';
import { refusalText, type Denial } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { writeJson } from './json.ts';
import { createLookups, type CreateFacts } from './references.ts';
import { decideVolume } from './volume.ts';

const source = (requested: string, more: Partial<BindSourceFacts> = {}): BindSourceFacts => ({
  requested,
  real: requested,
  exists: true,
  isEngineSocket: false,
  isDockerSocket: false,
  socketMount: null,
  containsEngineSocket: false,
  insideEngineDirectory: false,
  containsEngineDirectory: false,
  share: null,
  ...more,
});
const facts: CreateFacts = {
  socket: null,
  containers: new Map([
    ['good', { id: 'f'.repeat(64), protected: true, mounts: [] }],
    ['old', { id: 'e'.repeat(64), protected: false, mounts: [] }],
    [
      'holder',
      {
        id: 'd'.repeat(64),
        protected: true,
        mounts: [{ type: 'bind', name: '', source: '/run/docker.sock', destination: '/s', readOnly: false }],
      },
    ],
    ['gone', null],
  ]),
  volumes: new Map([
    ['v1', { driver: 'local', options: new Map() }],
    [
      'trap',
      {
        driver: 'local',
        options: new Map([
          ['o', 'bind'],
          ['device', '/etc'],
        ]),
      },
    ],
    ['new', null],
  ]),
  networks: new Map([
    ['own', { driver: 'bridge' }],
    ['alias', { driver: 'host' }],
  ]),
  binds: new Map([
    ['/shared/a', source('/shared/a', { share: '/shared' })],
    ['/etc', source('/etc')],
    ['/shared/link', source('/shared/link', { real: '/shared/a', share: '/shared' })],
    ['/shared/colon', source('/shared/colon', { real: '/shared/a:/b', share: '/shared' })],
    ['/run/docker.sock', source('/run/docker.sock', { isEngineSocket: true, isDockerSocket: true })],
    ['/var', source('/var', { containsEngineSocket: true, share: '/' })],
    ['/data', source('/data', { insideEngineDirectory: true, share: '/' })],
    ['/odd', source('/odd', { real: null, problem: 'it leads through /proc' })],
  ]),
};
function decide(
  body: unknown,
  runtime = 'bulkhead',
): CreateDecision & { text: string; written: Record<string, unknown> } {
  const parsed = parseJson(JSON.stringify(body));
  if (!parsed.ok) throw new Error(parsed.why);
  const read = readCreateBody(parsed.value);
  if (!read.ok) return { decision: read.denial, body: null, text: refusalText(read.denial), written: {} };
  const result = decideCreateContainer(read.body, facts, { runtime });
  return {
    ...result,
    text: result.decision.outcome === 'deny' ? refusalText(result.decision) : '',
    written: result.body === null ? {} : (JSON.parse(writeJson(result.body)) as Record<string, unknown>),
  };
}
const host = (hostConfig: unknown, more: object = {}) =>
  decide({ Image: 'busybox', ...more, HostConfig: hostConfig });

describe('A8: links in a bind source', () => {
  it('are removed from the forwarded body, so that a swapped link leads nowhere', () => {
    const result = host({
      Binds: ['/shared/link:/x:ro'],
      Mounts: [{ Type: 'bind', Source: '/shared/link', Target: '/y' }],
    });
    expect(result.written).toMatchObject({
      HostConfig: {
        Binds: ['/shared/a:/x:ro'],
        Mounts: [{ Type: 'bind', Source: '/shared/a', Target: '/y' }],
      },
    });
    expect(result.decision).toMatchObject({
      changes: expect.arrayContaining([
        expect.objectContaining({ rule: 'cleaned-path', before: '/shared/link', after: '/shared/a' }),
      ]),
    });
  });
  it('are refused where the real path cannot be written as a bind', () => {
    expect(host({ Binds: ['/shared/colon:/x'] }).text).toContain('/shared/a:/b');
    expect(host({ Mounts: [{ Type: 'bind', Source: '/shared/colon', Target: '/y' }] }).decision.outcome).toBe(
      'rewrite',
    );
  });
});

describe('create: what passes', () => {
  it('A6, A7: forces the runtime and drops UsernsMode, as recorded changes', () => {
    const result = host({ Runtime: 'runc', UsernsMode: 'host', Memory: 1 });
    expect(result.written).toEqual({ Image: 'busybox', HostConfig: { Runtime: 'bulkhead', Memory: 1 } });
    expect(result.decision).toMatchObject({
      outcome: 'rewrite',
      changes: [{ rule: 'runtime-forced', before: 'runc', after: 'bulkhead' }, { rule: 'userns-ignored' }],
    });
  });

  it('A4: with Sysbox, privileged is not sent, as a recorded change; our own runtime confines it', () => {
    const request = { Image: 'a', HostConfig: { Privileged: true } };
    expect(decide(request, 'sysbox-runc').written).toEqual({
      Image: 'a',
      HostConfig: { Privileged: false, Runtime: 'sysbox-runc' },
    });
    expect(decide(request, 'sysbox-runc').decision).toMatchObject({
      outcome: 'rewrite',
      changes: [
        { rule: 'runtime-forced' },
        { rule: 'privileged-by-runtime', before: 'true', after: 'false' },
      ],
    });
    expect(decide(request).written).toEqual({
      Image: 'a',
      HostConfig: { Privileged: true, Runtime: 'bulkhead' },
    });
  });

  it('A6: also without HostConfig, and with null', () => {
    expect(decide({ Image: 'a' }).written).toEqual({ Image: 'a', HostConfig: { Runtime: 'bulkhead' } });
    expect(host(null).written).toEqual({ Image: 'busybox', HostConfig: { Runtime: 'bulkhead' } });
    expect(host({ Runtime: 'bulkhead' }).decision.outcome).toBe('allow');
  });

  it.each([
    [
      'A4: privileged',
      {
        Privileged: true,
        CapAdd: ['ALL'],
        SecurityOpt: [
          'seccomp=unconfined',
          'apparmor=unconfined',
          'label=disable',
          'label:disable',
          'no-new-privileges',
          'systempaths=unconfined',
          'writable-cgroups=true',
        ],
        MaskedPaths: [],
        ReadonlyPaths: [],
      },
    ],
    [
      'namespaces of its own',
      { IpcMode: 'private', CgroupnsMode: 'private', NetworkMode: 'own', PidMode: '', UTSMode: '' },
    ],
    [
      'a shared directory',
      {
        Binds: ['/shared/a:/a:ro,z'],
        Mounts: [{ Type: 'bind', Source: '/shared/a', Target: '/b', BindOptions: { Propagation: 'rslave' } }],
      },
    ],
    [
      'volumes',
      {
        Binds: ['v1:/v', 'new:/n', '/anon'],
        Mounts: [
          { Type: 'volume', Target: '/w' },
          { Type: 'volume', Source: 'v1', Target: '/u', VolumeOptions: { NoCopy: true } },
          { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1 } },
        ],
      },
    ],
    [
      'harmless devices',
      { Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }] },
    ],
    [
      'limits',
      {
        Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
        PidsLimit: 10,
        CgroupParent: 'mine',
        Sysctls: { 'net.core.somaxconn': '1' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      },
    ],
  ])('%s', (_name, hostConfig) => {
    const result = host(hostConfig);
    expect(result.text).toBe('');
    expect(result.written['HostConfig']).toEqual({ ...hostConfig, Runtime: 'bulkhead' });
  });

  it('A7: pins names of containers to ids', () => {
    const id = 'f'.repeat(64);
    expect(
      host({
        PidMode: 'container:good',
        NetworkMode: 'container:good',
        IpcMode: 'container:good',
        VolumesFrom: ['good:ro'],
      }).written['HostConfig'],
    ).toEqual({
      PidMode: `container:${id}`,
      NetworkMode: `container:${id}`,
      IpcMode: `container:${id}`,
      VolumesFrom: [`${id}:ro`],
      Runtime: 'bulkhead',
    });
  });

  it('A8: writes the path that was checked, not the one that was sent', () => {
    expect(host({ Binds: ['/shared//./x/../a/:/a'] }).written['HostConfig']).toMatchObject({
      Binds: ['/shared/a:/a'],
    });
  });
});

describe("B2: a socket of the container's own", () => {
  const own = '/state/sockets/1/docker.sock';
  const withMount = (source: string, destination = '/s', readOnly = false) => ({
    id: 'd'.repeat(64),
    protected: true,
    mounts: [{ type: 'bind', name: '', source, destination, readOnly }],
  });
  const other = '/state/sockets/2/docker.sock';
  const granted: CreateFacts = {
    ...facts,
    socket: { kind: 'granted', socket: own },
    containers: new Map([...facts.containers, ['mounted', withMount(other)]]),
    binds: new Map([
      ...facts.binds,
      [other, source(other, { socketMount: '2', insideEngineDirectory: true })],
      ['/run/containerd.sock', source('/run/containerd.sock', { isEngineSocket: true })],
    ]),
  };
  const decided = (hostConfig: object, given = granted) => {
    const parsed = parseJson(
      JSON.stringify({ Image: 'busybox', HostConfig: { Runtime: 'bulkhead', ...hostConfig } }),
    );
    const read = parsed.ok ? readCreateBody(parsed.value) : null;
    if (read?.ok !== true) throw new Error('not a body');
    const { decision, body } = decideCreateContainer(read.body, given, { runtime: 'bulkhead' });
    return {
      text: decision.outcome === 'deny' ? refusalText(decision) : '',
      changes: decision.outcome === 'rewrite' ? decision.changes.map(({ rule }) => rule) : [],
      host: body === null ? {} : (JSON.parse(writeJson(body)) as { HostConfig: object }).HostConfig,
    };
  };

  it("takes the place of the clients' one, as the client wished it", () => {
    expect(
      decided({
        Binds: ['/run//docker.sock:/s:ro'],
        Mounts: [{ Type: 'bind', Source: '/run/docker.sock', Target: '/t', ReadOnly: true }],
      }),
    ).toEqual({
      text: '',
      changes: ['own-socket', 'own-socket'],
      host: {
        Binds: [`${own}:/s:ro`],
        Mounts: [{ Type: 'bind', Source: own, Target: '/t', ReadOnly: true }],
        Runtime: 'bulkhead',
      },
    });
  });
  it("is for the clients' socket only: not the engine's others, a directory, or another container's", () => {
    for (const path of ['/run/containerd.sock', '/var', other])
      expect(decided({ Binds: [`${path}:/s`] }).text).toMatch(/no setting allows it/);
  });
  it('comes with --volumes-from of a container that has one, unless the place is mounted over', () => {
    expect(decided({ VolumesFrom: ['mounted'] }).host).toMatchObject({
      Mounts: [{ Type: 'bind', Source: own, Target: '/s' }],
      VolumesFrom: ['d'.repeat(64)],
    });
    expect(decided({ VolumesFrom: ['mounted:ro'] }).host).toMatchObject({
      Mounts: [{ Type: 'bind', Source: own, Target: '/s', ReadOnly: true }],
    });
    expect(decided({ VolumesFrom: ['holder'] }).host).toMatchObject({
      Mounts: [{ Type: 'bind', Source: own, Target: '/s' }],
    });
    expect(decided({ VolumesFrom: ['mounted'], Binds: ['/shared/a:/x/../s/'] }).changes).not.toContain(
      'own-socket',
    );
  });
  it('is refused with the reason, the image and the setting', () => {
    const refused: CreateFacts = {
      ...granted,
      socket: { kind: 'refused', detail: 'the registry serves another image', remedy: 'image-list' },
    };
    for (const hostConfig of [{ Binds: ['/run/docker.sock:/s'] }, { VolumesFrom: ['mounted'] }]) {
      expect(decided(hostConfig, refused).text).toMatch(
        new RegExp(
          '^enhanced container isolation: .*Docker socket.*image busybox.*' +
            String.raw`the registry serves another image.*\(B1\); .*imageList`,
        ),
      );
      expect(decided(hostConfig, { ...granted, socket: null }).text).toContain('imageList');
    }
  });
  it('is refused without advice to list the image where that would not help (B6)', () => {
    const refused: CreateFacts = {
      ...granted,
      socket: { kind: 'refused', detail: 'it was started without --state', remedy: 'none' },
    };
    for (const hostConfig of [{ Binds: ['/run/docker.sock:/s'] }, { VolumesFrom: ['mounted'] }])
      expect(decided(hostConfig, refused).text).toMatch(/without --state.*; no setting allows it/);
  });
});

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
    ['may not appear in the engine', { Binds: ['/shared/a:/x:rw,rshared'] }],
    [
      'propagation shared',
      {
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
    ['log-driver plugin', { LogConfig: { Type: 'plugin' } }],
    ['log-opt', { LogConfig: { Type: 'fluentd', Config: { 'fluentd-address': 'unix:///run/x' } } }],
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

  it('A1: what no engine reads is left away: unset fields of other versions, and what clients add', () => {
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
            '.*have one user make both.*A3',
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

  it('nothing that refers to something is let through without a fact about it', () => {
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

describe('the parts', () => {
  it('cleans paths as Go does, never leaving the root', () => {
    expect(['/', '/a', '/a/', '//a', '/a/./b', '/a/../b', '/../..', '/a/../../etc'].map(cleanPath)).toEqual([
      '/',
      '/a',
      '/a',
      '/a',
      '/a/b',
      '/b',
      '/',
      '/etc',
    ]);
    expect(cleanPath('a/b')).toBeNull();
  });

  it('A8: compares components, not prefixes', () => {
    expect(isInside('/allowed/x', '/allowed')).toBe(true);
    expect(isInside('/allowed', '/allowed')).toBe(true);
    expect(isInside('/allowedX', '/allowed')).toBe(false);
    expect(isInside('/anything', '/')).toBe(true);
  });

  it('binds: what is written is what was read', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/?[a-zA-Z0-9/_.:,-]{1,30}$/), (text) => {
        const parsed = parseBind(text);
        if (parsed.ok) expect(writeBind(parsed.spec)).toBe(text);
      }),
    );
    expect(
      [':/x', '/a:/b:', '/a::ro', 'a:b', '/a:/b:ro:x', '/a:/b:Ro', ''].map((text) => parseBind(text).ok),
    ).toEqual(Array(7).fill(false));
  });

  it.each([
    [{}, 'allow'],
    [{ type: 'tmpfs', device: 'tmpfs', o: 'size=10m,uid=1000,mode=0700' }, 'allow'],
    [{ size: '1g' }, 'allow'],
    [{ type: 'none', device: '/etc', o: 'bind' }, 'deny'],
    [{ type: 'none', device: '/etc', o: 'rbind,ro' }, 'deny'],
    [{ o: 'bind', device: '/etc' }, 'deny'],
    [{ device: '/dev/sda' }, 'deny'],
    [{ type: 'ext4', device: '/dev/sda1' }, 'deny'],
    [{ type: 'overlay', device: 'overlay', o: 'lowerdir=/etc' }, 'deny'],
    [{ type: 'proc', device: 'proc' }, 'deny'],
    [{ type: 'nfs', device: ':/x', o: 'addr=1.2.3.4' }, 'deny'],
    [{ type: 'tmpfs', device: '/etc' }, 'deny'],
    [{ type: 'tmpfs', o: 'bind' }, 'deny'],
    [{ type: 'tmpfs,', device: 'tmpfs' }, 'deny'],
    [{ Type: 'none' }, 'deny'],
  ])('local volume with options %j: %s', (options, outcome) => {
    expect(decideVolume('v', { driver: 'local', options: new Map(Object.entries(options)) }).outcome).toBe(
      outcome,
    );
  });

  it('B6: every refusal names what, rule and setting', () => {
    const denial: Denial = {
      outcome: 'deny',
      rule: 'bind-not-shared',
      what: 'bind mount of /etc',
      spec: 'A8',
      setting: '/filesharingAllowedDirectories',
    };
    expect(refusalText(denial)).toBe(
      'enhanced container isolation: bind mount of /etc is blocked: the directory is not shared with ' +
        'containers (A8); an administrator can allow it by listing the directory in ' +
        'filesharingAllowedDirectories',
    );
  });
});
