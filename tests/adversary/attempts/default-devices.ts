import { chmod, chown, stat, symlink, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Stats } from 'node:fs';
import { linkArchive } from '../../support/link-archive.ts';
import {
  container,
  output,
  running,
  runningScript,
  wrote,
  type AttackResponse,
  type Attempt,
  type Side,
} from '../attempt.ts';
import { read, sendAs } from './mount-request.ts';

/** The machine's file, which anybody may mount. Nothing else here uses it. */
const device = '/dev/full';
/** Somebody who may use the socket and is not root. */
const user = 4242;
/** A mode that harms nobody meanwhile. */
const change = 'chmod 667 /x';
const mounted = { Binds: [`${device}:/x`] };
const own = (side: Side) => `${side.tag}.own`;

type Row = Pick<Attempt, 'id' | 'title' | 'prepare' | 'attempt'> & Partial<Pick<Attempt, 'outcome'>>;

/** An attempt to change owner, mode or times of the machine's file, which are restored. */
function changing({ id, title, prepare, attempt, outcome = 'confined' }: Row): Attempt {
  let before: Stats | null = null;
  return {
    id: `device-file-${id}`,
    class: 'mounts',
    title,
    outcome,
    alone: true,
    prepare: async (side) => {
      before = await stat(device);
      await prepare?.(side);
    },
    attempt,
    breach: async () => {
      const after = await stat(device);
      if (before === null) throw new Error(`${device} was not looked at before`);
      if (after.ctimeMs === before.ctimeMs) return false;
      await chown(device, before.uid, before.gid);
      await chmod(device, before.mode & 0o7777);
      await utimes(device, before.atime, before.mtime);
      return after.mode !== before.mode || after.uid !== before.uid || after.mtimeMs !== before.mtimeMs;
    },
  };
}

/** By a script in a container that has it at /x. */
const inside = (
  id: string,
  title: string,
  script: string,
  host: Record<string, unknown> | ((side: Side) => Record<string, unknown>) = mounted,
  prepare?: Attempt['prepare'],
): Attempt =>
  changing({
    id,
    title,
    ...(prepare ? { prepare } : {}),
    attempt: (side) =>
      runningScript(side, script, { HostConfig: typeof host === 'function' ? host(side) : host }),
  });
const privileged = { ...mounted, Privileged: true };

/** The client's container `tag.own`, which has it below /tmp, where an archive is copied. */
async function createOwn(side: Side, bind = `${device}:/tmp/x`): Promise<void> {
  const body = { Image: 'busybox', Cmd: ['sleep', '600'], HostConfig: { Binds: [bind] } };
  const created = await side.send('POST', `/v1.45/containers/create?name=${own(side)}`, JSON.stringify(body));
  if (created.status !== 201) throw new Error(created.text);
}

/** The user copies an archive of links into `tag.own`. */
async function copyLinks(side: Side, query = ''): Promise<AttackResponse> {
  return await sendAs(side, user, {
    method: 'PUT',
    target: `/v1.45/containers/${own(side)}/archive?path=/tmp${query}`,
    body: linkArchive('x', { mode: 0o667, mtime: 1 }),
  });
}

/** What a device was mounted by becomes a link to the closed file. */
async function replaceLink(side: Side): Promise<void> {
  const link = path.join(side.shared, 'link');
  await unlink(link);
  await symlink(path.join(side.closed, 'secret'), link);
}
const linked = (side: Side) => symlink(device, path.join(side.shared, 'link'));
const byLink = (side: Side) => ({ Binds: [`${side.shared}/link:/x`] });
const createByLink = async (side: Side) => {
  await linked(side);
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${side.tag}`,
    JSON.stringify({ Image: 'busybox', Cmd: ['head', '-c', '20', '/x'], HostConfig: byLink(side) }),
  );
  if (created.status !== 201) throw new Error(created.text);
};

export const defaultDeviceAttempts: readonly Attempt[] = [
  inside('mode', `the mode of the machine's ${device}, mounted in a container`, change),
  inside('owner', 'its owner', 'chown 5:5 /x'),
  inside('times', 'its times', 'touch -d 2001-01-01 /x'),
  inside('descriptor', 'by a descriptor', 'exec 3<> /x; chmod 667 /proc/self/fd/3'),
  inside('mounts', 'in Mounts, with an option', change, {
    Mounts: [{ Type: 'bind', Source: device, Target: '/x', BindOptions: { Propagation: 'private' } }],
  }),
  inside('link', 'by a link to it in a shared directory', change, byLink, linked),
  inside(
    'volumes-from',
    "with another container's mounts",
    change,
    (side) => ({ VolumesFrom: [own(side)] }),
    (side) => container(side, own(side), { host: mounted, runtime: side.runtime }),
  ),
  inside('remount', 'mounted again, writable', `mount -o remount,bind,rw /x; ${change}`, privileged),
  inside(
    'remount-device',
    'the same for the whole file system',
    `mount -o remount,rw /x; ${change}`,
    privileged,
  ),
  inside(
    'elsewhere',
    'mounted elsewhere, and that writable',
    'touch /y; mount --bind /x /y; mount -o remount,bind,rw /y; chmod 667 /y',
    privileged,
  ),
  inside(
    'namespace',
    'in another mount namespace',
    `unshare -m sh -c "mount -o remount,bind,rw /x; ${change}"`,
    privileged,
  ),
  inside(
    'through-root',
    "through the first process's root",
    'mount -o remount,bind,rw /x; chmod 667 /proc/1/root/x',
    privileged,
  ),
  changing({
    id: 'copy',
    title: 'by a copy of links, which the engine unpacks',
    outcome: 'refused',
    prepare: (side) => createOwn(side),
    attempt: (side) => copyLinks(side),
  }),
  changing({
    id: 'copy-up',
    title: 'the same while the container runs, with options',
    outcome: 'refused',
    prepare: async (side) => {
      await createOwn(side, `${device}:/tmp/x:rprivate`);
      await side.send('POST', `/v1.45/containers/${own(side)}/start`);
    },
    attempt: (side) => copyLinks(side, '&noOverwriteDirNonDir=false&copyUIDGID=0'),
  }),
  {
    id: 'device-file-swapped',
    class: 'mounts',
    title: `a link to ${device} leads to a closed file when the container starts`,
    outcome: 'confined',
    prepare: async (side) => {
      await createByLink(side);
      await replaceLink(side);
    },
    attempt: async (side) => {
      const started = await side.send('POST', `/v1.45/containers/${side.tag}/start`);
      await side.admin('POST', `/containers/${side.tag}/wait`);
      return started;
    },
    breach: async (side, responses) => {
      const printed = await output(side, side.tag);
      // It reads the device that was checked, instead of nothing at all.
      if (side.name === 'gateway' && !printed.includes('\0'.repeat(20)))
        throw new Error(`the device was not read: ${responses.at(-1)?.text ?? ''} ${printed}`);
      return printed.includes('opened');
    },
  },
  {
    id: 'device-file-parent',
    class: 'mounts',
    title: "the directory of the machine's devices by a link that is named like one",
    outcome: 'refused',
    prepare: (side) => symlink('/dev', path.join(side.shared, 'null')),
    attempt: (side) =>
      running(side, {
        Cmd: ['sh', '-c', 'test -e /x/shm && echo opened'],
        HostConfig: { Binds: [`${side.shared}/null:/x`] },
      }),
    breach: wrote('opened'),
  },
  {
    id: 'device-file-named',
    class: 'mounts',
    title: 'a closed file by a link that is named like a device',
    outcome: 'refused',
    prepare: (side) => symlink(path.join(side.closed, 'secret'), path.join(side.shared, 'null')),
    attempt: (side) => running(side, { ...read('/x'), HostConfig: { Binds: [`${side.shared}/null:/x`] } }),
    breach: wrote('opened'),
  },
  {
    id: 'device-file-dots',
    class: 'mounts',
    title: 'a closed file with dot segments behind a device',
    outcome: 'refused',
    attempt: (side) =>
      running(side, { ...read('/x'), HostConfig: { Binds: [`/dev/null/../..${side.closed}/secret:/x`] } }),
    breach: wrote('opened'),
  },
];
