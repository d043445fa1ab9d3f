import { chmod, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { container, creating, made, mounts, running, type Attempt, type Side } from '../attempt.ts';
import { reading, bind, mount, alias, read, secret, sendAs } from './mount-request.ts';

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
    // Mounts made inside, by who may mount, would appear outside.
    ...['shared', 'rshared'].flatMap((propagation) => [
      {
        id: `propagation-binds-${propagation}`,
        title: `a shared directory with propagation ${propagation}`,
        body: (side: Side) => ({
          HostConfig: { Privileged: true, Binds: [`${side.shared}:/x:${propagation}`] },
        }),
        breach: made,
      },
      {
        id: `propagation-mounts-${propagation}`,
        title: `the same in Mounts: ${propagation}`,
        body: (side: Side) => ({
          HostConfig: {
            CapAdd: ['SYS_ADMIN'],
            ...mount(side.shared, { BindOptions: { Propagation: propagation } }),
          },
        }),
        breach: made,
      },
    ]),
    {
      id: 'propagation-second',
      title: 'propagation behind another option',
      body: (side) => ({
        HostConfig: { Privileged: true, Binds: [`${side.shared}:/x:ro,rshared`] },
      }),
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
  {
    id: 'mount-hidden-link',
    class: 'mounts',
    title: 'a link in a directory that is closed to the user: where it leads is not in the refusal',
    outcome: 'refused',
    alone: true,
    prepare: async (side) => {
      await symlink('/usr/lib', path.join(side.closed, 'link'));
      await chmod(side.closed, 0o700);
    },
    attempt: (side) =>
      sendAs(side, 4242, {
        method: 'POST',
        target: `/v1.45/containers/create?name=${side.tag}`,
        body: JSON.stringify({ Image: 'busybox', HostConfig: bind(path.join(side.closed, 'link')) }),
      }),
    breach: async (side, responses) =>
      (await made(side, responses)) || responses.some(({ text }) => text.includes('/usr/lib')),
  },
];
