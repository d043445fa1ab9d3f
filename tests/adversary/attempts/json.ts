import { at, creating, hostConfig, mounts, volume, type Attempt } from '../attempt.ts';

/** Bodies with one meaning to a careless parser and another to Go. */
const pid = hostConfig('PidMode', 'host');
const etc = mounts('/etc');

export const jsonAttempts: readonly Attempt[] = [
  ...creating('json', [
    {
      id: 'json-two-hostconfigs',
      title: 'two HostConfig objects, which Go merges',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"Memory":0},"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-two-hostconfigs-reversed',
      title: 'two HostConfig objects, the harmless one last',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"PidMode":"host"},"HostConfig":{"Memory":0}}',
    },
    {
      id: 'json-null-then-hostconfig',
      title: 'HostConfig null, then HostConfig',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":null,"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-duplicate-field',
      title: 'the last of two equal keys wins',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"PidMode":"","PidMode":"host"}}',
    },
    {
      id: 'json-duplicate-escaped',
      title: 'the second key is the first one, escaped',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"PidMode":"","\\u0050idMode":"host"}}',
    },
    {
      id: 'json-variant-beside-canonical',
      title: 'a case variant beside the proper key',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{},"hostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-variant-before-canonical',
      title: 'a case variant before the proper key',
      breach: pid,
      body: '{"Image":"busybox","hostconfig":{"PidMode":"host"},"HostConfig":{"Memory":0}}',
    },
    {
      id: 'json-lower-case',
      title: 'hostconfig in lower case',
      breach: pid,
      body: '{"Image":"busybox","hostconfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-upper-case',
      title: 'HOSTCONFIG in upper case',
      breach: pid,
      body: '{"Image":"busybox","HOSTCONFIG":{"PIDMODE":"host"}}',
    },
    {
      id: 'json-nested-lower-case',
      title: 'a field of HostConfig in lower case',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"pidmode":"host"}}',
    },
    {
      id: 'json-escaped-key',
      title: 'HostConfig written with escapes',
      breach: pid,
      body: '{"Image":"busybox","\\u0048ost\\u0043onfig":{"\\u0050idMode":"host"}}',
    },
    {
      id: 'json-escaped-value',
      title: 'the value written with escapes',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"PidMode":"\\u0068o\\u0073t"}}',
    },
    {
      id: 'json-long-s',
      title: 'ſ (U+017F) folds to s: HoſtConfig',
      breach: pid,
      body: '{"Image":"busybox","HoſtConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-long-s-escaped',
      title: 'ſ as an escape',
      breach: pid,
      body: '{"Image":"busybox","Ho\\u017ftConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-long-s-beside',
      title: 'HoſtConfig merges into HostConfig',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"Memory":0},"HoſtConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-kelvin',
      title: 'K (U+212A) folds to k: NetworKMode',
      breach: hostConfig('NetworkMode', 'host'),
      body: '{"Image":"busybox","HostConfig":{"Networ\u212aMode":"host"}}',
    },
    {
      id: 'json-long-s-binds',
      title: 'Bindſ',
      breach: etc,
      body: '{"Image":"busybox","HostConfig":{"Bindſ":["/etc:/x"]}}',
    },
    {
      id: 'json-long-s-mounts',
      title: 'Mountſ',
      breach: etc,
      body:
        '{"Image":"busybox",' +
        '"HostConfig":{"Mount\\u017f":[{"Type":"bind","Source":"/etc","Target":"/x"}]}}',
    },
    {
      id: 'json-long-s-volumesfrom',
      title: 'VolumeſFrom',
      breach: etc,
      prepare: (side) =>
        side.admin('POST', `/containers/create?name=${side.tag}.holder`, {
          Image: 'busybox',
          HostConfig: { Runtime: 'runc', Binds: ['/etc:/x'] },
        }),
      body: (side) => `{"Image":"busybox","HostConfig":{"VolumeſFrom":["${side.tag}.holder"]}}`,
    },
    {
      id: 'json-long-s-devices',
      title: 'Deviceſ',
      breach: hostConfig('Devices', (found: unknown) => at(found, 0, 'PathOnHost') === '/dev/kmsg'),
      body:
        '{"Image":"busybox","HostConfig":{"Deviceſ":[{"PathOnHost":"/dev/kmsg",' +
        '"PathInContainer":"/dev/kmsg","CgroupPermissions":"rwm"}]}}',
    },
    {
      id: 'json-long-s-uts',
      title: 'UTſMode',
      breach: hostConfig('UTSMode', 'host'),
      body: '{"Image":"busybox","HostConfig":{"UTſMode":"host"}}',
    },
    {
      id: 'json-long-s-securityopt',
      title: 'ſecurityOpt with a listener',
      breach: hostConfig('SecurityOpt', (found: unknown) => String(found).includes('listenerPath')),
      body:
        '{"Image":"busybox",' +
        '"HostConfig":{"ſecurityOpt":["seccomp={\\"defaultAction\\":\\"SCMP_ACT_ALLOW\\",' +
        '\\"listenerPath\\":\\"/run/x.sock\\"}"]}}',
    },
    // Engines before v27 read HostConfig's fields at the top level.
    {
      id: 'json-top-level',
      title: 'PidMode at the top level, without HostConfig',
      breach: pid,
      body: '{"Image":"busybox","PidMode":"host"}',
    },
    {
      id: 'json-top-level-null',
      title: 'PidMode at the top level, HostConfig null',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":null,"PidMode":"host"}',
    },
    {
      id: 'json-top-level-binds',
      title: 'Binds at the top level',
      breach: etc,
      body: '{"Image":"busybox","Binds":["/etc:/x"]}',
    },
    {
      id: 'json-top-level-mounts',
      title: 'Mounts at the top level, in lower case',
      breach: etc,
      body: '{"Image":"busybox","mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}]}',
    },
    {
      id: 'json-top-level-network',
      title: 'NetworkMode at the top level with K',
      breach: hostConfig('NetworkMode', 'host'),
      body: '{"Image":"busybox","networ\u212amode":"host"}',
    },
    {
      id: 'json-top-level-ipc',
      title: 'IpcMode at the top level',
      breach: hostConfig('IpcMode', 'host'),
      body: '{"Image":"busybox","IpcMode":"host"}',
    },
    // Arrays and nested objects.
    {
      id: 'json-two-arrays',
      title: 'the last of two Binds arrays wins',
      breach: etc,
      body: (side) => `{"Image":"busybox","HostConfig":{"Binds":["${side.shared}:/x"],"Binds":["/etc:/x"]}}`,
    },
    {
      id: 'json-arrays-merge',
      title: 'two Mounts arrays merge element by element',
      breach: etc,
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"${side.shared}",` +
        '"Target":"/x"}],"Mounts":[{"Source":"/etc"}]}}',
    },
    {
      id: 'json-mount-source-twice',
      title: 'Source twice in a mount',
      breach: etc,
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"${side.shared}",` +
        '"Target":"/x","Source":"/etc"}]}}',
    },
    {
      id: 'json-mount-source-lower',
      title: 'source in lower case overrides Source',
      breach: etc,
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"${side.shared}",` +
        '"Target":"/x","source":"/etc"}]}}',
    },
    {
      id: 'json-mount-source-long-s',
      title: 'ſource overrides Source',
      breach: etc,
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"bind","Source":"${side.shared}",` +
        '"Target":"/x","ſource":"/etc"}]}}',
    },
    {
      id: 'json-mount-type-lower',
      title: 'type in lower case turns a volume into a bind',
      breach: etc,
      body:
        '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"volume","type":"bind","Source":"/etc",' +
        '"Target":"/x"}]}}',
    },
    {
      id: 'json-bindoptions-lower',
      title: 'bindoptions in lower case with propagation',
      breach: hostConfig(
        'Mounts',
        (found: unknown) => at(found, 0, 'BindOptions', 'Propagation') === 'rshared',
      ),
      body: (side) =>
        '{"Image":"busybox","HostConfig":{"Privileged":true,' +
        `"Mounts":[{"Type":"bind","Source":"${side.shared}",` +
        '"Target":"/x","bindoptions":{"propagation":"rshared"}}]}}',
    },
    {
      id: 'json-driverconfig-lower',
      title: 'driverconfig in lower case mounts /etc as a volume',
      breach: volume('device', '/etc'),
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"volume","Source":"${side.tag}",` +
        '"Target":"/x","VolumeOptions":{"driverconfig":{"options":{"type":"none","o":"bind",' +
        '"device":"/etc"}}}}]}}',
    },
    {
      id: 'json-driverconfig-merges',
      title: 'two VolumeOptions merge',
      breach: volume('device', '/etc'),
      body: (side) =>
        `{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"volume","Source":"${side.tag}",` +
        '"Target":"/x","VolumeOptions":{"NoCopy":true},' +
        '"VolumeOptions":{"DriverConfig":{"Options":{"type":"none","o":"bind","device":"/etc"}}}}]}}',
    },
    {
      id: 'json-devices-lower',
      title: 'pathonhost in lower case overrides',
      breach: hostConfig('Devices', (found: unknown) => at(found, 0, 'PathOnHost') === '/dev/kmsg'),
      body:
        '{"Image":"busybox","HostConfig":{"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/x",' +
        '"CgroupPermissions":"rwm","pathonhost":"/dev/kmsg"}]}}',
    },
    {
      id: 'json-logconfig-lower',
      title: 'config in lower case in LogConfig',
      breach: hostConfig(
        'LogConfig',
        (found: unknown) => at(found, 'Config', 'fluentd-address') === 'unix:///run/x.sock',
      ),
      body:
        '{"Image":"busybox","HostConfig":{"LogConfig":{"Type":"fluentd",' +
        '"config":{"fluentd-address":"unix:///run/x.sock"}}}}',
    },
    // What a parser with limits of its own might give up on.
    {
      id: 'json-deep',
      title: 'nested deeper than the gateway reads, in a field nobody knows',
      breach: pid,
      body: `{"Image":"busybox","deep":${'['.repeat(200)}${']'.repeat(200)},"HostConfig":{"PidMode":"host"}}`,
    },
    {
      id: 'json-long',
      title: 'five megabytes of blanks before the field',
      breach: pid,
      body: `{"Image":"busybox","HostConfig":{${' '.repeat(5 * 1024 * 1024)}"PidMode":"host"}}`,
    },
    {
      id: 'json-many',
      title: '60,000 elements before the field',
      breach: pid,
      body: `{"Image":"busybox","many":[${'0,'.repeat(60_000)}0],"HostConfig":{"PidMode":"host"}}`,
    },
    {
      id: 'json-lone-surrogate',
      title: 'a lone surrogate, which Go replaces',
      breach: pid,
      body: '{"Image":"busybox","Labels":{"a":"\\ud800"},"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-big-number',
      title: 'an integer that JavaScript cannot hold',
      breach: pid,
      body: '{"Image":"busybox","HostConfig":{"ShmSize":9007199254740993,"PidMode":"host"}}',
    },
    {
      id: 'json-prototype',
      title: 'a key named __proto__ before the field',
      breach: pid,
      body: '{"Image":"busybox","__proto__":{"HostConfig":{}},"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-unknown-field',
      title: 'a field nobody knows beside the field',
      breach: pid,
      body: '{"Image":"busybox","Futurefield":true,"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-ignored-field',
      title: 'a whole HostConfig in a field that is left away',
      breach: pid,
      body: '{"Image":"busybox","name":{"HostConfig":{}},"platform":[1],"HostConfig":{"PidMode":"host"}}',
    },
    {
      id: 'json-blanks',
      title: 'every kind of blank between the tokens',
      breach: pid,
      body: '\r\n\t {\r"Image"\n:\t"busybox"\r\n,\t"HostConfig"\n:\r{\n"PidMode"\t:\r\n"host"\n}\r}\r\n',
    },
  ]),
  {
    id: 'json-invalid-utf8',
    class: 'json',
    title: 'bytes that are no UTF-8, which Go replaces',
    outcome: 'refused',
    breach: pid,
    attempt: (side) => {
      const body = Buffer.concat([
        Buffer.from('{"Image":"busybox","Labels":{"a":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"},"HostConfig":{"PidMode":"host"}}'),
      ]);
      return side.sendRaw(
        Buffer.concat([
          Buffer.from(
            `POST /v1.45/containers/create?name=${side.tag} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n` +
              `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
          ),
          body,
        ]),
      );
    },
  },
  ...[
    {
      id: 'json-volume-options-lower',
      title: 'driveropts in lower case',
      body: (tag: string) => `{"Name":"${tag}","driveropts":{"type":"none","o":"bind","device":"/etc"}}`,
    },
    {
      id: 'json-volume-options-merge',
      title: 'two DriverOpts merge',
      body: (tag: string) =>
        `{"Name":"${tag}","DriverOpts":{"type":"tmpfs","device":"tmpfs","o":"size=1m"},` +
        '"DriverOpts":{"type":"none","o":"bind","device":"/etc"}}',
    },
    {
      id: 'json-volume-device-twice',
      title: 'device twice in DriverOpts',
      body: (tag: string) =>
        `{"Name":"${tag}","DriverOpts":{"type":"none","device":"tmpfs","o":"bind","device":"/etc"}}`,
    },
    {
      id: 'json-volume-long-s',
      title: 'DriverOptſ',
      body: (tag: string) => `{"Name":"${tag}","DriverOptſ":{"type":"none","o":"bind","device":"/etc"}}`,
    },
    {
      id: 'json-volume-other-type',
      title: 'as text/… with a charset',
      body: (tag: string) => `{"Name":"${tag}","DriverOpts":{"type":"none","o":"bind","device":"/etc"}}`,
      headers: 'Content-Type: application/json; charset=utf-16\r\n',
    },
  ].map(({ id, title, body, headers }): Attempt => ({
    id,
    class: 'json',
    title,
    outcome: 'refused',
    breach: volume('device', '/etc'),
    attempt: (side) => side.send('POST', '/v1.45/volumes/create', body(side.tag), headers),
  })),
];
