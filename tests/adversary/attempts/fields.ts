import { at, container, creating, hostConfig, made, running, wrote, type Attempt } from '../attempt.ts';

/** Fields of a create body that reach past isolation, spelled as the API spells them. */
const includes =
  (text: string) =>
  (found: unknown): boolean =>
    JSON.stringify(found ?? null).includes(text);

const listener = (more: string) => `{"defaultAction":"SCMP_ACT_ALLOW"${more}}`;

export const namespaceAttempts: readonly Attempt[] = [
  ...creating('namespaces', [
    ...['PidMode', 'IpcMode', 'NetworkMode', 'UTSMode', 'CgroupnsMode'].map((field) => ({
      id: `ns-${field.toLowerCase()}-host`,
      title: `${field} host`,
      body: { HostConfig: { [field]: 'host' } },
      breach: hostConfig(field, 'host'),
    })),
    {
      id: 'ns-all',
      title: 'all of them together with Privileged',
      body: {
        HostConfig: {
          Privileged: true,
          PidMode: 'host',
          IpcMode: 'host',
          NetworkMode: 'host',
          UTSMode: 'host',
          CgroupnsMode: 'host',
        },
      },
      breach: hostConfig('PidMode', 'host'),
    },
    {
      id: 'ns-network-twice',
      title: 'the host network in NetworkMode and EndpointsConfig',
      body: { HostConfig: { NetworkMode: 'host' }, NetworkingConfig: { EndpointsConfig: { host: {} } } },
      breach: hostConfig('NetworkMode', 'host'),
    },
    {
      id: 'ns-network-exposed',
      title: 'the host network with ports and a host name',
      body: {
        Hostname: 'x',
        ExposedPorts: { '80/tcp': {} },
        HostConfig: { NetworkMode: 'host', PublishAllPorts: true },
      },
      breach: hostConfig('NetworkMode', 'host'),
    },
    ...(['PidMode', 'IpcMode', 'NetworkMode'] as const)
      .flatMap((field) => [
        {
          id: `ns-${field.toLowerCase()}-victim`,
          title: `${field} of an unprotected container by name`,
          reference: (_id: string, name: string) => name,
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-id`,
          title: `${field} of an unprotected container by id`,
          reference: (id: string) => id,
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-prefix`,
          title: `${field} of an unprotected container by the start of its id`,
          reference: (id: string) => id.slice(0, 9),
          field,
        },
        {
          id: `ns-${field.toLowerCase()}-victim-slash`,
          title: `${field} of an unprotected container by its name with a slash`,
          reference: (_id: string, name: string) => `/${name}`,
          field,
        },
      ])
      .map(({ id, title, reference, field }): Parameters<typeof creating>[1][number] => {
        const ids = new Map<string, string>();
        return {
          id,
          title,
          prepare: async (side) => {
            ids.set(
              side.name,
              await container(side, `${side.tag}.victim`, { start: true, host: { IpcMode: 'shareable' } }),
            );
          },
          body: (side) => ({
            HostConfig: { [field]: `container:${reference(ids.get(side.name) ?? '', `${side.tag}.victim`)}` },
          }),
          breach: made,
        };
      }),
  ]),
];

const uidMap = { Cmd: ['cat', '/proc/self/uid_map'] };
const engineRoot = wrote('4294967295');
const shell = (script: string) => ({ Cmd: ['sh', '-c', script] });

export const runtimeAttempts: readonly Attempt[] = [
  ...creating('runtime', [
    ...[
      ['default', ''],
      ['runc', 'runc'],
      ['shim', 'io.containerd.runc.v2'],
      ['shim-path', '/usr/bin/containerd-shim-runc-v2'],
    ].map(([id = '', runtime = '']) => ({
      id: `runtime-${id}`,
      title: `Runtime "${runtime}"`,
      outcome: 'confined' as const,
      body: { HostConfig: { Runtime: runtime } },
      breach: hostConfig('Runtime', (found: unknown) => found !== 'bulkhead'),
    })),
    {
      id: 'runtime-no-hostconfig',
      title: 'no HostConfig at all',
      outcome: 'confined',
      body: {},
      breach: hostConfig('Runtime', (found: unknown) => found !== 'bulkhead'),
    },
    {
      id: 'runtime-hostconfig-null',
      title: 'HostConfig null',
      outcome: 'confined',
      body: { HostConfig: null },
      breach: hostConfig('Runtime', (found: unknown) => found !== 'bulkhead'),
    },
    {
      id: 'runtime-userns',
      title: 'UsernsMode host',
      outcome: 'confined',
      body: { HostConfig: { UsernsMode: 'host' } },
      breach: hostConfig('UsernsMode', 'host'),
    },
    {
      id: 'runtime-two',
      title: 'two runtimes',
      body: '{"Image":"busybox","HostConfig":{"Runtime":"bulkhead","Runtime":"runc"}}',
      breach: hostConfig('Runtime', 'runc'),
    },
  ]),
  ...[
    { id: 'run-plain', title: 'is root in a container root in the engine?', body: { ...uidMap } },
    {
      id: 'run-runc',
      title: 'the same with --runtime=runc',
      body: { ...uidMap, HostConfig: { Runtime: 'runc' } },
    },
    {
      id: 'run-userns',
      title: 'the same with --userns=host',
      body: { ...uidMap, HostConfig: { UsernsMode: 'host' } },
    },
    {
      id: 'run-privileged',
      title: 'the same with --privileged --userns=host',
      body: { ...uidMap, HostConfig: { Privileged: true, UsernsMode: 'host' } },
    },
  ].map(({ id, title, body }): Attempt => ({
    id,
    class: 'runtime',
    title,
    outcome: 'confined',
    attempt: (side) => running(side, body),
    breach: engineRoot,
  })),
  ...[
    {
      id: 'run-mknod',
      title: 'a privileged container makes a block device',
      script: 'mknod /tmp/d b 7 0 && echo had-it',
    },
    {
      id: 'run-kmsg',
      title: "a privileged container reads the kernel's log",
      script: 'head -c 1 /dev/kmsg | grep -q . && echo had-it',
    },
    {
      id: 'run-sysctl',
      title: "a privileged container may write the engine's sysctls",
      script: 'v=$(cat /proc/sys/vm/swappiness) && echo "$v" > /proc/sys/vm/swappiness && echo had-it',
    },
  ].map(({ id, title, script }): Attempt => ({
    id,
    class: 'runtime',
    title,
    outcome: 'confined',
    attempt: (side) =>
      running(side, {
        ...shell(script),
        HostConfig: { Privileged: true, MaskedPaths: [], ReadonlyPaths: [] },
      }),
    breach: wrote('had-it'),
  })),
  {
    id: 'run-exec-privileged',
    class: 'runtime',
    title: 'a privileged exec in a plain container',
    outcome: 'confined',
    prepare: (side) => container(side, side.tag, { runtime: side.runtime, start: true }),
    attempt: async (side) => {
      const exec = await side.send(
        'POST',
        `/v1.45/containers/${side.tag}/exec`,
        JSON.stringify({
          Cmd: ['sh', '-c', 'mknod /tmp/d b 7 0 && echo had-it'],
          Privileged: true,
          User: '0',
          AttachStdout: true,
        }),
      );
      return [
        exec,
        await side.sendRaw(
          `POST /v1.45/exec/${String(at(exec.json, 'Id'))}/start HTTP/1.1\r\nHost: d\r\n` +
            'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
        ),
      ];
    },
    breach: (_side, answers) => Promise.resolve(answers.some(({ text }) => text.includes('had-it'))),
  },
];

export const confinementAttempts: readonly Attempt[] = [
  ...creating('confinement', [
    ...[
      ['block', '/dev/sda'],
      ['memory', '/dev/mem'],
      ['directory', '/dev'],
      ['dots', '/dev/null/../mem'],
      ['kmsg', '/dev/kmsg'],
      ['file', '/etc/shadow'],
    ].map(([id = '', path = '']) => ({
      id: `device-${id}`,
      title: `the device ${path}`,
      body: {
        HostConfig: { Devices: [{ PathOnHost: path, PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }] },
      },
      breach: hostConfig('Devices', includes(`"${path}"`)),
    })),
    {
      id: 'device-second',
      title: 'a device behind a harmless one',
      body: {
        HostConfig: {
          Devices: [
            { PathOnHost: '/dev/null', PathInContainer: '/dev/null', CgroupPermissions: 'rwm' },
            { PathOnHost: '/dev/mem', PathInContainer: '/dev/mem', CgroupPermissions: 'rwm' },
          ],
        },
      },
      breach: hostConfig('Devices', includes('/dev/mem')),
    },
    {
      id: 'device-rule',
      title: 'a cgroup rule for all devices',
      body: { HostConfig: { DeviceCgroupRules: ['a *:* rwm'] } },
      breach: hostConfig('DeviceCgroupRules', includes('a *:*')),
    },
    {
      id: 'device-rule-block',
      title: 'a cgroup rule for one block device',
      body: { HostConfig: { DeviceCgroupRules: ['b 8:0 r'] } },
      breach: hostConfig('DeviceCgroupRules', includes('b 8:0')),
    },
    {
      id: 'device-gpu',
      title: 'a request for GPUs',
      body: { HostConfig: { DeviceRequests: [{ Driver: '', Count: -1, Capabilities: [['gpu']] }] } },
      breach: hostConfig('DeviceRequests', includes('gpu')),
    },
    {
      id: 'device-cdi',
      title: 'a request for a CDI device',
      body: { HostConfig: { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['vendor.com/class=all'] }] } },
      breach: hostConfig('DeviceRequests', includes('vendor.com')),
    },
    {
      id: 'seccomp-listener',
      title: 'a seccomp profile that hands its listener to a socket',
      body: { HostConfig: { SecurityOpt: [`seccomp=${listener(',"listenerPath":"/run/x.sock"')}`] } },
      breach: hostConfig('SecurityOpt', includes('listenerPath')),
    },
    {
      id: 'seccomp-listener-colon',
      title: 'the same with a colon',
      body: { HostConfig: { SecurityOpt: [`seccomp:${listener(',"listenerPath":"/run/x.sock"')}`] } },
      breach: hostConfig('SecurityOpt', includes('listenerPath')),
    },
    {
      id: 'seccomp-listener-case',
      title: 'the same in another case',
      body: { HostConfig: { SecurityOpt: [`seccomp=${listener(',"LISTENERPATH":"/run/x.sock"')}`] } },
      breach: hostConfig('SecurityOpt', includes('LISTENERPATH')),
    },
    {
      id: 'seccomp-listener-fold',
      title: 'the same with ſ',
      body: { HostConfig: { SecurityOpt: [`seccomp=${listener(',"li\u017ftenerPath":"/run/x.sock"')}`] } },
      breach: hostConfig('SecurityOpt', includes('tenerPath')),
    },
    {
      id: 'seccomp-not-json',
      title: 'a seccomp profile that is no JSON',
      body: { HostConfig: { SecurityOpt: ['seccomp=/etc/shadow'] } },
      breach: hostConfig('SecurityOpt', includes('/etc/shadow')),
    },
    {
      id: 'apparmor-path',
      title: 'an AppArmor profile with a path in its name',
      body: { HostConfig: { SecurityOpt: ['apparmor=../../x'] } },
      breach: hostConfig('SecurityOpt', includes('../..')),
    },
    {
      id: 'apparmor-space',
      title: 'an AppArmor profile with more behind a blank',
      body: { HostConfig: { SecurityOpt: ['apparmor=docker-default //unconfined'] } },
      breach: hostConfig('SecurityOpt', includes('unconfined')),
    },
    ...[
      ['up', '/../../system.slice'],
      ['deep', '/system.slice/docker.service'],
      ['relative', '../x'],
      ['dots', '/a/./b'],
      ['slice', 'a/b.slice'],
    ].map(([id = '', parent = '']) => ({
      id: `cgroup-${id}`,
      title: `the cgroup parent ${parent}`,
      body: { HostConfig: { CgroupParent: parent } },
      breach: hostConfig('CgroupParent', parent),
    })),
    ...[
      ['systemd', 'org.systemd.property.DeviceAllow', "[('/dev/mem', 'rw')]"],
      ['crun', 'run.oci.keep_original_groups', '1'],
      ['containerd', 'io.containerd.cri.x', 'y'],
      ['criu', 'org.criu.config', '/etc/x'],
      ['cdi', 'cdi.k8s.io/x', 'vendor.com/class=all'],
      ['own', 'bulkhead.dev/x', 'y'],
      ['kubernetes', 'io.kubernetes.cri-o.userns-mode', 'host'],
    ].map(([id = '', key = '', value = '']) => ({
      id: `annotation-${id}`,
      title: `the annotation ${key}`,
      body: { HostConfig: { Annotations: { [key]: value } } },
      breach: hostConfig('Annotations', includes(key)),
    })),
    ...[
      ['fluentd-unix', 'fluentd', { 'fluentd-address': 'unix:///run/x.sock' }],
      ['fluentd-upper', 'fluentd', { 'fluentd-address': 'unix://../x.sock' }],
      [
        'awslogs',
        'awslogs',
        { 'awslogs-group': 'g', 'awslogs-region': 'r', 'awslogs-credentials-endpoint': '/x' },
      ],
    ].map(([id, type, config]) => ({
      id: `log-${String(id)}`,
      title: `the log driver ${String(type)} with ${JSON.stringify(config)}`,
      body: { HostConfig: { LogConfig: { Type: type, Config: config } } },
      breach: hostConfig('LogConfig', (found: unknown) => at(found, 'Type') === type),
    })),
    {
      id: 'log-syslog-unix',
      title: "syslog to a socket of the engine's machine",
      body: (side) => ({
        HostConfig: {
          LogConfig: { Type: 'syslog', Config: { 'syslog-address': `unixgram://${side.engineSocket}` } },
        },
      }),
      breach: hostConfig('LogConfig', includes('unixgram')),
    },
    {
      id: 'log-syslog-cert',
      title: 'syslog with a certificate file',
      body: {
        HostConfig: {
          LogConfig: {
            Type: 'syslog',
            Config: { 'syslog-address': 'tcp+tls://127.0.0.1:1', 'syslog-tls-ca-cert': '/etc/shadow' },
          },
        },
      },
      breach: hostConfig('LogConfig', includes('/etc/shadow')),
    },
    {
      id: 'log-syslog-key',
      title: 'syslog with a key file',
      body: {
        HostConfig: {
          LogConfig: {
            Type: 'syslog',
            Config: { 'syslog-address': 'tcp+tls://127.0.0.1:1', 'syslog-tls-key': '/etc/shadow' },
          },
        },
      },
      breach: hostConfig('LogConfig', includes('/etc/shadow')),
    },
    {
      id: 'log-splunk-capath',
      title: 'splunk with a certificate file',
      body: {
        HostConfig: {
          LogConfig: {
            Type: 'splunk',
            Config: {
              'splunk-url': 'https://127.0.0.1:1',
              'splunk-token': 'x',
              'splunk-capath': '/etc/shadow',
            },
          },
        },
      },
      breach: hostConfig('LogConfig', includes('/etc/shadow')),
    },
  ]),
];
