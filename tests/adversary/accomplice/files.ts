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
import type { Scene } from './scene.ts';

/**
 * Container root leaves the tool in a directory outside that it was given a descriptor of, and applies
 * `change` to it; the process outside executes it to read `target`.
 */
async function leaveProgram(
  scene: Scene,
  id: string,
  target: string,
  change: (inside: Agent, directory: number) => Promise<unknown>,
  flags = O_RDONLY,
): Promise<boolean> {
  const [outside, inside] = await scene.both();
  const { directory } = await scene.openDirectory(outside, id);
  const passed = await scene.handOver(outside, directory, flags | O_DIRECTORY, inside);
  await inside.call('install', passed, 'program');
  await change(inside, passed);
  return scene.isCanary(await outside.run(path.join(directory, 'program'), 'cat', target));
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

async function leaveCapabilities(scene: Scene, id: string, value: Buffer): Promise<boolean> {
  return leaveProgram(scene, id, scene.secret, async (inside, directory) => {
    const program = await inside.call('openat', directory, 'program', O_RDONLY);
    await inside.call('fchmod', program, 0o755);
    await inside.call('fsetxattr', program, 'security.capability', value, value.length, 0);
  });
}

export const fileAttempts = accompliceAttempts([
  {
    id: 'setuid-left-outside',
    title: 'a setuid file left in a directory outside is executed there',
    attempt: (scene) => leaveProgram(scene, 'setuid-left-outside', scene.secret, setMode(0o4755)),
  },
  {
    id: 'setuid-left-o-path',
    title: 'the same through an O_PATH descriptor of the directory',
    attempt: (scene) => leaveProgram(scene, 'setuid-left-o-path', scene.secret, setMode(0o4755), O_PATH),
  },
  {
    id: 'setgid-left-outside',
    title: 'a setgid file left in a directory outside is executed there',
    attempt: (scene) => leaveProgram(scene, 'setgid-left-outside', scene.groupSecret, setMode(0o2755)),
  },
  {
    id: 'capabilities-2-left-outside',
    title: 'a file with capabilities (version 2) left in a directory outside is executed there',
    attempt: (scene) => leaveCapabilities(scene, 'capabilities-2-left-outside', fileCapabilities()),
  },
  {
    id: 'capabilities-3-left-outside',
    title: "the same with version 3, for the root of the container's user namespace",
    attempt: (scene) => leaveCapabilities(scene, 'capabilities-3-left-outside', fileCapabilities(0)),
  },
  {
    id: 'directory-of-the-machine',
    title: "a descriptor of the machine's / leads container root to a file of root's",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const passed = await scene.handOver(outside, '/', O_PATH | O_DIRECTORY, inside);
      return scene.isCanary(
        await inside.read(await inside.call('openat', passed, scene.secret.slice(1), O_RDONLY)),
      );
    },
  },
  {
    id: 'root-changed-to-the-machine',
    title:
      "container root enters the machine's / by chroot and leaves a file of root's in a directory of root's",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      await inside.call('fchdir', await scene.handOver(outside, '/', O_PATH | O_DIRECTORY, inside));
      await inside.call('chroot', '.');
      await inside.call(
        'openat',
        AT_FDCWD,
        path.join(scene.closed, 'made-inside'),
        O_WRONLY | O_CREAT,
        0o600,
      );
      return scene.belongsToRoot(path.join(scene.closed, 'made-inside'));
    },
  },
  {
    id: 'own-file-given-to-root',
    title:
      "container root gives a file of the attacker's, which it has a descriptor of, to root, " +
      'and makes it setuid',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const { directory, descriptor } = await scene.openDirectory(outside, 'own-file-given-to-root');
      await outside.call('install', descriptor, 'program');
      const passed = await scene.handOver(outside, path.join(directory, 'program'), O_RDONLY, inside);
      await inside.call('fchown', passed, 0, 0);
      await inside.call('fchmod', passed, 0o4755);
      return scene.isCanary(await outside.run(path.join(directory, 'program'), 'cat', scene.secret));
    },
  },
  {
    id: 'file-reopened-for-writing',
    title: "a descriptor for reading of a file of root's is opened again for writing",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const file = await scene.rootFile('reopened', 0o644);
      const passed = await scene.handOver(outside, file, O_RDONLY, inside);
      const written = await inside.call('openat', AT_FDCWD, `/proc/self/fd/${passed}`, O_WRONLY | O_TRUNC);
      await inside.call('write', written, 'changed', 7);
      return (await readFile(file, 'utf8')) === 'changed';
    },
  },
  {
    id: 'o-path-reopened',
    title: 'an O_PATH descriptor of a file that root alone may read is opened',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const passed = await scene.handOver(outside, scene.secret, O_PATH, inside);
      return scene.isCanary(await scene.readFile(inside, `/proc/self/fd/${passed}`));
    },
  },
  {
    id: 'mode-by-descriptor',
    title: "a file of root's is opened to all by a descriptor for reading",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const file = await scene.rootFile('mode', 0o644);
      await inside.call('fchmod', await scene.handOver(outside, file, O_RDONLY, inside), 0o666);
      return ((await stat(file)).mode & 0o777) === 0o666;
    },
  },
  {
    id: 'hard-link-by-descriptor',
    title: "a file that root alone may read is linked into a directory of the attacker's",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const { directory, descriptor } = await scene.openDirectory(outside, 'hard-link');
      const file = await scene.handOver(outside, scene.secret, O_PATH, inside);
      const passed = await scene.pass(outside, descriptor, inside);
      await inside.call('linkat', AT_FDCWD, `/proc/self/fd/${file}`, passed, 'secret', AT_SYMLINK_FOLLOW);
      return scene.belongsToRoot(path.join(directory, 'secret'));
    },
  },
  {
    id: 'removed-by-directory',
    title: "a file of root's is removed by an O_PATH descriptor of root's directory",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const file = await scene.rootFile('removed', 0o600);
      const passed = await scene.handOver(outside, scene.closed, O_PATH | O_DIRECTORY, inside);
      await inside.call('unlinkat', passed, 'removed', 0);
      return !(await scene.belongsToRoot(file));
    },
  },
  {
    id: 'file-handle',
    title: "a file of root's is opened by its handle, on a descriptor of the machine's file system",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both(scene.containers.privileged);
      const wanted = Buffer.alloc(8 + 128);
      wanted.writeUInt32LE(128, 0);
      const named = await outside.filled(
        'name_to_handle_at',
        AT_FDCWD,
        scene.secret,
        wanted,
        Buffer.alloc(4),
        0,
      );
      const passed = await scene.handOver(outside, '/', O_RDONLY | O_DIRECTORY, inside);
      const handle = named.memory[0] ?? wanted;
      return scene.isCanary(
        await inside.read(await inside.call('open_by_handle_at', passed, handle, O_RDONLY)),
      );
    },
  },
  {
    id: 'fanotify-group',
    title: 'a fanotify group from inside gives the process outside a descriptor of what root opens',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both(scene.containers.privileged);
      const file = await scene.rootFile('notified', 0o600);
      const group = await inside.call('fanotify_init', 0, O_RDONLY);
      const closed = await scene.handOver(outside, scene.closed, O_RDONLY | O_DIRECTORY, inside);
      // FAN_MARK_ADD, FAN_OPEN
      await inside.call('fanotify_mark', group, 1, 0x20, closed, 'notified');
      const received = await scene.pass(inside, group, outside);
      await readFile(file);
      const event = (await outside.filled('read', received, Buffer.alloc(24), 24)).memory[0];
      return scene.isCanary(await outside.read(event?.readInt32LE(16) ?? -1));
    },
  },
  {
    id: 'immutable-by-descriptor',
    title: "a file of root's is made immutable by a descriptor for reading",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both(scene.containers.privileged);
      const file = await scene.rootFile('immutable', 0o644);
      const passed = await scene.handOver(outside, file, O_RDONLY, inside);
      const [getFlags, setFlags, immutable] = [0x8008_6601, 0x4008_6602, 0x10];
      const flags =
        (await inside.filled('ioctl', passed, getFlags, Buffer.alloc(8))).memory[0]?.readUInt32LE(0) ?? 0;
      await inside.call('ioctl', passed, setFlags, u32(flags | immutable, 0));
      const stopped = await rm(file).then(
        () => false,
        () => true,
      );
      const root = await scene.root();
      await root.call('ioctl', await root.call('openat', AT_FDCWD, file, O_RDONLY), setFlags, u32(flags, 0));
      return stopped;
    },
  },
  {
    id: 'kernel-setting',
    title: "a setting of the kernel's is changed by a descriptor of the machine's /proc/sys",
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const setting = '/proc/sys/fs/lease-break-time';
      const before = await readFile(setting, 'utf8');
      const wanted = String(Number(before) + 1);
      const passed = await scene.handOver(outside, '/proc/sys', O_PATH | O_DIRECTORY, inside);
      const opened = await inside.call('openat', passed, 'fs/lease-break-time', O_WRONLY);
      await inside.call('write', opened, wanted, wanted.length);
      const after = await readFile(setting, 'utf8');
      await writeFile(setting, before);
      return after.trim() === wanted;
    },
  },
]);
