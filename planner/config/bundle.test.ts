import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolateSpec, isPrivileged, parseSpec, renderSpec, type IsolationFacts } from './bundle.ts';

/** As dockerd writes it, shortened; a text, because the notation of numbers matters. */
const ordinary =
  '{"ociVersion":"1.1.0","process":{"terminal":true,"user":{"uid":0,"gid":0},"args":["sh"],' +
  '"rlimits":[{"type":"RLIMIT_NOFILE","hard":18446744073709551615,"soft":1024}],\n' +
  '"oomScoreAdj":0,"capabilities":{"bounding":["CAP_CHOWN"]}},' +
  '"root":{"path":"/data/overlay2/x/merged"},"hostname":"h",\n' +
  '"mounts":[{"destination":"/proc","type":"proc","source":"proc",' +
  '"options":["nosuid"]},{"destination":"/v","type":"bind","source":"/data/volumes/v/_data",' +
  '"options":["rbind","ro"]}],\n' +
  '"hooks":{"prestart":[{"path":"/proc/1/exe","args":["libnetwork-setkey"]}],' +
  '"createRuntime":[{"path":"/theirs"}]},\n' +
  '"linux":{"sysctl":{"net.ipv4.ping_group_range":"0 2147483647",' +
  '"net.ipv4.ip_unprivileged_port_start":"0"},\n' +
  '"resources":{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,' +
  '"minor":5,"access":"rwm"},{"allow":true,"type":"c","access":"m"}],' +
  '"memory":{"limit":9223372036854771712},"pids":{"limit":0}},\n' +
  '"cgroupsPath":"/docker/x",' +
  '"namespaces":[{"type":"mount"},{"type":"network"},{"type":"uts"},{"type":"pid"},{"type":"ipc"}],\n' +
  '"maskedPaths":["/proc/kcore"],"readonlyPaths":["/proc/sys"],' +
  '"seccomp":{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1}}}';
const privileged = ordinary
  .replace(
    '[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":5,"access":"rwm"},' +
      '{"allow":true,"type":"c","access":"m"}]',
    '[{"allow":true,"access":"rwm"}]',
  )
  .replace('"maskedPaths"', '"devices":[{"path":"/dev/vda","type":"b","major":254,"minor":0}],"maskedPaths"');

const facts: IsolationFacts = {
  base: 1_000_013_824,
  rangeSize: 65536,
  joinedUserNamespace: null,
  rootPath: '/run/m/x/root',
  deviceSources: new Map(),
  grantedDevices: [],
  moreMounts: [],
  layerSources: new Map(),
  bindSources: new Map([[1, { path: '/run/m/x/binds/0', isDirectory: true, lockedFlags: ['nodev'] }]]),
  checkHook: { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--bulkhead-check-container'] },
  unifiedCgroups: false,
  cgroupHook: { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--bulkhead-chown-cgroup'] },
  kernelSettingsHook: null,
};
const isolate = (text: string, more: Partial<IsolationFacts> = {}) =>
  renderSpec(isolateSpec(parseSpec(text), { ...facts, ...more }));

describe('isolateSpec', () => {
  it('A4: hides a second sysfs below /dev if the container may mount: ip netns replaces /sys', () => {
    const withDev = ordinary.replace(
      '"mounts":[',
      '"mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs"},',
    );
    const onDev = (text: string) =>
      (parseSpec(isolate(text)).mounts ?? []).filter(({ destination }) => destination === '/dev');
    const types = (text: string) => onDev(text).map(({ type }) => type);
    expect(types(withDev)).toEqual(['tmpfs']);
    const mayMount = withDev.replace('["CAP_CHOWN"]', '["CAP_CHOWN","CAP_SYS_ADMIN"]');
    expect(types(mayMount)).toEqual(['sysfs', 'tmpfs']);
    // runc would remount the tmpfs above it read-only.
    expect(onDev(mayMount).flatMap(({ options }) => options ?? [])).not.toContain('ro');
  });

  it('A4: with kernel settings of its own, hides /proc and /sys next to each other, uncovered', () => {
    const text = ordinary
      .replace('"mounts":[', '"mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs"},')
      .replace('["CAP_CHOWN"]', '["CAP_SYS_ADMIN"]');
    const kernelSettingsHook = { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--emulate'] };
    const spec = parseSpec(isolate(text, { kernelSettingsHook }));
    const below = (spec.mounts ?? []).filter(({ destination }) => destination.startsWith('/dev'));
    expect(below.map(({ destination, type }) => `${destination} ${type}`)).toEqual([
      '/dev tmpfs',
      '/dev/proc proc',
      '/dev/sys sysfs',
      '/dev tmpfs',
    ]);
    expect(below.flatMap(({ options }) => options ?? [])).not.toContain('ro');
    // Last: the container was checked before.
    expect((spec.hooks?.['createRuntime'] as readonly unknown[]).at(-1)).toEqual(kernelSettingsHook);
    expect(isolate(text)).not.toContain('/dev/proc');
  });

  it('A2 adds user namespace and maps, moves root and binds, and keeps everything else', () => {
    const map = '[{"containerID":0,"hostID":1000013824,"size":65536}]';
    const expected = ordinary
      .replaceAll('\n', '')
      .replace('"/data/overlay2/x/merged"', '"/run/m/x/root"')
      .replace('/data/volumes/v/_data', '/run/m/x/binds/0')
      .replace('"rbind","ro"]', '"rbind","ro","nodev"]')
      .replace('0 2147483647', '0 65535')
      .replace(
        '"createRuntime":[',
        '"createRuntime":[{"path":"/rt/bulkhead-runc","args":["bulkhead-runc",' +
          '"--bulkhead-check-container"]},',
      )
      .replace('{"type":"ipc"}]', '{"type":"ipc"},{"type":"user"}]')
      .replace('"defaultErrnoRet":1}}}', `"defaultErrnoRet":1},"uidMappings":${map},"gidMappings":${map}}}`);
    expect(isolate(ordinary)).toBe(expected);
  });

  it('A1: turns the sysctl of the domain name into the field that runc sets by system call', () => {
    const spec = parseSpec(
      isolate(
        ordinary.replace('"sysctl":{', '"sysctl":{"kernel.domainname":"dom.test","kernel.msgmax":"65536",'),
      ),
    );
    expect(spec.linux.sysctl).toEqual({
      'kernel.msgmax': '65536',
      'net.ipv4.ping_group_range': '0 65535',
      'net.ipv4.ip_unprivileged_port_start': '0',
    });
    expect(spec['domainname']).toBe('dom.test');
    expect(parseSpec(isolate(ordinary))['domainname']).toBeUndefined();
    const hookArguments = (text: string) =>
      parseSpec(isolate(text)).hooks?.['createRuntime'] as readonly { readonly args?: readonly string[] }[];
    const domains = ['dom.test', 'a b', '-\u0000', '', 'x'.repeat(65)].map(
      (name) =>
        hookArguments(
          ordinary.replace('"sysctl":{', `"sysctl":{"kernel.domainname":${JSON.stringify(name)},`),
        )[0]?.args,
    );
    // Before 1.2 runc does not: the hook does, where the name is one.
    const check = ['bulkhead-runc', '--bulkhead-check-container'];
    expect(domains).toEqual([[...check, 'dom.test'], check, check, check, check]);
  });

  it('preserves numbers beyond 2^53 and other notations', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String),
          fc.constantFrom('1.0', '1e3', '-0', '0.10', '1E+2'),
        ),
        (number) => {
          const text = ordinary.replace('18446744073709551615', number);
          expect(isolate(text)).toContain(`"hard":${number},`);
        },
      ),
    );
  });

  it('A5 removes devices and device rules from a privileged container, and gives it its own cgroups', () => {
    const spec = parseSpec(isolate(privileged));
    expect(isPrivileged(parseSpec(privileged))).toBe(true);
    expect(isPrivileged(spec)).toBe(false);
    expect(spec.linux.devices).toEqual([]);
    expect(spec.linux.resources?.devices?.[0]).toEqual({ allow: false, access: 'rwm' });
    expect(
      spec.linux.resources?.devices?.some((rule) => rule.allow && rule.type === 'b' && rule.access !== 'm'),
    ).toBe(false);
    expect(spec.linux.namespaces.map((n) => n.type)).toContain('cgroup');
    expect(spec.hooks?.['createRuntime']).toEqual([
      facts.checkHook,
      { path: '/theirs' },
      { path: '/rt/bulkhead-runc', args: ['bulkhead-runc', '--bulkhead-chown-cgroup'] },
    ]);
    expect(spec.hooks?.['prestart']).toEqual(parseSpec(privileged).hooks?.['prestart']);
  });

  it('distinguishes privileged from similar device rules', () => {
    const withRule = (rule: string) =>
      parseSpec(ordinary.replace('{"allow":true,"type":"c","access":"m"}', rule));
    for (const rule of [
      '{"allow":true,"access":"rwm"}',
      '{"allow":true,"type":"a","access":"rwm"}',
      '{"allow":true,"type":"","major":-1,"minor":-1}',
      '{"allow":true,"access":"r","major":null}',
    ]) {
      expect(isPrivileged(withRule(rule)), rule).toBe(true);
    }
    for (const rule of [
      '{"allow":false,"access":"rwm"}',
      '{"allow":true,"type":"c","access":"m"}',
      '{"allow":true,"type":"b","major":8,"access":"rwm"}',
    ]) {
      expect(isPrivileged(withRule(rule)), rule).toBe(false);
    }
  });

  it('keeps a time namespace with its offsets, its own and joined (Docker Engine 29.5)', () => {
    for (const time of ['{"type":"time"}', '{"type":"time","path":"/proc/7/ns/time"}']) {
      const sent = ordinary
        .replace('{"type":"ipc"}', `{"type":"ipc"},${time}`)
        .replace('"namespaces":', '"timeOffsets":{"boottime":{"secs":5}},"namespaces":');
      const { linux } = parseSpec(isolate(sent));
      expect(linux.namespaces).toContainEqual(JSON.parse(time));
      expect(linux).toHaveProperty('timeOffsets', { boottime: { secs: 5 } });
    }
  });

  it('A7 joins a user namespace by path', () => {
    expect(
      parseSpec(isolate(ordinary, { joinedUserNamespace: '/proc/7/ns/user' })).linux.namespaces.at(-1),
    ).toEqual({ type: 'user', path: '/proc/7/ns/user' });
  });

  it('gives every container a cgroup namespace if there is only cgroup v2, and adds no second one', () => {
    const types = (text: string) =>
      parseSpec(text)
        .linux.namespaces.map((n) => n.type)
        .filter((type) => type === 'cgroup');
    expect(types(isolate(ordinary, { unifiedCgroups: true }))).toEqual(['cgroup']);
    expect(
      types(
        isolate(ordinary.replace('{"type":"ipc"}', '{"type":"ipc"},{"type":"cgroup"}'), {
          unifiedCgroups: true,
        }),
      ),
    ).toEqual(['cgroup']);
  });
});

describe('parseSpec', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no linux', '{"root":{"path":"/"}}'],
    ['no root', ordinary.replace('"root":{"path"', '"root":{"pat"')],
    [
      'namespaces that are no list',
      ordinary.replace('"namespaces":[{"type":"mount"}', '"namespaces":{"type":"mount"},"x":[{}'),
    ],
    ['a mount without destination', ordinary.replace('{"destination":"/proc",', '{')],
  ])('refuses %s', (_, text) => {
    expect(() => parseSpec(text)).toThrow();
  });
});

it('keeps every number of config.json as it was written, whether or not it fits a double', () => {
  const numbers = [
    '0',
    '-1',
    '1.5',
    '1e3',
    '-0',
    '9007199254740993',
    '18446744073709551615',
    '123456789012345',
    '1.0',
    '-12E-2',
    '0.10',
  ];
  const text = (number: string) =>
    `{"root":{"path":"/r"},"linux":{"namespaces":[]},"a":${number},"b":[${number}, ` +
    `${number}],"c":"1e9 x:12345678901234567890"}`;
  for (const number of numbers)
    expect(renderSpec(parseSpec(text(number)))).toBe(text(number).replace(', ', ','));
});
