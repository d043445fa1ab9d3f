import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Agent } from './agent.ts';
import { accompliceAttempts } from './attempt.ts';
import {
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  O_CREAT,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  u32,
} from './linux.ts';
import type { AttackFixture } from './attack-fixture.ts';

/**
 * Container root leaves the tool in a directory outside that it was given a descriptor of, and applies
 * `change` to it; the process outside executes it to read `target`.
 */
async function leaveProgram(
  fixture: AttackFixture,
  id: string,
  target: string,
  change: (inside: Agent, directory: number) => Promise<unknown>,
  flags = O_RDONLY,
): Promise<boolean> {
  const [outside, inside] = await fixture.both();
  const { directory } = await fixture.openDirectory(outside, id);
  const passed = await fixture.handOver(outside, directory, flags | O_DIRECTORY, inside);
  await inside.call('install', passed, 'program');
  await change(inside, passed);
  return fixture.isCanary(await outside.run(path.join(directory, 'program'), 'cat', target));
}

const setMode = (mode: number) => (inside: Agent, directory: number) =>
  inside.call('fchmodat', directory, 'program', mode);

/** security.capability of version 2, or 3 with the id of its root: CAP_DAC_OVERRIDE, effective. */
function fileCapabilities(rootId?: number): Buffer {
  const bytes = Buffer.alloc(rootId === undefined ? 20 : 24);
  bytes.writeUInt32LE((rootId === undefined ? 0x0200_0000 : 0x0300_0000) | 1, 0);
  bytes.writeUInt32LE(1 << 1, 4);
  if (rootId !== undefined) bytes.writeUInt32LE(rootId, 20);
  return bytes;
}

async function leaveCapabilities(fixture: AttackFixture, id: string, value: Buffer): Promise<boolean> {
  return leaveProgram(fixture, id, fixture.secret, async (inside, directory) => {
    const program = await inside.call('openat', directory, 'program', O_RDONLY);
    await inside.call('fchmod', program, 0o755);
    await inside.call('fsetxattr', program, 'security.capability', value, value.length, 0);
  });
}

export const fileAttempts = accompliceAttempts([
  {
    id: 'setuid-left-outside',
    title: 'a setuid file left in a directory outside is executed there',
    attempt: (fixture) => leaveProgram(fixture, 'setuid-left-outside', fixture.secret, setMode(0o4755)),
  },
  {
    id: 'setuid-left-o-path',
    title: 'the same through an O_PATH descriptor of the directory',
    attempt: (fixture) =>
      leaveProgram(fixture, 'setuid-left-o-path', fixture.secret, setMode(0o4755), O_PATH),
  },
  {
    id: 'setgid-left-outside',
    title: 'a setgid file left in a directory outside is executed there',
    attempt: (fixture) => leaveProgram(fixture, 'setgid-left-outside', fixture.groupSecret, setMode(0o2755)),
  },
  {
    id: 'capabilities-2-left-outside',
    title: 'a file with capabilities (version 2) left in a directory outside is executed there',
    attempt: (fixture) => leaveCapabilities(fixture, 'capabilities-2-left-outside', fileCapabilities()),
  },
  {
    id: 'capabilities-3-left-outside',
    title: "the same with version 3, for the root of the container's user namespace",
    attempt: (fixture) => leaveCapabilities(fixture, 'capabilities-3-left-outside', fileCapabilities(0)),
  },
  {
    id: 'directory-of-the-machine',
    title: "a descriptor of the machine's / leads container root to a file of root's",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const passed = await fixture.handOver(outside, '/', O_PATH | O_DIRECTORY, inside);
      return fixture.isCanary(
        await inside.read(await inside.call('openat', passed, fixture.secret.slice(1), O_RDONLY)),
      );
    },
  },
  {
    id: 'root-changed-to-the-machine',
    title:
      "container root enters the machine's / by chroot and leaves a file of root's in a directory of root's",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      await inside.call('fchdir', await fixture.handOver(outside, '/', O_PATH | O_DIRECTORY, inside));
      await inside.call('chroot', '.');
      await inside.call(
        'openat',
        AT_FDCWD,
        path.join(fixture.closed, 'made-inside'),
        O_WRONLY | O_CREAT,
        0o600,
      );
      return fixture.belongsToRoot(path.join(fixture.closed, 'made-inside'));
    },
  },
  {
    id: 'own-file-given-to-root',
    title:
      "container root gives a file of the attacker's, which it has a descriptor of, to root, " +
      'and makes it setuid',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const { directory, descriptor } = await fixture.openDirectory(outside, 'own-file-given-to-root');
      await outside.call('install', descriptor, 'program');
      const passed = await fixture.handOver(outside, path.join(directory, 'program'), O_RDONLY, inside);
      await inside.call('fchown', passed, 0, 0);
      await inside.call('fchmod', passed, 0o4755);
      return fixture.isCanary(await outside.run(path.join(directory, 'program'), 'cat', fixture.secret));
    },
  },
  {
    id: 'file-reopened-for-writing',
    title: "a descriptor for reading of a file of root's is opened again for writing",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const file = await fixture.rootFile('reopened', 0o644);
      const passed = await fixture.handOver(outside, file, O_RDONLY, inside);
      const written = await inside.call('openat', AT_FDCWD, `/proc/self/fd/${passed}`, O_WRONLY | O_TRUNC);
      await inside.call('write', written, 'changed', 7);
      return (await readFile(file, 'utf8')) === 'changed';
    },
  },
  {
    id: 'o-path-reopened',
    title: 'an O_PATH descriptor of a file that root alone may read is opened',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const passed = await fixture.handOver(outside, fixture.secret, O_PATH, inside);
      return fixture.isCanary(await fixture.readFile(inside, `/proc/self/fd/${passed}`));
    },
  },
  {
    id: 'mode-by-descriptor',
    title: "a file of root's is opened to all by a descriptor for reading",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const file = await fixture.rootFile('mode', 0o644);
      await inside.call('fchmod', await fixture.handOver(outside, file, O_RDONLY, inside), 0o666);
      return ((await stat(file)).mode & 0o777) === 0o666;
    },
  },
  {
    id: 'hard-link-by-descriptor',
    title: "a file that root alone may read is linked into a directory of the attacker's",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const { directory, descriptor } = await fixture.openDirectory(outside, 'hard-link');
      const file = await fixture.handOver(outside, fixture.secret, O_PATH, inside);
      const passed = await fixture.pass(outside, descriptor, inside);
      await inside.call('linkat', AT_FDCWD, `/proc/self/fd/${file}`, passed, 'secret', AT_SYMLINK_FOLLOW);
      return fixture.belongsToRoot(path.join(directory, 'secret'));
    },
  },
  {
    id: 'removed-by-directory',
    title: "a file of root's is removed by an O_PATH descriptor of root's directory",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const file = await fixture.rootFile('removed', 0o600);
      const passed = await fixture.handOver(outside, fixture.closed, O_PATH | O_DIRECTORY, inside);
      await inside.call('unlinkat', passed, 'removed', 0);
      return !(await fixture.belongsToRoot(file));
    },
  },
  {
    id: 'file-handle',
    title: "a file of root's is opened by its handle, on a descriptor of the machine's file system",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const wanted = Buffer.alloc(8 + 128);
      wanted.writeUInt32LE(128, 0);
      const named = await outside.filled(
        'name_to_handle_at',
        AT_FDCWD,
        fixture.secret,
        wanted,
        Buffer.alloc(4),
        0,
      );
      const passed = await fixture.handOver(outside, '/', O_RDONLY | O_DIRECTORY, inside);
      const handle = named.memory[0] ?? wanted;
      return fixture.isCanary(
        await inside.read(await inside.call('open_by_handle_at', passed, handle, O_RDONLY)),
      );
    },
  },
  {
    id: 'fanotify-group',
    title: 'a fanotify group from inside gives the process outside a descriptor of what root opens',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const file = await fixture.rootFile('notified', 0o600);
      const group = await inside.call('fanotify_init', 0, O_RDONLY);
      const closed = await fixture.handOver(outside, fixture.closed, O_RDONLY | O_DIRECTORY, inside);
      // FAN_MARK_ADD, FAN_OPEN
      await inside.call('fanotify_mark', group, 1, 0x20, closed, 'notified');
      const received = await fixture.pass(inside, group, outside);
      await readFile(file);
      const event = (await outside.filled('read', received, Buffer.alloc(24), 24)).memory[0];
      return fixture.isCanary(await outside.read(event?.readInt32LE(16) ?? -1));
    },
  },
  {
    id: 'immutable-by-descriptor',
    title: "a file of root's is made immutable by a descriptor for reading",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const file = await fixture.rootFile('immutable', 0o644);
      const passed = await fixture.handOver(outside, file, O_RDONLY, inside);
      const [getFlags, setFlags, immutable] = [0x8008_6601, 0x4008_6602, 0x10];
      const flags =
        (await inside.filled('ioctl', passed, getFlags, Buffer.alloc(8))).memory[0]?.readUInt32LE(0) ?? 0;
      await inside.call('ioctl', passed, setFlags, u32(flags | immutable, 0));
      const stopped = await rm(file).then(
        () => false,
        () => true,
      );
      const root = await fixture.root();
      await root.call('ioctl', await root.call('openat', AT_FDCWD, file, O_RDONLY), setFlags, u32(flags, 0));
      return stopped;
    },
  },
  {
    id: 'kernel-setting',
    title: "a setting of the kernel's is changed by a descriptor of the machine's /proc/sys",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const setting = '/proc/sys/fs/lease-break-time';
      const before = await readFile(setting, 'utf8');
      const wanted = String(Number(before) + 1);
      const passed = await fixture.handOver(outside, '/proc/sys', O_PATH | O_DIRECTORY, inside);
      const opened = await inside.call('openat', passed, 'fs/lease-break-time', O_WRONLY);
      await inside.call('write', opened, wanted, wanted.length);
      const after = await readFile(setting, 'utf8');
      await writeFile(setting, before);
      return after.trim() === wanted;
    },
  },
]);
