import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkGuards } from './link-guards.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { staleMounts } from './stale-mounts.ts';

const paths = rootPaths('/srv/engine');
const other = rootPaths('/srv/engine2');

describe('stale mounts', () => {
  const line = (root: string, point: string, device = '8:1') =>
    `30 20 ${device} ${root} ${point} rw,relatime shared:1 - ext4 /dev/sda rw`;

  it("are the containers', deepest first, and dockerd's bind of its data onto itself", () => {
    const info = [
      line('/', '/'),
      line('/srv/engine/data', paths.data),
      line('/', `${paths.data}/overlay2/abc/merged`, '0:50'),
      line('net:[1]', `${paths.run}/netns/1a`, '0:4'),
      line('/', `${paths.data}/containers/abc/mounts/shm`, '0:51'),
      line('/', `/run/bulkhead/mounts/${paths.id}/abc/root`, '0:52'),
    ].join('\n');
    const found = staleMounts(info, paths);
    expect(found).toEqual(
      expect.arrayContaining([
        `${paths.data}/overlay2/abc/merged`,
        `${paths.run}/netns/1a`,
        `${paths.data}/containers/abc/mounts/shm`,
        `/run/bulkhead/mounts/${paths.id}/abc/root`,
      ]),
    );
    expect(found).toHaveLength(5);
    expect(found.at(-1)).toBe(paths.data);
  });

  it("do not include the nosymfollow guard, which is distinguished from an admin's mount there", () => {
    const [store, links, layer, image, volumes] = [
      'overlay2',
      'overlay2/l',
      `overlay2/${'a'.repeat(64)}`,
      `overlay2/${'b'.repeat(64)}`,
      'volumes',
    ].map((name) => `${paths.data}/${name}`) as [string, string, string, string, string]; // five
    const info = [
      line('/', '/'),
      line(store, store),
      line(links, links),
      line(layer, layer),
      line('/', `${layer}/merged`, '0:50'),
      line('/elsewhere', image),
      line(volumes, volumes),
    ].join('\n');
    expect(linkGuards(info, paths)).toEqual([volumes, layer, links, store]);
    expect(staleMounts(info, paths)).toEqual([`${layer}/merged`]);
    for (const [root, device] of [
      ['/', '8:2'],
      ['/srv/volumes', '8:1'],
    ] as const)
      expect(linkGuards([line('/', '/'), line(root, volumes, device)].join('\n'), paths)).toEqual([]);
  });

  it('are those that the engine makes for builds, snapshots, plugins and temporary copies', () => {
    const points = [
      'buildkit/executor/x1/rootfs',
      'rootfs/overlayfs/abc',
      'fuse-overlayfs/abc/merged',
      'zfs/graph/abc',
      'containers/abc/mounts/secrets',
      'plugins/abc/propagated-mount/p',
      'containerd/daemon/tmpmounts/containerd-mount1',
      'tmp/buildkit-mount1',
      'overlay2/abc/merged/etc/hosts',
    ].map((name) => `${paths.data}/${name}`);
    expect(staleMounts(points.map((point) => line('/', point, '0:50')).join('\n'), paths).sort()).toEqual(
      points.sort(),
    );
  });

  it("include volumes only if the engine mounted them: an administrator's disk or NFS stays", () => {
    const info = [
      line('/', '/'),
      ...['db', 'db/_data', 'nfs/_data', 'db/_data/deeper'].map((name) =>
        line('/', `${paths.data}/volumes/${name}`, '8:2'),
      ),
    ].join('\n');
    expect(staleMounts(info, paths, (name) => name === 'nfs')).toEqual([`${paths.data}/volumes/nfs/_data`]);
  });

  it('identify volumes mounted by the engine by the options they were created with', async () => {
    const made = rootPaths(await mkdtemp(path.join(tmpdir(), 'bulkhead-stale-')));
    const volume = async (name: string, options: string | null) => {
      await mkdir(path.join(made.data, 'volumes', name), { recursive: true });
      if (options !== null) await writeFile(path.join(made.data, 'volumes', name, 'opts.json'), options);
      return line('/', path.join(made.data, 'volumes', name, '_data'), '8:2');
    };
    const info = await Promise.all([
      volume('plain', null),
      volume('quota', '{"MountType":"","MountOpts":"","MountDevice":"","Quota":{"Size":1}}'),
      volume('broken', '{"MountTy'),
      volume('tmp', '{"MountType":"tmpfs","MountOpts":"","MountDevice":"tmpfs","Quota":{"Size":0}}'),
      volume('bind', '{"MountType":"","MountOpts":"bind","MountDevice":"/srv","Quota":{"Size":0}}'),
    ]);
    expect(
      staleMounts(info.join('\n'), made)
        .map((point) => path.basename(path.dirname(point)))
        .sort(),
    ).toEqual(['bind', 'tmp']);
    await rm(made.root, { recursive: true });
  });

  it("do not include an administrator's disks: data itself, its first level, a bind from elsewhere", () => {
    const info = [
      line('/', '/'),
      line('/', paths.data, '8:2'),
      line('/', `${paths.data}/overlay2`, '8:3'),
      line('/', `${paths.data}/containerd/daemon`, '8:4'),
    ].join('\n');
    expect(staleMounts(info, paths)).toEqual([]);
    expect(staleMounts([line('/', '/'), line('/elsewhere', paths.data)].join('\n'), paths)).toEqual([]);
  });

  it("do not include another engine's, nor paths with the same beginning", () => {
    const info = [
      line('/', '/'),
      line('/', `${other.run}/netns/1`),
      line('/', `${paths.run}x/netns/1`),
      line('/', `${paths.data}2/overlay2/a/merged`),
    ].join('\n');
    expect(staleMounts(info, paths)).toEqual([]);
  });

  it('with spaces in their names are found', () => {
    const spaced = rootPaths('/srv/my engine');
    expect(
      staleMounts(
        [line('/', '/'), line('/', '/srv/my\\040engine/data/overlay2/a/merged')].join('\n'),
        spaced,
      ),
    ).toEqual(['/srv/my engine/data/overlay2/a/merged']);
  });
});
