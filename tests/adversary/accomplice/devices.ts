import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { serveNode } from './fuse.ts';
import { isInterface } from './namespaces.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  device,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  S_IFBLK,
  S_IFCHR,
  u64,
} from './linux.ts';
import { deviceAccount, effectiveUid, type Container } from './attack-setup.ts';
import type { Scene } from './scene.ts';

const MS_NOSUID_NODEV_OFF_REMOUNT = 0x20 | 0x1000;
const OPEN_TREE_CLONE = 1;
const FSCONFIG_CMD_CREATE = 6;

/** The raw device's number. */
export const rawNode = ({ setup }: Scene) => device(setup.rawDevice.major, setup.rawDevice.minor);

/** Reads the raw device through a node below a directory that the process has a descriptor of. */
export async function readNode(
  scene: Scene,
  agent: Agent,
  directory: number,
  name = 'node',
): Promise<boolean> {
  return scene.isCanary(await agent.read(await agent.call('openat', directory, name, O_RDONLY)));
}

/** An image with nodes of a raw device: in its layer and in its volume /v. */
async function imageWithNodes(scene: Scene): Promise<string> {
  return scene.once('nodes', () =>
    scene.image(
      'nodes',
      ['node', 'v/node'].map((name) => ({
        name,
        type: 'block',
        mode: 0o666,
        device: scene.setup.rawDevice,
      })),
      ['VOLUME /v'],
    ),
  );
}

async function withNodes(scene: Scene, privileged: boolean): Promise<Container> {
  const image = await imageWithNodes(scene);
  const name = privileged ? 'nodes-privileged' : 'nodes-plain';
  const command = [image, '/accomplice', 'serve', '/control.sock'];
  return scene.once(name, () =>
    scene.container(name, ['-v', `${name}:/v`, ...(privileged ? ['--privileged'] : [])], command),
  );
}

/** Opens the node outside, through the container's directory `place` as passed by `prepare`. */
async function openOutside(
  scene: Scene,
  privileged: boolean,
  prepare: (inside: Agent) => Promise<number>,
): Promise<boolean> {
  const [outside, inside] = await scene.both(await withNodes(scene, privileged));
  return readNode(scene, outside, await scene.pass(inside, await prepare(inside), outside));
}

/** A copy of the mount at `place`, without `nodev` and `nosuid`. */
async function clearedClone(inside: Agent, place: string): Promise<number> {
  const clone = await inside.call('open_tree', AT_FDCWD, place, OPEN_TREE_CLONE);
  const noSuidNoDev = 2 | 4;
  await inside.call('mount_setattr', clone, '', AT_EMPTY_PATH, u64(0, noSuidNoDev, 0, 0), 32);
  return clone;
}

/** Mounts the directory again without flags in the container, and opens it. */
async function remounted(inside: Agent, place: string): Promise<number> {
  await inside.call('mount', 'none', place, 0, MS_NOSUID_NODEV_OFF_REMOUNT, 0);
  return inside.call('openat', AT_FDCWD, place, O_PATH | O_DIRECTORY);
}

const opened = (place: string) => (inside: Agent) =>
  inside.call('openat', AT_FDCWD, place, O_PATH | O_DIRECTORY);

/**
 * A FUSE file system with a device node in it, mounted inside and accessed from outside; `served` selects
 * which of the two serves it.
 */
async function fuse(scene: Scene, served: 'inside' | 'outside'): Promise<boolean> {
  const [outside, inside] = await scene.both(scene.containers.privileged);
  const place = `/fuse-${served}`;
  await inside.call('mkdirat', AT_FDCWD, place, 0o755);
  const connection = await inside.call('openat', AT_FDCWD, '/dev/fuse', O_RDWR);
  await inside.call(
    'mount',
    'accomplice',
    place,
    'fuse',
    0,
    `fd=${connection},rootmode=40000,user_id=0,group_id=0,allow_other`,
  );
  const directory = await scene.handOver(inside, place, O_PATH | O_DIRECTORY, outside);
  // Served by a process of its own, since the one that opens waits for it.
  const server = served === 'inside' ? await scene.in(scene.containers.privileged) : await scene.outside();
  const serving = serveNode(server, await scene.pass(inside, connection, server), rawNode(scene));
  await inside.call('close', connection);
  try {
    return await readNode(scene, outside, directory);
  } finally {
    server.close();
    await serving;
  }
}

export const deviceAttempts = accompliceAttempts([
  {
    id: 'node-in-layer',
    title: "a device node of an image is opened outside, by a descriptor of the container's /",
    attempt: (scene) => openOutside(scene, false, opened('/')),
  },
  {
    id: 'node-in-volume',
    title: 'a device node that was copied into a volume is opened outside, by a descriptor of the volume',
    attempt: (scene) => openOutside(scene, false, opened('/v')),
  },
  {
    id: 'node-by-open-tree',
    title: 'the node of the layer is opened outside by a copy of the mount (open_tree)',
    attempt: (scene) =>
      openOutside(scene, true, (inside) => inside.call('open_tree', AT_FDCWD, '/', OPEN_TREE_CLONE)),
  },
  ...(['/', '/v'] as const).flatMap((place) => {
    const kind = place === '/' ? 'layer' : 'volume';
    return [
      {
        id: `node-cleared-${kind}`,
        title: `the node of the ${kind} is opened outside by a copy of the mount whose flags were cleared`,
        attempt: (scene: Scene) => openOutside(scene, true, (inside) => clearedClone(inside, place)),
      },
      {
        id: `node-remounted-${kind}`,
        title:
          `the node of the ${kind} is opened outside after the privileged container has mounted it anew ` +
          'without flags',
        attempt: (scene: Scene) => openOutside(scene, true, (inside) => remounted(inside, place)),
      },
    ];
  }),
  {
    id: 'node-as-passwd',
    title: 'the engine reads a raw device for an image whose /etc/passwd is a node of it',
    attempt: async (scene) => {
      const nodes = ['etc/passwd', 'etc/group'].map(
        (name) => ({ name, type: 'block', mode: 0o666, device: scene.setup.rawDevice }) as const,
      );
      const image = await scene.image('node-as-passwd', nodes);
      const command = [image, '/accomplice', 'serve', '/share/node-as-passwd.sock'];
      const { pid } = await scene.container('node-as-passwd', ['--user', deviceAccount.name], command);
      return (await effectiveUid(pid)) % 65_536 === deviceAccount.uid;
    },
  },
  {
    id: 'node-made-outside',
    title: 'container root makes a device node in a directory outside, where it is opened',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both();
      const { descriptor } = await scene.openDirectory(outside, 'node-made-outside');
      await inside.call(
        'mknodat',
        await scene.pass(outside, descriptor, inside),
        'node',
        S_IFBLK | 0o666,
        rawNode(scene),
      );
      return readNode(scene, outside, descriptor);
    },
  },
  {
    id: 'node-by-fsmount',
    title: 'a device node on a file system that was made inside (fsmount) is opened outside',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both(scene.containers.privileged);
      const context = await inside.call('fsopen', 'tmpfs', 0);
      await inside.call('fsconfig', context, FSCONFIG_CMD_CREATE, 0, 0, 0);
      const mount = await inside.call('fsmount', context, 0, 0);
      await inside.call('mknodat', mount, 'node', S_IFBLK | 0o666, rawNode(scene));
      return readNode(scene, outside, await scene.pass(inside, mount, outside));
    },
  },
  {
    id: 'node-by-fuse',
    title: 'a device node on a FUSE file system of a privileged container is opened outside',
    attempt: (scene) => fuse(scene, 'inside'),
  },
  {
    id: 'node-by-fuse-served-outside',
    title: 'the same, where the process outside was handed /dev/fuse and serves it',
    attempt: (scene) => fuse(scene, 'outside'),
  },
  {
    id: 'tun-device',
    title: 'a privileged container makes a network interface on /dev/net/tun that was opened outside',
    attempt: async (scene) => {
      const [outside, inside] = await scene.both(scene.containers.privileged);
      // 0666, as created by udev: which network namespace counts is another question.
      const tun = path.join(scene.closed, 'tun');
      await (await scene.root()).call('mknodat', AT_FDCWD, tun, S_IFCHR | 0o666, device(10, 200));
      const passed = await scene.handOver(outside, tun, O_RDWR, inside);
      const request = Buffer.alloc(40);
      request.write('acc-tun', 0);
      const tunWithoutHeader = 0x1001;
      request.writeUInt16LE(tunWithoutHeader, 16);
      await inside.call('ioctl', passed, 0x4004_54ca, request);
      return isInterface('acc-tun');
    },
  },
]);
