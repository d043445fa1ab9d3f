import { at, creating, hostConfig, type Attempt } from '../attempt.ts';
import { includes, listener } from './namespaces.ts';

export const confinementAttempts: readonly Attempt[] = [
  ...creating('confinement', [
    ...[
      // Devices that exist: for others the engine itself has an error.
      ['block', '/dev/loop0'],
      ['terminals', '/dev/ptmx'],
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
            { PathOnHost: '/dev/kmsg', PathInContainer: '/dev/kmsg', CgroupPermissions: 'rwm' },
          ],
        },
      },
      breach: hostConfig('Devices', includes('/dev/kmsg')),
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
      [
        'awslogs-endpoint',
        'awslogs',
        { 'awslogs-group': 'g', 'awslogs-region': 'r', 'awslogs-endpoint': 'https://127.0.0.1:1' },
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
