import {
  container,
  creating,
  execScript,
  hostConfig,
  runningScript,
  wrote,
  type Attempt,
} from '../attempt.ts';
import { engineRoot } from './namespaces.ts';

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
    { id: 'run-plain', title: 'is root in a container root in the engine?', host: {} },
    {
      id: 'run-runc',
      title: 'the same with --runtime=runc',
      host: { Runtime: 'runc' },
    },
    {
      id: 'run-userns',
      title: 'the same with --userns=host',
      host: { UsernsMode: 'host' },
    },
    {
      id: 'run-privileged',
      title: 'the same with --privileged --userns=host',
      host: { Privileged: true, UsernsMode: 'host' },
    },
  ].map(({ id, title, host }): Attempt => ({
    id,
    class: 'runtime',
    title,
    outcome: 'confined',
    attempt: (side) => runningScript(side, 'cat /proc/self/uid_map', { HostConfig: host }),
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
      // A record that was overwritten since the open gives EPIPE: on a busy kernel, the next open.
      script: 'for i in 1 2 3 4 5; do head -c 1 /dev/kmsg | grep -q . && echo had-it && break; done',
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
      runningScript(side, script, {
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
    attempt: (side) => execScript(side, 'mknod /tmp/d b 7 0 && echo had-it'),
    breach: (_side, responses) => Promise.resolve(responses.some(({ text }) => text.includes('had-it'))),
  },
];
