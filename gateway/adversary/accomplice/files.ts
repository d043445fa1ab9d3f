import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_PATH, O_RDONLY, O_WRONLY } from './linux.ts';
import type { Scene } from './scene.ts';

/**
 * Container root leaves the tool in a directory outside that it was handed a descriptor of, and makes of it what `change` does; the
 * process outside executes it to read `target`.
 */
async function leaveProgram(
  scene: Scene,
  id: string,
  target: string,
  change: (inside: Awaited<ReturnType<Scene['in']>>, directory: number) => Promise<unknown>,
  flags = O_RDONLY,
): Promise<boolean> {
  const [outside, inside] = await Promise.all([scene.outside(), scene.in(scene.containers.plain)]);
  const { directory } = await scene.openDirectory(outside, id);
  const opened = await outside.call('openat', AT_FDCWD, directory, flags | O_DIRECTORY);
  const given = await scene.pass(outside, opened, inside);
  await inside.call('install', given, 'program');
  await change(inside, given);
  return scene.isCanary(await outside.run(path.join(directory, 'program'), 'cat', target));
}

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
    attempt: (scene) => leaveProgram(scene, 'setuid-left-outside', scene.secret, (inside, directory) => inside.call('fchmodat', directory, 'program', 0o4755)),
  },
  {
    id: 'setuid-left-o-path',
    title: 'the same through an O_PATH descriptor of the directory',
    attempt: (scene) => leaveProgram(scene, 'setuid-left-o-path', scene.secret, (inside, directory) => inside.call('fchmodat', directory, 'program', 0o4755), O_PATH),
  },
  {
    id: 'setgid-left-outside',
    title: 'a setgid file left in a directory outside is executed there',
    attempt: (scene) => leaveProgram(scene, 'setgid-left-outside', scene.groupSecret, (inside, directory) => inside.call('fchmodat', directory, 'program', 0o2755)),
  },
  {
    id: 'capabilities-2-left-outside',
    title: 'a file with capabilities (version 2) left in a directory outside is executed there',
    attempt: (scene) => leaveCapabilities(scene, 'capabilities-2-left-outside', fileCapabilities()),
  },
  {
    id: 'capabilities-3-left-outside',
    title: 'the same with version 3, for the root of the container\'s user namespace',
    attempt: (scene) => leaveCapabilities(scene, 'capabilities-3-left-outside', fileCapabilities(0)),
  },
  {
    id: 'directory-of-the-machine',
    title: 'a descriptor of the machine\'s / leads container root to a file of root\'s',
    attempt: async (scene) => {
      const [outside, inside] = await Promise.all([scene.outside(), scene.in(scene.containers.plain)]);
      const root = await outside.call('openat', AT_FDCWD, '/', O_PATH | O_DIRECTORY);
      const given = await scene.pass(outside, root, inside);
      return scene.isCanary(await inside.read(await inside.call('openat', given, scene.secret.slice(1), O_RDONLY)));
    },
  },
  {
    id: 'root-changed-to-the-machine',
    title: 'container root enters the machine\'s / by chroot and leaves a file of root\'s in a directory of root\'s',
    attempt: async (scene) => {
      const [outside, inside] = await Promise.all([scene.outside(), scene.in(scene.containers.plain)]);
      const root = await outside.call('openat', AT_FDCWD, '/', O_PATH | O_DIRECTORY);
      await inside.call('fchdir', await scene.pass(outside, root, inside));
      await inside.call('chroot', '.');
      await inside.call('openat', AT_FDCWD, path.join(scene.closed, 'made-inside'), O_WRONLY | O_CREAT, 0o600);
      return scene.belongsToRoot(path.join(scene.closed, 'made-inside'));
    },
  },
]);
