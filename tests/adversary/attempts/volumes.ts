import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { container, output, running, volume, type Attempt, type Side } from '../attempt.ts';
import { read, reading } from './mount-request.ts';

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
        const responses = [await attempt.attempt(side)].flat();
        // The volume is judged; the container only shows its content.
        if (responses[0]?.status !== 201) await side.admin('DELETE', `/containers/${side.tag}?force=1`);
        return responses;
      },
    })),
  // File systems that cannot be mounted here, or only with a server: creating the volume is the breach.
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
      const response = await side.send('POST', `/v1.45/containers/${side.tag}.own/start`);
      if (response.status === 204) await side.admin('POST', `/containers/${side.tag}.own/wait`);
      return response;
    },
    breach: async (side) => (await output(side, `${side.tag}.own`)).includes('opened'),
  },
];
