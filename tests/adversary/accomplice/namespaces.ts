import { execFile } from 'node:child_process';
import { readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import {
  AT_FDCWD,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
} from './linux.ts';
import { canary, type Container } from './attack-setup.ts';
import type { AttackFixture } from './attack-fixture.ts';

const run = promisify(execFile);

/**
 * The privileged container's process enters a namespace of the machine, of which it was given a descriptor.
 */
async function entered(
  fixture: AttackFixture,
  kind: string,
  flag: number,
): Promise<{ readonly outside: Agent; readonly inside: Agent }> {
  const [outside, inside] = await fixture.both(fixture.containers.privileged);
  await inside.call(
    'setns',
    await fixture.handOver(outside, `/proc/self/ns/${kind}`, O_RDONLY, inside),
    flag,
  );
  return { outside, inside };
}

/**
 * The weaker set-up that a PID namespace needs: no kernel lets a process enter one that is not below its own,
 * so only a container created with `--pid host` reaches the machine's processes.
 */
const hostPids = (fixture: AttackFixture): Promise<Container> =>
  fixture.once('host-pids', () => fixture.container('host-pids', ['--pid', 'host']));

/** Whether the machine has a network interface of that name, which is then removed. */
export async function isInterface(name: string): Promise<boolean> {
  return run('ip', ['link', 'delete', name]).then(
    () => true,
    () => false,
  );
}

/** Creates a bridge in the network namespace of a socket. */
const addBridge = (agent: Agent, socket: number, name: string) => agent.call('ioctl', socket, 0x89a0, name);

/** Where the machine has mounted cgroup v2. */
async function cgroups(): Promise<string> {
  const line = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .find((one) => one.includes(' - cgroup2 '));
  const point = line?.split(' ')[4];
  if (point === undefined) throw new Error('cgroup v2 is mounted nowhere');
  return point;
}

/** Whether there is a cgroup of that name at the machine's root, which is then removed. */
async function isCgroup(name: string): Promise<boolean> {
  return rmdir(path.join(await cgroups(), name)).then(
    () => true,
    () => false,
  );
}

export const namespaceAttempts = accompliceAttempts([
  {
    id: 'mount-namespace',
    title: "a privileged container enters the machine's mount namespace by a descriptor",
    attempt: async (fixture) => {
      const { inside } = await entered(fixture, 'mnt', CLONE_NEWNS);
      return fixture.isCanary(await fixture.readFile(inside, fixture.secret));
    },
  },
  {
    id: 'mount-namespace-of-pidfd',
    title: "the same by a pidfd of a process of root's",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const pidfd = await outside.call('pidfd_open', fixture.rootProcess().pid, 0);
      await inside.call('setns', await fixture.pass(outside, pidfd, inside), CLONE_NEWNS);
      return fixture.isCanary(await fixture.readFile(inside, fixture.secret));
    },
  },
  {
    id: 'signal-in-pid-namespace',
    title: "container root in the machine's PID namespace ends a process of root's",
    attempt: async (fixture) => {
      const target = fixture.rootProcess();
      const inside = await fixture.in(await hostPids(fixture));
      await inside.call('kill', target.pid, 9);
      await target.ended;
      return true;
    },
  },
  {
    id: 'pidfd-in-pid-namespace',
    title: 'the same by a pidfd that the process outside opened',
    attempt: async (fixture) => {
      const target = fixture.rootProcess();
      const [outside, inside] = await fixture.both(await hostPids(fixture));
      const pidfd = await fixture.pass(outside, await outside.call('pidfd_open', target.pid, 0), inside);
      await inside.call('pidfd_send_signal', pidfd, 9, 0, 0);
      await target.ended;
      return true;
    },
  },
  {
    id: 'network-namespace',
    title: "a privileged container makes a network interface in the machine's network namespace",
    attempt: async (fixture) => {
      const { inside } = await entered(fixture, 'net', CLONE_NEWNET);
      await addBridge(inside, await inside.call('socket', 2, 2, 0), 'acc-entered');
      return isInterface('acc-entered');
    },
  },
  {
    id: 'network-socket',
    title: 'the same on a socket that was opened outside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      await addBridge(
        inside,
        await fixture.pass(outside, await outside.call('socket', 2, 2, 0), inside),
        'acc-socket',
      );
      return isInterface('acc-socket');
    },
  },
  {
    id: 'cgroup-namespace',
    title: "a privileged container makes a cgroup at the machine's root, from its cgroup namespace",
    attempt: async (fixture) => {
      const { inside } = await entered(fixture, 'cgroup', CLONE_NEWCGROUP);
      await inside.call('mkdirat', AT_FDCWD, '/cgroups', 0o755);
      await inside.call('mount', 'none', '/cgroups', 'cgroup2', 0, 0);
      await inside.call('mkdirat', AT_FDCWD, '/cgroups/accomplice-entered', 0o755);
      return isCgroup('accomplice-entered');
    },
  },
  {
    id: 'cgroup-directory',
    title: "container root makes a cgroup by a descriptor of the machine's cgroup directory",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const passed = await fixture.handOver(outside, await cgroups(), O_PATH | O_DIRECTORY, inside);
      await inside.call('mkdirat', passed, 'accomplice-directory', 0o755);
      return isCgroup('accomplice-directory');
    },
  },
  {
    id: 'ipc-namespace',
    title: "a privileged container reads shared memory of root's in the machine's IPC namespace",
    attempt: async (fixture) => {
      const root = await fixture.root();
      const key = 0x6163_0000 + (fixture.setup.name === 'engine' ? 1 : 2);
      const segment = await root.call('shmget', key, 4096, 0o1600);
      try {
        await root.call('poke', await root.call('shmat', segment, 0, 0), Buffer.from(canary));
        const { inside } = await entered(fixture, 'ipc', CLONE_NEWIPC);
        const address = await inside.call('shmat', await inside.call('shmget', key, 0, 0), 0, 0);
        return fixture.isCanary(
          (await inside.filled('peek', address, Buffer.alloc(canary.length))).memory[0]?.toString() ?? '',
        );
      } finally {
        await root.call('shmctl', segment, 0, 0);
      }
    },
  },
  {
    id: 'user-namespace-map',
    title:
      "a privileged container maps the machine's root into a user namespace that the process outside made",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      await outside.call('unshare', CLONE_NEWUSER);
      const process = await fixture.handOver(outside, '/proc/self', O_PATH | O_DIRECTORY, inside);
      await inside.call('write', await inside.call('openat', process, 'uid_map', O_WRONLY), '0 0 1', 5);
      await outside.call('setresuid', 0, 0, 0);
      return fixture.isCanary(await fixture.readFile(outside, fixture.secret));
    },
  },
]);
