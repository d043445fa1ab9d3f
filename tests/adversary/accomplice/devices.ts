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
import type { AttackFixture } from './attack-fixture.ts';

const MS_NOSUID_NODEV_OFF_REMOUNT = 0x20 | 0x1000;
const OPEN_TREE_CLONE = 1;
const FSCONFIG_CMD_CREATE = 6;

/** The raw device's number. */
export const rawNode = ({ setup }: AttackFixture) => device(setup.rawDevice.major, setup.rawDevice.minor);

/** Reads the raw device through a node below a directory that the process has a descriptor of. */
export async function readNode(
  fixture: AttackFixture,
  agent: Agent,
  directory: number,
  name = 'node',
): Promise<boolean> {
  return fixture.isCanary(await agent.read(await agent.call('openat', directory, name, O_RDONLY)));
}

/** An image with nodes of a raw device: in its layer and in its volume /v. */
async function imageWithNodes(fixture: AttackFixture): Promise<string> {
  return fixture.once('nodes', () =>
    fixture.image(
      'nodes',
      ['node', 'v/node'].map((name) => ({
        name,
        type: 'block',
        mode: 0o666,
        device: fixture.setup.rawDevice,
      })),
      ['VOLUME /v'],
    ),
  );
}

async function withNodes(fixture: AttackFixture, privileged: boolean): Promise<Container> {
  const image = await imageWithNodes(fixture);
  const name = privileged ? 'nodes-privileged' : 'nodes-plain';
  const command = [image, '/accomplice', 'serve', '/control.sock'];
  return fixture.once(name, () =>
    fixture.container(name, ['-v', `${name}:/v`, ...(privileged ? ['--privileged'] : [])], command),
  );
}

/** Opens the node outside, through the container's directory `place` as passed by `prepare`. */
async function openOutside(
  fixture: AttackFixture,
  privileged: boolean,
  prepare: (inside: Agent) => Promise<number>,
): Promise<boolean> {
  const [outside, inside] = await fixture.both(await withNodes(fixture, privileged));
  return readNode(fixture, outside, await fixture.pass(inside, await prepare(inside), outside));
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
async function fuse(fixture: AttackFixture, served: 'inside' | 'outside'): Promise<boolean> {
  const [outside, inside] = await fixture.both(fixture.containers.privileged);
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
  const directory = await fixture.handOver(inside, place, O_PATH | O_DIRECTORY, outside);
  // Served by a process of its own, since the one that opens waits for it.
  const server =
    served === 'inside' ? await fixture.in(fixture.containers.privileged) : await fixture.outside();
  const serving = serveNode(server, await fixture.pass(inside, connection, server), rawNode(fixture));
  await inside.call('close', connection);
  try {
    return await readNode(fixture, outside, directory);
  } finally {
    server.close();
    await serving;
  }
}

export const deviceAttempts = accompliceAttempts([
  {
    id: 'node-in-layer',
    title: "a device node of an image is opened outside, by a descriptor of the container's /",
    attempt: (fixture) => openOutside(fixture, false, opened('/')),
  },
  {
    id: 'node-in-volume',
    title: 'a device node that was copied into a volume is opened outside, by a descriptor of the volume',
    attempt: (fixture) => openOutside(fixture, false, opened('/v')),
  },
  {
    id: 'node-by-open-tree',
    title: 'the node of the layer is opened outside by a copy of the mount (open_tree)',
    attempt: (fixture) =>
      openOutside(fixture, true, (inside) => inside.call('open_tree', AT_FDCWD, '/', OPEN_TREE_CLONE)),
  },
  ...(['/', '/v'] as const).flatMap((place) => {
    const kind = place === '/' ? 'layer' : 'volume';
    return [
      {
        id: `node-cleared-${kind}`,
        title: `the node of the ${kind} is opened outside by a copy of the mount whose flags were cleared`,
        attempt: (fixture: AttackFixture) =>
          openOutside(fixture, true, (inside) => clearedClone(inside, place)),
      },
      {
        id: `node-remounted-${kind}`,
        title:
          `the node of the ${kind} is opened outside after the privileged container has mounted it anew ` +
          'without flags',
        attempt: (fixture: AttackFixture) => openOutside(fixture, true, (inside) => remounted(inside, place)),
      },
    ];
  }),
  {
    id: 'node-as-passwd',
    title: 'the engine reads a raw device for an image whose /etc/passwd is a node of it',
    attempt: async (fixture) => {
      const nodes = ['etc/passwd', 'etc/group'].map(
        (name) => ({ name, type: 'block', mode: 0o666, device: fixture.setup.rawDevice }) as const,
      );
      const image = await fixture.image('node-as-passwd', nodes);
      const command = [image, '/accomplice', 'serve', '/share/node-as-passwd.sock'];
      const { pid } = await fixture.container('node-as-passwd', ['--user', deviceAccount.name], command);
      return (await effectiveUid(pid)) % 65_536 === deviceAccount.uid;
    },
  },
  {
    id: 'node-made-outside',
    title: 'container root makes a device node in a directory outside, where it is opened',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const { descriptor } = await fixture.openDirectory(outside, 'node-made-outside');
      await inside.call(
        'mknodat',
        await fixture.pass(outside, descriptor, inside),
        'node',
        S_IFBLK | 0o666,
        rawNode(fixture),
      );
      return readNode(fixture, outside, descriptor);
    },
  },
  {
    id: 'node-by-fsmount',
    title: 'a device node on a file system that was made inside (fsmount) is opened outside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const context = await inside.call('fsopen', 'tmpfs', 0);
      await inside.call('fsconfig', context, FSCONFIG_CMD_CREATE, 0, 0, 0);
      const mount = await inside.call('fsmount', context, 0, 0);
      await inside.call('mknodat', mount, 'node', S_IFBLK | 0o666, rawNode(fixture));
      return readNode(fixture, outside, await fixture.pass(inside, mount, outside));
    },
  },
  {
    id: 'node-by-fuse',
    title: 'a device node on a FUSE file system of a privileged container is opened outside',
    attempt: (fixture) => fuse(fixture, 'inside'),
  },
  {
    id: 'node-by-fuse-served-outside',
    title: 'the same, where the process outside was handed /dev/fuse and serves it',
    attempt: (fixture) => fuse(fixture, 'outside'),
  },
  {
    id: 'tun-device',
    title: 'a privileged container makes a network interface on /dev/net/tun that was opened outside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      // 0666, as created by udev: which network namespace counts is another question.
      const tun = path.join(fixture.closed, 'tun');
      await (await fixture.root()).call('mknodat', AT_FDCWD, tun, S_IFCHR | 0o666, device(10, 200));
      const passed = await fixture.handOver(outside, tun, O_RDWR, inside);
      const request = Buffer.alloc(40);
      request.write('acc-tun', 0);
      const tunWithoutHeader = 0x1001;
      request.writeUInt16LE(tunWithoutHeader, 16);
      await inside.call('ioctl', passed, 0x4004_54ca, request);
      return isInterface('acc-tun');
    },
  },
]);
