import { accompliceAttempts } from './attempt.ts';
import { nameOfError, type Agent } from './agent.ts';
import { failureOfCall, requireRoot } from './evidence.ts';
import { CLONE_NEWNS, CLONE_NEWUSER, O_DIRECTORY, O_PATH, O_RDONLY, u32, u64 } from './linux.ts';
import { effectiveUid } from './attack-setup.ts';

const PROT_READ_WRITE = 3,
  MAP_SHARED = 1,
  MAP_PRIVATE_ANONYMOUS = 0x22;

/** Bytes at an address of a process. */
async function peek(agent: Agent, address: number, length: number): Promise<Buffer> {
  return (await agent.filled('peek', address, Buffer.alloc(length))).memory[0] ?? Buffer.alloc(length);
}

/**
 * Opens `file` below the directory `below` by a request on a new ring, with the identity registered there;
 * resolves with the descriptor.
 */
async function openByIoUring(agent: Agent, below: number, file: string): Promise<number> {
  const { value: descriptor, memory } = await agent.filled('io_uring_setup', 4, Buffer.alloc(120));
  const parameters = memory[0] ?? Buffer.alloc(120);
  const IORING_REGISTER_PERSONALITY = 9;
  const identity = await agent.call('io_uring_register', descriptor, IORING_REGISTER_PERSONALITY, 0, 0);
  const field = (offset: number) => parameters.readUInt32LE(offset);
  // Offsets within io_uring_params: sq_off at 40 (tail +4, array +24), cq_off at 80 (cqes +20).
  const [entries, completions, tail, array, cqes] = [field(0), field(4), field(44), field(64), field(100)];
  const size = Math.max(array + entries * 4, cqes + completions * 16);
  const ring = await agent.call('mmap', 0, size, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
  const requests = await agent.call(
    'mmap',
    0,
    entries * 64,
    PROT_READ_WRITE,
    MAP_SHARED,
    descriptor,
    0x1000_0000,
  );
  const request = Buffer.alloc(64);
  const IORING_OP_OPENAT = 18;
  request.writeUInt8(IORING_OP_OPENAT, 0);
  request.writeInt32LE(below, 4);
  request.writeBigUInt64LE(BigInt(await agent.keep(Buffer.from(file))), 16);
  request.writeUInt16LE(identity, 42);
  await agent.call('poke', requests, request);
  await agent.call('poke', ring + array, u32(0));
  await agent.call('poke', ring + tail, u32(1));
  const IORING_ENTER_GETEVENTS = 1;
  await agent.call('io_uring_enter', descriptor, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
  const result = (await peek(agent, ring + cqes, 16)).readInt32LE(8);
  if (result < 0) throw failureOfCall("the ring's openat", nameOfError(-result));
  return result;
}

// ---- bpf(2)

const BPF_MAP_CREATE = 0,
  BPF_MAP_LOOKUP = 1,
  BPF_MAP_UPDATE = 2,
  BPF_PROG_LOAD = 5,
  BPF_OBJ_PIN = 6,
  BPF_OBJ_GET = 7,
  BPF_TOKEN_CREATE = 36;
const BPF_F_PATH_FD = 1 << 14,
  BPF_F_TOKEN_FD = 1 << 16;
/** A type of map that always requires CAP_BPF, whatever `unprivileged_bpf_disabled` is: LRU hash. */
const lruHash = 9;

function bpf(agent: Agent, command: number, ...args: readonly Buffer[]): Promise<number> {
  const attributes = Buffer.concat([...args, Buffer.alloc(128)]).subarray(0, 128);
  return agent.call('bpf', command, attributes, attributes.length);
}

/** Creates a map of one entry with CAP_BPF, or with a token. */
function makeMap(agent: Agent, token?: number): Promise<number> {
  const head = u32(lruHash, 4, 8, 1, token === undefined ? 0 : BPF_F_TOKEN_FD);
  return bpf(agent, BPF_MAP_CREATE, head, Buffer.alloc(76 - head.length), u32(token ?? 0));
}

const FSCONFIG_SET_STRING = 1,
  FSCONFIG_CMD_CREATE = 6;

export const kernelAttempts = accompliceAttempts([
  {
    id: 'userfaultfd',
    title:
      'the process outside holds up the kernel in a call of another process by a userfaultfd from inside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const faults = await inside.call('userfaultfd', 0);
      await inside.call('ioctl', faults, 0xc018_aa3f, u64(0xaa, 0, 0));
      const page = await inside.call('mmap', 0, 4096, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
      const missing = 1;
      await inside.call('ioctl', faults, 0xc020_aa00, u64(page, 4096, missing, 0));
      const received = await fixture.pass(inside, faults, outside);
      const ends = (await inside.filled('pipe2', Buffer.alloc(8), 0)).memory[0];
      // The kernel reads the page, for write(2), and waits.
      const written = inside.try('write', ends?.readInt32LE(4) ?? -1, page, 4096);
      const event = (await outside.filled('read', received, Buffer.alloc(32), 32)).memory[0];
      await outside.call('ioctl', received, 0xc020_aa04, u64(page, 4096, 0, 0));
      return event?.readUInt8(0) === 0x12 && (await written).value === 4096;
    },
  },
  {
    id: 'seccomp-listener',
    title:
      "the process outside answers a system call of a process of root's by a seccomp listener from inside",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const getppid = process.arch === 'arm64' ? 173 : 110;
      const [load, equal, ret] = [0x20, 0x15, 0x06];
      const filter = Buffer.concat(
        [
          [load, 0, 0],
          [equal, 0, getppid],
          [ret, 0, 0x7fc0_0000],
          [ret, 0, 0x7fff_0000],
        ].map(([code = 0, , value = 0]) =>
          Buffer.concat([u32(code | (code === equal ? 1 << 24 : 0)), u32(value)]),
        ),
      );
      const listener = await inside.call('seccomp', 1, 8, u64(4, await inside.keep(filter)));
      const received = await fixture.pass(inside, listener, outside);
      const answered = inside.try('getppid');
      const notice =
        (await outside.filled('ioctl', received, 0xc050_2100, Buffer.alloc(80))).memory[0] ??
        Buffer.alloc(80);
      const uid = await effectiveUid(notice.readUInt32LE(8));
      const answer = Buffer.concat([notice.subarray(0, 8), u64(4242), u32(0, 0)]);
      await outside.call('ioctl', received, 0xc018_2101, answer);
      requireRoot('the process that answered', uid);
      return (await answered).value === 4242;
    },
  },
  {
    id: 'io-uring',
    title: "a request on an io_uring inside opens a file of root's, by a descriptor of the machine's /",
    // The ring itself is useless outside: the kernel does not pass one by SCM_RIGHTS.
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const root = await fixture.handOver(outside, '/', O_PATH | O_DIRECTORY, inside);
      return fixture.isCanary(await inside.read(await openByIoUring(inside, root, fixture.secret.slice(1))));
    },
  },
  {
    id: 'perf-event',
    title: "the process outside reads an event counter of a whole processor, the kernel's work included",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const software = 1,
        processorClock = 0;
      const attributes = Buffer.concat([u32(software, 128), u64(processorClock), Buffer.alloc(112)]);
      const event = await inside.call('perf_event_open', attributes, -1, 0, -1, 0);
      const received = await fixture.pass(inside, event, outside);
      const counted = (await outside.filled('read', received, Buffer.alloc(8), 8)).memory[0];
      return (counted?.readBigUInt64LE(0) ?? 0n) > 0n;
    },
  },
  {
    id: 'bpf-program',
    title: 'the process outside holds a BPF program for tracing that was loaded inside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const instructions = Buffer.from('b7000000000000009500000000000000', 'hex');
      const tracepoint = 5;
      const program = await bpf(
        inside,
        BPF_PROG_LOAD,
        u32(tracepoint, 2),
        u64(await inside.keep(instructions), await inside.keep(Buffer.from('GPL'))),
      );
      const received = await fixture.pass(inside, program, outside);
      return /^prog_type:\s+5$/m.test(await fixture.readFile(outside, `/proc/self/fdinfo/${received}`));
    },
  },
  {
    id: 'bpf-file-system',
    title: 'the process outside reads a BPF map that was pinned inside, through a mount that it was handed',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const context = await inside.call('fsopen', 'bpf', 0);
      await inside.call('fsconfig', context, FSCONFIG_CMD_CREATE, 0, 0, 0);
      const mount = await inside.call('fsmount', context, 0, 0);
      const map = await makeMap(inside);
      const [key, value] = [u32(0), Buffer.from('from map')];
      await bpf(
        inside,
        BPF_MAP_UPDATE,
        u32(map, 0),
        u64(await inside.keep(key), await inside.keep(value), 0),
      );
      await bpf(
        inside,
        BPF_OBJ_PIN,
        u64(await inside.keep(Buffer.from('map'))),
        u32(map, BPF_F_PATH_FD, mount),
      );
      await inside.call('fchmodat', mount, 'map', 0o666);
      const received = await fixture.pass(inside, mount, outside);
      const found = await bpf(
        outside,
        BPF_OBJ_GET,
        u64(await outside.keep(Buffer.from('map'))),
        u32(0, BPF_F_PATH_FD, received),
      );
      const copy = await outside.keep(Buffer.alloc(8));
      await bpf(outside, BPF_MAP_LOOKUP, u32(found, 0), u64(await outside.keep(key), copy, 0));
      return (await peek(outside, copy, 8)).equals(value);
    },
  },
  {
    id: 'bpf-token',
    title:
      'the process outside gets a BPF token for a user namespace of its own, ' +
      'delegated by the privileged container',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      await outside.call('unshare', CLONE_NEWUSER | CLONE_NEWNS);
      const context = await outside.call('fsopen', 'bpf', 0);
      const passed = await fixture.pass(outside, context, inside);
      for (const what of ['delegate_cmds', 'delegate_maps'])
        await inside.call('fsconfig', passed, FSCONFIG_SET_STRING, what, 'any', 0);
      await inside.call('fsconfig', passed, FSCONFIG_CMD_CREATE, 0, 0, 0);
      const mount = await outside.call('fsmount', context, 0, 0);
      const directory = await outside.call('openat', mount, '.', O_RDONLY | O_DIRECTORY);
      const token = await bpf(outside, BPF_TOKEN_CREATE, u32(0, directory));
      return (await makeMap(outside, token)) >= 0;
    },
  },
]);
