import { readFile } from 'node:fs/promises';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { showsSecret } from './evidence.ts';
import { AT_FDCWD, CLONE_NEWNS, O_RDONLY, u64 } from './linux.ts';
import { bobsSecret, canary } from './attack-setup.ts';
import type { AttackFixture } from './attack-fixture.ts';

/**
 * A process of Bob's container, by its pid on the machine, and one with an id of the attacker's range
 * outside.
 */
interface Target {
  readonly range: Agent;
  readonly victim: Agent;
  readonly pid: number;
}

async function target(fixture: AttackFixture): Promise<Target> {
  const [range, victim] = await Promise.all([fixture.ranged(), fixture.in(fixture.containers.bob)]);
  return { range, victim, pid: await fixture.pidOf(victim, fixture.containers.bob) };
}

/** Whether `text` is the content that is only in Bob's container. */
const isBobsSecret = (text: string): boolean => showsSecret(bobsSecret, text);

/** Reads below /proc/PID of Bob's container's first process. */
async function readBobsProcess(fixture: AttackFixture, name: string): Promise<boolean> {
  const range = await fixture.ranged();
  return isBobsSecret(await fixture.readFile(range, `/proc/${fixture.containers.bob.pid}/${name}`));
}

/** Writes the secret to the memory of Bob's process and has `read` read it there. */
async function memory(
  fixture: AttackFixture,
  read: (target: Target, address: number) => Promise<Buffer | undefined>,
): Promise<boolean> {
  const found = await target(fixture);
  const address = await found.victim.keep(Buffer.from(bobsSecret));
  return isBobsSecret((await read(found, address))?.toString('latin1') ?? '');
}

const KEYCTL_SETPERM = 5,
  KEYCTL_READ = 11,
  KEY_SPEC_PROCESS_KEYRING = -2;
/** A key that its owner's processes may read, in addition to its possessor. */
async function addKey(agent: Agent, payload: string): Promise<number> {
  const key = await agent.call(
    'add_key',
    'user',
    `accomplice-${payload.length}`,
    payload,
    payload.length,
    KEY_SPEC_PROCESS_KEYRING,
  );
  await agent.call('keyctl', KEYCTL_SETPERM, key, 0x3f03_0000);
  return key;
}
async function readKey(agent: Agent, key: number): Promise<string> {
  const {
    memory: [payload],
  } = await agent.filled('keyctl', KEYCTL_READ, key, Buffer.alloc(128), 128);
  return payload?.toString('latin1') ?? '';
}

// The range's id outside is obtained by a setuid file (`AttackFixture.rangeUser`); on a bare engine it is
// root's. It must not give access to another user's container, whose range is a different one.
export const processAttempts = accompliceAttempts([
  {
    id: 'pidfd-getfd-of-root',
    title: "a privileged container takes a file from a process of root's by its pidfd",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const root = await fixture.root();
      const opened = await root.call('openat', AT_FDCWD, fixture.secret, O_RDONLY);
      const pidfd = await outside.call('pidfd_open', await root.call('getpid'), 0);
      const duplicate = await inside.call(
        'pidfd_getfd',
        await fixture.pass(outside, pidfd, inside),
        opened,
        0,
      );
      return fixture.isCanary(await inside.read(duplicate));
    },
  },
  {
    id: 'pidfd-getfd-of-container',
    title: "the range's id outside takes a file from another user's container by a pidfd from inside",
    attempt: async (fixture) => {
      const { range, victim, pid } = await target(fixture);
      const opened = await victim.call('openat', AT_FDCWD, '/secret', O_RDONLY);
      const outside = await fixture.outside();
      const pidfd = await fixture.pass(outside, await outside.call('pidfd_open', pid, 0), range);
      return isBobsSecret(await range.read(await range.call('pidfd_getfd', pidfd, opened, 0)));
    },
  },
  {
    id: 'ptrace-of-container',
    title: "the range's id outside traces a process of another user's container",
    attempt: (fixture) =>
      memory(fixture, async ({ range, pid }, address) => {
        const [attach, peek, detach, waitForAll] = [16, 2, 17, 0x4000_0000];
        await range.call('ptrace', attach, pid, 0, 0);
        await range.call('wait4', pid, Buffer.alloc(4), waitForAll, 0);
        const chunks: Buffer[] = [];
        for (let offset = 0; offset < bobsSecret.length; offset += 8) {
          chunks.push(...(await range.filled('ptrace', peek, pid, address + offset, Buffer.alloc(8))).memory);
        }
        await range.call('ptrace', detach, pid, 0, 0);
        return Buffer.concat(chunks);
      }),
  },
  {
    id: 'memory-of-container',
    title: "the range's id outside reads another user's container's memory (process_vm_readv)",
    attempt: (fixture) =>
      memory(fixture, async ({ range, pid }, address) => {
        const { length } = bobsSecret;
        const copy = await range.keep(Buffer.alloc(length));
        await range.call('process_vm_readv', pid, u64(copy, length), 1, u64(address, length), 1, 0);
        return (await range.filled('peek', copy, Buffer.alloc(length))).memory[0];
      }),
  },
  {
    id: 'proc-mem-of-container',
    title: 'the same through /proc/PID/mem',
    attempt: (fixture) =>
      memory(fixture, async ({ range, pid }, address) => {
        const opened = await range.call('openat', AT_FDCWD, `/proc/${pid}/mem`, O_RDONLY);
        return (
          await range.filled('pread64', opened, Buffer.alloc(bobsSecret.length), bobsSecret.length, address)
        ).memory[0];
      }),
  },
  {
    id: 'proc-root-of-container',
    title: "the range's id outside enters another user's container by /proc/PID/root",
    attempt: (fixture) => readBobsProcess(fixture, 'root/secret'),
  },
  {
    id: 'proc-cwd-of-container',
    title: 'the same by /proc/PID/cwd',
    attempt: (fixture) => readBobsProcess(fixture, 'cwd/secret'),
  },
  {
    id: 'proc-environ-of-container',
    title: "the range's id outside reads /proc/PID/environ of another user's container",
    attempt: (fixture) => readBobsProcess(fixture, 'environ'),
  },
  {
    id: 'proc-fd-of-container',
    title: "the range's id outside opens a file of another user's container by /proc/PID/fd",
    attempt: async (fixture) => {
      const { range, victim, pid } = await target(fixture);
      const opened = await victim.call('openat', AT_FDCWD, '/secret', O_RDONLY);
      return isBobsSecret(await fixture.readFile(range, `/proc/${pid}/fd/${opened}`));
    },
  },
  {
    id: 'proc-ns-of-container',
    title: "the range's id outside enters another user's container's mount namespace",
    attempt: async (fixture) => {
      const range = await fixture.rangeUser(fixture.containers.plain, 'proc-ns');
      const opened = await range.call(
        'openat',
        AT_FDCWD,
        `/proc/${fixture.containers.bob.pid}/ns/mnt`,
        O_RDONLY,
      );
      await range.call('setns', opened, CLONE_NEWNS);
      return isBobsSecret(await fixture.readFile(range, '/secret'));
    },
  },
  {
    id: 'signal-to-container',
    title: "the range's id outside ends a process of another user's container",
    attempt: async (fixture) => {
      const { range, victim, pid } = await target(fixture);
      await range.call('kill', pid, 9);
      await victim.ended;
      return true;
    },
  },
  {
    id: 'pidfd-signal-to-container',
    title: 'the same by a pidfd that another process outside opened',
    attempt: async (fixture) => {
      const { range, victim, pid } = await target(fixture);
      const outside = await fixture.outside();
      const pidfd = await fixture.pass(outside, await outside.call('pidfd_open', pid, 0), range);
      await range.call('pidfd_send_signal', pidfd, 9, 0, 0);
      await victim.ended;
      return true;
    },
  },
  {
    id: 'limits-of-container',
    title: "the range's id outside changes the limits of a process of another user's container",
    attempt: async (fixture) => {
      const { range, pid } = await target(fixture);
      const openFiles = 7;
      await range.call('prlimit64', pid, openFiles, u64(77, 77), 0);
      return /^Max open files\s+77\s/m.test(await readFile(`/proc/${pid}/limits`, 'utf8'));
    },
  },
  {
    id: 'key-of-root',
    title: "a privileged container reads a key of root's by its serial number",
    attempt: async (fixture) => {
      const key = await addKey(await fixture.root(), canary);
      return fixture.isCanary(await readKey(await fixture.in(fixture.containers.privileged), key));
    },
  },
  {
    id: 'key-of-container',
    title: "the range's id outside reads a key of another user's container",
    attempt: async (fixture) => {
      const key = await addKey(await fixture.in(fixture.containers.bob), bobsSecret);
      return isBobsSecret(await readKey(await fixture.ranged(), key));
    },
  },
]);
