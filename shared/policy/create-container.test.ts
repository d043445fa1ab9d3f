import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanPath, isInside } from './bind-source.ts';
import { parseBind, writeBind } from './bind-spec.ts';
import { decideCreateContainer, readCreateBody } from './create-container.ts';
import { refusalText, type Denial } from './decision.ts';
import { parseJson } from './json-parser.ts';
import { writeJson } from './json.ts';
import type { ContainerReference, CreateFacts } from './references.ts';
import { decideVolume } from './volume.ts';
import { host, decide, source, facts } from './create-facts-fixture.ts';

describe('A8: links in a bind source', () => {
  it('are removed from the forwarded body, so that a replaced link has no effect', () => {
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
  it('are refused if the real path cannot be written as a bind', () => {
    expect(host({ Binds: ['/shared/colon:/x'] }).text).toContain('/shared/a:/b');
    expect(host({ Mounts: [{ Type: 'bind', Source: '/shared/colon', Target: '/y' }] }).decision.outcome).toBe(
      'rewrite',
    );
  });
});

describe('create: what is allowed', () => {
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

  it('A6: the runtime is forced without HostConfig, and with null', () => {
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
    containers: new Map<string, ContainerReference | null>([
      ...facts.containers,
      ['mounted', withMount(other)],
    ]),
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

  it("replaces the clients' one, with the options that the client requested", () => {
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
  it('comes with --volumes-from of a container that has one, unless the destination is mounted over', () => {
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
            String.raw`the registry serves another image.*\bB1\); .*imageList`,
        ),
      );
      expect(decided(hostConfig, { ...granted, socket: null }).text).toContain('imageList');
    }
  });
  it('is refused without the hint to list the image if that would not help (B6)', () => {
    const refused: CreateFacts = {
      ...granted,
      socket: { kind: 'refused', detail: 'it was started without --state', remedy: 'none' },
    };
    for (const hostConfig of [{ Binds: ['/run/docker.sock:/s'] }, { VolumesFrom: ['mounted'] }])
      expect(decided(hostConfig, refused).text).toMatch(/without --state.*; no setting allows it/);
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

  it('binds: the written form equals the parsed one', () => {
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
