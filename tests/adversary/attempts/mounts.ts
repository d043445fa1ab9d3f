import { execFile } from 'node:child_process';
import { link, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  archive,
  container,
  creating,
  made,
  mounts,
  output,
  running,
  volume,
  wrote,
  type Attempt,
  type Outcome,
  type Side,
} from '../attempt.ts';

const run = promisify(execFile);
const read = (file: string) => ({ Cmd: ['cat', file] });
const secret = wrote('opened');

/** A container that reads `secret` of the closed directory, by a way `host` describes. */
function reading(
  kind: 'mounts' | 'volumes',
  rows: readonly {
    readonly id: string;
    readonly title: string;
    readonly host: (side: Side) => Record<string, unknown>;
    readonly file?: (side: Side) => string;
    readonly prepare?: Attempt['prepare'];
    readonly outcome?: Outcome;
  }[],
): Attempt[] {
  return rows.map(({ id, title, host, file, prepare, outcome }): Attempt => ({
    id,
    class: kind,
    title,
    outcome: outcome ?? 'refused',
    ...(prepare ? { prepare } : {}),
    attempt: (side) => running(side, { ...read(file?.(side) ?? '/x/secret'), HostConfig: host(side) }),
    breach: secret,
  }));
}
const bind = (source: string) => ({ Binds: [`${source}:/x`] });
const mount = (source: string, more: Record<string, unknown> = {}) => ({
  Mounts: [{ Type: 'bind', Source: source, Target: '/x', ...more }],
});
const alias =
  (target: (side: Side) => string, name = 'link') =>
  (side: Side) =>
    symlink(target(side), path.join(side.shared, name));

export const mountAttempts: readonly Attempt[] = [
  ...reading('mounts', [
    { id: 'mount-binds', title: 'Binds', host: (side) => bind(side.closed) },
    { id: 'mount-mounts', title: 'Mounts', host: (side) => mount(side.closed) },
    { id: 'mount-read-only', title: 'read-only', host: (side) => ({ Binds: [`${side.closed}:/x:ro`] }) },
    {
      id: 'mount-second',
      title: 'behind a bind that is allowed',
      host: (side) => ({ Binds: [`${side.shared}:/y`, `${side.closed}:/x`] }),
    },
    {
      id: 'mount-both',
      title: 'Mounts beside Binds',
      host: (side) => ({ ...mount(side.closed), Binds: [`${side.shared}:/y`] }),
    },
    {
      id: 'mount-dots',
      title: 'dot segments out of a shared directory',
      host: (side) =>
        bind(
          `${side.shared}/../../${path.basename(path.dirname(side.closed))}/${path.basename(side.closed)}`,
        ),
    },
    {
      id: 'mount-dots-mounts',
      title: 'dot segments in Mounts',
      host: (side) =>
        mount(
          `${side.shared}/./../..//${path.basename(path.dirname(side.closed))}/./` +
            `${path.basename(side.closed)}/.`,
        ),
    },
    {
      id: 'mount-slashes',
      title: 'doubled slashes',
      host: (side) => bind(`//${side.closed.replaceAll('/', '//')}`),
    },
    { id: 'mount-trailing', title: 'trailing slashes', host: (side) => bind(`${side.closed}///`) },
    {
      id: 'mount-one-file',
      title: 'the one file',
      host: (side) => ({ Binds: [`${side.closed}/secret:/x`] }),
      file: () => '/x',
    },
    {
      id: 'mount-symlink',
      title: 'a symbolic link to a directory',
      prepare: alias((side) => side.closed),
      host: (side) => bind(`${side.shared}/link`),
    },
    {
      id: 'mount-symlink-mounts',
      title: 'a symbolic link to a directory in Mounts',
      prepare: alias((side) => side.closed),
      host: (side) => mount(`${side.shared}/link`),
    },
    {
      id: 'mount-symlink-relative',
      title: 'a relative symbolic link',
      prepare: alias((side) => path.relative(side.shared, side.closed)),
      host: (side) => bind(`${side.shared}/link`),
    },
    {
      id: 'mount-symlink-file',
      title: 'a symbolic link to a file',
      prepare: alias((side) => `${side.closed}/secret`),
      host: (side) => bind(`${side.shared}/link`),
      file: () => '/x',
    },
    {
      id: 'mount-symlink-middle',
      title: 'a symbolic link in the middle of the path',
      prepare: alias((side) => path.dirname(side.closed)),
      host: (side) => bind(`${side.shared}/link/${path.basename(side.closed)}`),
    },
    {
      id: 'mount-symlink-dots',
      title: 'dot segments behind a symbolic link',
      prepare: async (side) => {
        await mkdir(path.join(side.closed, 'deep'));
        await symlink(path.join(side.closed, 'deep'), path.join(side.shared, 'link'));
        await symlink('link/..', path.join(side.shared, 'up'));
      },
      host: (side) => bind(`${side.shared}/up`),
    },
    {
      id: 'mount-symlink-chain',
      title: 'a chain of symbolic links',
      prepare: async (side) => {
        await symlink(side.closed, path.join(side.shared, 'l0'));
        for (let i = 1; i < 20; i++) await symlink(`l${i - 1}`, path.join(side.shared, `l${i}`));
      },
      host: (side) => bind(`${side.shared}/l19`),
    },
    {
      id: 'mount-symlink-root',
      title: 'a symbolic link to /',
      prepare: alias(() => '/'),
      host: (side) => bind(`${side.shared}/link${side.closed}`),
    },
    {
      id: 'mount-symlink-proc',
      title: 'a symbolic link through /proc/self/root',
      prepare: alias((side) => `/proc/self/root${side.closed}`),
      host: (side) => bind(`${side.shared}/link`),
    },
    {
      id: 'mount-proc-root',
      title: '/proc/self/root',
      host: (side) => bind(`/proc/self/root${side.closed}`),
    },
    {
      id: 'mount-proc-thread',
      title: '/proc/thread-self/root in Mounts',
      host: (side) => mount(`/proc/thread-self/root${side.closed}`),
    },
    {
      id: 'mount-root',
      title: 'the root directory',
      host: () => bind('/'),
      file: (side) => `/x${side.closed}/secret`,
    },
    {
      id: 'mount-root-dots',
      title: 'the root directory as /tmp/..',
      host: () => mount('/tmp/..'),
      file: (side) => `/x${side.closed}/secret`,
    },
    {
      id: 'mount-parent',
      title: 'a directory above the shared one',
      host: (side) => bind(path.dirname(path.dirname(side.closed))),
      file: (side) => `/x/${path.basename(path.dirname(side.closed))}/${path.basename(side.closed)}/secret`,
    },
    {
      id: 'mount-sibling',
      title: 'a directory whose name begins like the shared one',
      host: (side) => bind(path.dirname(side.closed)),
      file: (side) => `/x/${path.basename(side.closed)}/secret`,
    },
    {
      id: 'mount-force-recursive',
      title: 'with ReadOnlyForceRecursive',
      host: (side) =>
        mount(side.closed, {
          ReadOnly: true,
          BindOptions: { ReadOnlyForceRecursive: true, Propagation: 'rprivate' },
        }),
    },
    {
      id: 'mount-non-recursive',
      title: 'with NonRecursive',
      host: (side) => mount(side.closed, { BindOptions: { NonRecursive: true } }),
    },
    {
      id: 'mount-create-mountpoint',
      title: 'with CreateMountpoint',
      host: (side) => mount(side.closed, { BindOptions: { CreateMountpoint: true } }),
    },
    {
      id: 'mount-volumes-from',
      title: 'VolumesFrom an unprotected container',
      prepare: (side) => container(side, `${side.tag}.holder`, { host: bind(side.closed) }),
      host: (side) => ({ VolumesFrom: [`${side.tag}.holder`] }),
    },
    {
      id: 'mount-volumes-from-ro',
      title: 'VolumesFrom, read-only',
      prepare: (side) => container(side, `${side.tag}.holder`, { host: bind(side.closed) }),
      host: (side) => ({ VolumesFrom: [`${side.tag}.holder:ro`] }),
    },
    {
      id: 'mount-volumes-from-protected',
      title: 'VolumesFrom a protected container with a directory that is shared no more',
      prepare: (side) =>
        container(side, `${side.tag}.holder`, { host: bind(side.closed), runtime: side.runtime }),
      host: (side) => ({ VolumesFrom: [`${side.tag}.holder`] }),
    },
    {
      id: 'mount-volumes-from-chain',
      title: 'VolumesFrom over two containers',
      prepare: async (side) => {
        await container(side, `${side.tag}.a`, { host: bind(side.closed) });
        await container(side, `${side.tag}.b`, {
          host: { VolumesFrom: [`${side.tag}.a`] },
          runtime: side.runtime,
        });
      },
      host: (side) => ({ VolumesFrom: [`${side.tag}.b`] }),
    },
    {
      id: 'mount-volumes-from-two',
      title: 'VolumesFrom two containers, the second one holds it',
      prepare: async (side) => {
        await container(side, `${side.tag}.a`, {
          host: { Binds: [`${side.shared}:/y`] },
          runtime: side.runtime,
        });
        await container(side, `${side.tag}.b`, { host: bind(side.closed) });
      },
      host: (side) => ({ VolumesFrom: [`${side.tag}.a`, `${side.tag}.b`] }),
    },
  ]),
  ...creating('mounts', [
    // The engine's own, and the clients' for an image that may not have it.
    {
      id: 'socket-binds',
      title: "the engine's socket in Binds",
      body: (side) => ({ HostConfig: bind(side.engineSocket) }),
      breach: made,
    },
    {
      id: 'socket-mounts',
      title: "the engine's socket in Mounts (CVE-2026-6406)",
      body: (side) => ({ HostConfig: mount(side.engineSocket) }),
      breach: made,
    },
    {
      id: 'socket-read-only',
      title: "the engine's socket, read-only",
      body: (side) => ({ HostConfig: mount(side.engineSocket, { ReadOnly: true }) }),
      breach: made,
    },
    {
      id: 'socket-door',
      title: "the clients' socket",
      body: (side) => ({ Image: 'evil', HostConfig: bind(side.door) }),
      breach: made,
    },
    {
      id: 'socket-dots',
      title: "the clients' socket with dot segments out of a shared directory",
      body: (side) => ({
        Image: 'evil',
        HostConfig: bind(`${side.shared}/${path.relative(side.shared, side.door)}`),
      }),
      breach: made,
    },
    {
      id: 'socket-symlink',
      title: "a symbolic link to the engine's socket",
      prepare: alias((side) => side.engineSocket),
      body: (side) => ({ HostConfig: bind(`${side.shared}/link`) }),
      breach: made,
    },
    {
      id: 'socket-symlink-door',
      title: "a symbolic link to the clients' socket in Mounts",
      prepare: alias((side) => side.door),
      body: (side) => ({ Image: 'evil', HostConfig: mount(`${side.shared}/link`) }),
      breach: made,
    },
    {
      id: 'socket-hard-link',
      title: "a hard link to the engine's socket",
      prepare: (side) => link(side.engineSocket, path.join(side.shared, 'hard')),
      body: (side) => ({ HostConfig: bind(`${side.shared}/hard`) }),
      breach: made,
    },
    {
      id: 'socket-parent',
      title: "the directory of the engine's socket",
      body: (side) => ({ HostConfig: bind(side.engineRoot) }),
      breach: made,
    },
    {
      id: 'socket-parent-link',
      title: "a symbolic link to the directory of the engine's socket",
      prepare: alias((side) => side.engineRoot),
      body: (side) => ({ HostConfig: mount(`${side.shared}/link`) }),
      breach: made,
    },
    {
      id: 'socket-containerd',
      title: "containerd's socket",
      body: (side) => ({ HostConfig: bind(`${side.engineRoot}/exec/containerd/containerd.sock`) }),
      breach: made,
    },
    {
      id: 'socket-volumes-from',
      title: 'the socket by VolumesFrom',
      prepare: (side) =>
        container(side, `${side.tag}.holder`, { host: bind(side.engineSocket), runtime: side.runtime }),
      body: (side) => ({ HostConfig: { VolumesFrom: [`${side.tag}.holder`] } }),
      breach: made,
    },
    {
      id: 'socket-volume',
      title: "the socket's directory as a volume made earlier",
      prepare: (side) =>
        side.admin('POST', '/volumes/create', {
          Name: `${side.tag}.v`,
          DriverOpts: { type: 'none', o: 'bind', device: side.engineRoot },
        }),
      body: (side) => ({ HostConfig: { Binds: [`${side.tag}.v:/x`] } }),
      breach: made,
    },
    {
      id: 'engine-data',
      title: "the engine's data",
      body: (side) => ({ HostConfig: bind(`${side.engineRoot}/data`) }),
      breach: made,
    },
    {
      id: 'engine-volumes',
      title: 'the directory of all volumes',
      body: (side) => ({ HostConfig: mount(`${side.engineRoot}/data/volumes`) }),
      breach: made,
    },
    {
      id: 'engine-containers',
      title: 'the configuration of all containers',
      body: (side) => ({ HostConfig: bind(`${side.engineRoot}/data/containers`) }),
      breach: made,
    },
    {
      id: 'engine-layers',
      title: 'the layers of all images, with dot segments',
      body: (side) => ({ HostConfig: bind(`${side.engineRoot}/data/volumes/../overlay2`) }),
      breach: made,
    },
    ...[
      '/proc',
      '/sys',
      '/dev',
      '/run',
      '/etc',
      '/root',
      '/var/lib',
      '/proc/sys',
      '/sys/fs/cgroup',
      '/dev/shm',
    ].map((directory) => ({
      id: `mount-of${directory.replaceAll('/', '-')}`,
      title: directory,
      body: { HostConfig: bind(directory) },
      breach: mounts(directory),
    })),
    // Mounts made inside would appear outside.
    ...['shared', 'rshared'].flatMap((propagation) => [
      {
        id: `propagation-binds-${propagation}`,
        title: `a shared directory with propagation ${propagation}`,
        body: (side: Side) => ({ HostConfig: { Binds: [`${side.shared}:/x:${propagation}`] } }),
        breach: made,
      },
      {
        id: `propagation-mounts-${propagation}`,
        title: `the same in Mounts: ${propagation}`,
        body: (side: Side) => ({
          HostConfig: mount(side.shared, { BindOptions: { Propagation: propagation } }),
        }),
        breach: made,
      },
    ]),
    {
      id: 'propagation-second',
      title: 'propagation behind another option',
      body: (side) => ({ HostConfig: { Binds: [`${side.shared}:/x:ro,rshared`] } }),
      breach: made,
    },
  ]),
  {
    id: 'mount-colon',
    class: 'mounts',
    title: 'a symbolic link whose target has a colon in it, which the rewritten bind would split',
    outcome: 'refused',
    prepare: async (side) => {
      await mkdir(path.join(side.shared, 'p:q'));
      await symlink('p:q', path.join(side.shared, 'link'));
      await writeFile(path.join(side.shared, 'p:q', 'secret'), 'opened\n');
    },
    attempt: (side) => running(side, { ...read('/x/secret'), HostConfig: bind(`${side.shared}/link`) }),
    breach: secret,
  },
];

// ---- volumes

type Options = (side: Side) => Record<string, string>;
const optionRows: readonly (readonly [string, string, Options])[] = [
  ['bind', 'type none, o=bind', (side) => ({ type: 'none', o: 'bind', device: side.closed })],
  ['rbind', 'o=rbind', (side) => ({ type: 'none', o: 'rbind', device: side.closed })],
  ['bind-tmpfs', 'type tmpfs with o=bind', (side) => ({ type: 'tmpfs', o: 'bind', device: side.closed })],
  [
    'bind-last',
    'bind behind harmless options',
    (side) => ({ type: 'tmpfs', o: 'size=1m,uid=0,bind', device: side.closed }),
  ],
  [
    'overlay',
    'an overlay over a directory of the machine',
    (side) => ({ type: 'overlay', device: 'overlay', o: `lowerdir=${side.closed}:${side.shared}` }),
  ],
];
const make = (side: Side, name: string, options: Options) =>
  side.admin('POST', '/volumes/create', { Name: name, DriverOpts: options(side) });
const evil: Options = (side) => ({ type: 'none', o: 'bind', device: side.closed });

export const volumeAttempts: readonly Attempt[] = [
  ...optionRows
    .map(([id, title, options]): Attempt => ({
      id: `volume-${id}`,
      class: 'volumes',
      title: `made now: ${title}`,
      outcome: 'refused',
      attempt: async (side) => [
        await side.send(
          'POST',
          '/v1.45/volumes/create',
          JSON.stringify({ Name: side.tag, DriverOpts: options(side) }),
        ),
        ...(await running(side, { ...read('/x/secret'), HostConfig: { Binds: [`${side.tag}:/x`] } })),
      ],
      // Through the gateway the container gets an empty volume of that name.
      breach: async (side) => (await output(side, side.tag)).includes('opened'),
    }))
    .map((attempt): Attempt => ({
      ...attempt,
      attempt: async (side) => {
        const answers = [await attempt.attempt(side)].flat();
        // What is judged is the volume; the container only shows what is in it.
        if (answers[0]?.status !== 201) await side.admin('DELETE', `/containers/${side.tag}?force=1`);
        return answers;
      },
    })),
  // Filesystems that cannot be mounted here, or only with a server: that the volume is made is the breach.
  ...(
    [
      ['block', 'a file system on a device', { type: 'ext4', device: '/dev/sda1' }],
      ['nfs', 'NFS', { type: 'nfs', o: 'addr=192.0.2.1,rw', device: ':/' }],
      ['cifs', 'CIFS', { type: 'cifs', o: 'addr=192.0.2.1,username=x', device: '//192.0.2.1/x' }],
      ['9p', '9p', { type: '9p', device: 'hostshare', o: 'trans=virtio' }],
      ['proc', "the engine's /proc", { type: 'proc', device: 'proc' }],
      ['sysfs', "the engine's /sys", { type: 'sysfs', device: 'sysfs' }],
      ['cgroup', 'the cgroup tree', { type: 'cgroup2', device: 'none' }],
      ['upper-type', 'a type in upper case', { type: 'EXT4', device: '/dev/sda1' }],
      ['no-device', 'a type without a device', { type: 'devtmpfs', device: 'none' }],
      ['blank-type', 'tmpfs with a blank', { type: 'tmpfs ', device: '/dev/sda1' }],
      [
        'tmpfs-option',
        'tmpfs with an option nobody knows',
        { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,context=system_u:object_r:x' },
      ],
      ['tmpfs-shared', 'tmpfs with propagation', { type: 'tmpfs', device: 'tmpfs', o: 'shared' }],
      ['tmpfs-suid', 'tmpfs with devices', { type: 'tmpfs', device: 'tmpfs', o: 'dev,suid' }],
    ] as const
  ).map(([id, title, options]): Attempt => ({
    id: `volume-${id}`,
    class: 'volumes',
    title: `made now: ${title}`,
    outcome: 'refused',
    attempt: (side) =>
      side.send('POST', '/v1.45/volumes/create', JSON.stringify({ Name: side.tag, DriverOpts: options })),
    breach: volume('type', options.type),
  })),
  ...reading('volumes', [
    {
      id: 'volume-named-binds',
      title: 'made earlier, used in Binds',
      prepare: (side) => make(side, `${side.tag}.v`, evil),
      host: (side) => ({ Binds: [`${side.tag}.v:/x`] }),
    },
    {
      id: 'volume-named-mounts',
      title: 'made earlier, used in Mounts',
      prepare: (side) => make(side, `${side.tag}.v`, evil),
      host: (side) => ({ Mounts: [{ Type: 'volume', Source: `${side.tag}.v`, Target: '/x' }] }),
    },
    {
      id: 'volume-named-nocopy',
      title: 'made earlier, with nocopy and read-only',
      prepare: (side) => make(side, `${side.tag}.v`, evil),
      host: (side) => ({ Binds: [`${side.tag}.v:/x:ro,nocopy`] }),
    },
    {
      id: 'volume-named-subpath',
      title: 'made earlier, a directory of it',
      prepare: async (side) => {
        await make(side, `${side.tag}.v`, evil);
        await mkdir(path.join(side.closed, 'in'));
        await writeFile(path.join(side.closed, 'in', 'secret'), 'opened\n');
      },
      host: (side) => ({
        Mounts: [{ Type: 'volume', Source: `${side.tag}.v`, Target: '/x', VolumeOptions: { Subpath: 'in' } }],
      }),
    },
    {
      id: 'volume-named-driver',
      title: 'made earlier, with a harmless inline driver',
      prepare: (side) => make(side, `${side.tag}.v`, evil),
      host: (side) => ({
        Mounts: [
          {
            Type: 'volume',
            Source: `${side.tag}.v`,
            Target: '/x',
            VolumeOptions: { DriverConfig: { Name: 'local' } },
          },
        ],
      }),
    },
    {
      id: 'volume-volumes-from',
      title: 'made earlier, by VolumesFrom a protected container',
      prepare: async (side) => {
        await make(side, `${side.tag}.v`, evil);
        await container(side, `${side.tag}.holder`, {
          host: { Binds: [`${side.tag}.v:/x`] },
          runtime: side.runtime,
        });
      },
      host: (side) => ({ VolumesFrom: [`${side.tag}.holder`] }),
    },
    {
      id: 'volume-inline',
      title: 'inline in Mounts',
      host: (side) => ({
        Mounts: [
          {
            Type: 'volume',
            Source: `${side.tag}.v`,
            Target: '/x',
            VolumeOptions: { DriverConfig: { Name: 'local', Options: evil(side) } },
          },
        ],
      }),
    },
    {
      id: 'volume-inline-anonymous',
      title: 'inline in Mounts, without a name',
      host: (side) => ({
        Mounts: [{ Type: 'volume', Target: '/x', VolumeOptions: { DriverConfig: { Options: evil(side) } } }],
      }),
    },
    {
      id: 'volume-inline-overlay',
      title: 'inline in Mounts, an overlay',
      host: (side) => ({
        Mounts: [
          {
            Type: 'volume',
            Target: '/x',
            VolumeOptions: {
              DriverConfig: {
                Name: 'local',
                Options: { type: 'overlay', device: 'overlay', o: `lowerdir=${side.closed}:${side.shared}` },
              },
            },
          },
        ],
      }),
    },
  ]),
  {
    id: 'volume-start',
    class: 'volumes',
    title: 'a container made earlier with such a volume is started',
    outcome: 'refused',
    prepare: async (side) => {
      await make(side, `${side.tag}.v`, evil);
      await container(side, `${side.tag}.own`, {
        host: { Binds: [`${side.tag}.v:/x`] },
        runtime: side.runtime,
        config: read('/x/secret'),
      });
    },
    attempt: async (side) => {
      const answer = await side.send('POST', `/v1.45/containers/${side.tag}.own/start`);
      if (answer.status === 204) await side.admin('POST', `/containers/${side.tag}.own/wait`);
      return answer;
    },
    breach: async (side) => (await output(side, `${side.tag}.own`)).includes('opened'),
  },
];

// ---- swapped between check and use

/** Replaces `file` by a link to `target`, as somebody with a shell does. */
async function swap(file: string, target: string): Promise<void> {
  await rename(file, `${file}.before`);
  await symlink(target, file);
}
const own = (side: Side) => `${side.tag}.own`;
/**
 * The client's container `tag.own` with the shared directory `d`, which then becomes a link to the closed
 * one.
 */
async function swapped(
  side: Side,
  config: Record<string, unknown> = read('/x/secret'),
  start = false,
): Promise<void> {
  await mkdir(path.join(side.shared, 'd'));
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${own(side)}`,
    JSON.stringify({ Image: 'busybox', ...config, HostConfig: bind(`${side.shared}/d`) }),
  );
  if (created.status !== 201) throw new Error(created.text);
  if (start) await side.send('POST', `/v1.45/containers/${own(side)}/start`);
  await swap(path.join(side.shared, 'd'), side.closed);
}
const ownWrote = async (side: Side) => (await output(side, own(side))).includes('opened');
const began = async (side: Side, action: string) => {
  const answer = await side.send('POST', `/v1.45/containers/${own(side)}/${action}`);
  if (answer.status === 204) await side.admin('POST', `/containers/${own(side)}/wait`);
  return answer;
};
const sleeping = { Cmd: ['sleep', '600'] };

export const swapAttempts: readonly Attempt[] = [
  {
    id: 'swap-start',
    class: 'swapped',
    title: 'a directory becomes a link between create and start',
    outcome: 'refused',
    prepare: swapped,
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-restart',
    class: 'swapped',
    title: 'the same with restart',
    outcome: 'refused',
    prepare: (side) => swapped(side),
    attempt: (side) => began(side, 'restart?t=0'),
    breach: ownWrote,
  },
  {
    id: 'swap-middle',
    class: 'swapped',
    title: 'a directory above the source becomes a link',
    outcome: 'refused',
    prepare: async (side) => {
      await mkdir(path.join(side.shared, 'a', path.basename(side.closed)), { recursive: true });
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({
          Image: 'busybox',
          ...read('/x/secret'),
          HostConfig: mount(path.join(side.shared, 'a', path.basename(side.closed))),
        }),
      );
      await swap(path.join(side.shared, 'a'), path.dirname(side.closed));
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-file',
    class: 'swapped',
    title: 'a file becomes a link',
    outcome: 'refused',
    prepare: async (side) => {
      await writeFile(path.join(side.shared, 'f'), 'harmless\n');
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({ Image: 'busybox', ...read('/x'), HostConfig: { Binds: [`${side.shared}/f:/x`] } }),
      );
      await swap(path.join(side.shared, 'f'), path.join(side.closed, 'secret'));
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-socket',
    class: 'swapped',
    title: "a file becomes a link to the engine's socket",
    outcome: 'refused',
    prepare: async (side) => {
      await writeFile(path.join(side.shared, 'f'), '');
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${own(side)}`,
        JSON.stringify({
          Image: 'busybox',
          Cmd: ['sh', '-c', '[ -S /x ] && echo opened'],
          HostConfig: { Binds: [`${side.shared}/f:/x`] },
        }),
      );
      await swap(path.join(side.shared, 'f'), side.engineSocket);
    },
    attempt: (side) => began(side, 'start'),
    breach: ownWrote,
  },
  {
    id: 'swap-volumes-from',
    class: 'swapped',
    title: 'VolumesFrom a container whose directory became a link',
    outcome: 'refused',
    prepare: (side) => swapped(side),
    attempt: (side) => running(side, { ...read('/x/secret'), HostConfig: { VolumesFrom: [own(side)] } }),
    breach: secret,
  },
  // The engine mounts a container's directories itself for these, the runtime has no say.
  {
    id: 'swap-cp-out',
    class: 'swapped',
    title: 'docker cp out of a created container whose directory became a link',
    outcome: 'refused',
    prepare: (side) => swapped(side),
    attempt: (side) => side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
    breach: (_side, answers) =>
      Promise.resolve(answers.at(-1)?.status === 200 && answers.at(-1)?.text.includes('opened') === true),
  },
  {
    id: 'swap-cp-out-running',
    class: 'swapped',
    title: 'the same while it runs',
    outcome: 'refused',
    prepare: (side) => swapped(side, sleeping, true),
    attempt: (side) => side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
    breach: (_side, answers) =>
      Promise.resolve(answers.at(-1)?.status === 200 && answers.at(-1)?.text.includes('opened') === true),
  },
  {
    id: 'swap-cp-stat',
    class: 'swapped',
    title: 'a look at a file by HEAD',
    outcome: 'refused',
    prepare: (side) => swapped(side),
    attempt: async (side) => [
      await side.send('HEAD', `/v1.45/containers/${own(side)}/archive?path=/x/secret`),
      await side.send('GET', `/v1.45/containers/${own(side)}/archive?path=/x`),
    ],
    breach: (_side, answers) => Promise.resolve(answers[0]?.status === 200),
  },
  {
    id: 'swap-cp-in',
    class: 'swapped',
    title: 'docker cp into it',
    outcome: 'refused',
    prepare: (side) => swapped(side),
    attempt: (side) =>
      side.send(
        'PUT',
        `/v1.45/containers/${own(side)}/archive?path=/x`,
        archive({ planted: 'x' }),
        'Content-Type: application/x-tar',
      ),
    breach: (side) =>
      run('cat', [path.join(side.closed, 'planted')]).then(
        () => true,
        () => false,
      ),
  },
  {
    id: 'swap-cp-in-link',
    class: 'swapped',
    title: 'docker cp through a link inside that leads into it',
    outcome: 'refused',
    prepare: async (side) => {
      await swapped(side);
    },
    attempt: (side) =>
      side.send(
        'PUT',
        `/v1.45/containers/${own(side)}/archive?path=/proc/../x&noOverwriteDirNonDir=1`,
        archive({ 'in/': '', 'in/planted': 'x' }),
        'Content-Type: application/x-tar',
      ),
    breach: (side) =>
      run('cat', [path.join(side.closed, 'in', 'planted')]).then(
        () => true,
        () => false,
      ),
  },
];
