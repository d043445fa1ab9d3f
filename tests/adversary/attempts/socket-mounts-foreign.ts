import { link, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { respondedWith, at, inspect, list, made, output, type Breach, type Side } from '../attempt.ts';
import {
  type Row,
  create,
  socketBind,
  holder,
  own,
  request,
  both,
  socketOf,
  wide,
  target,
  upgradedTo101,
} from './socket-mounts-fixture.ts';

/** Whether a container of that name mounts any Docker socket, by whatever means. */
const holds =
  (name: (side: Side) => string): Breach =>
  async (side) => {
    const sources = list(at(await inspect(side, name(side)), 'Mounts')).map((mount) =>
      String(at(mount, 'Source')),
    );
    return sources.some(
      (source) => source === side.engineSocket || source === side.door || source.endsWith('/docker.sock'),
    );
  };
export const foreign: readonly Row[] = [
  {
    id: 'evil-binds',
    title: 'an image that may not have it asks for the socket',
    attempt: (side) => create(side, { Image: 'evil', HostConfig: socketBind(side) }),
    breach: holds((side) => side.tag),
  },
  {
    id: 'evil-mounts',
    title: 'the same in Mounts',
    attempt: (side) =>
      create(side, {
        Image: 'evil',
        HostConfig: { Mounts: [{ Type: 'bind', Source: side.door, Target: '/s', ReadOnly: true }] },
      }),
    breach: holds((side) => side.tag),
  },
  {
    id: 'evil-volumes-from',
    title: 'the same by VolumesFrom a container that has it',
    prepare: (side) => holder(side, own(side)),
    attempt: (side) => create(side, { Image: 'evil', HostConfig: { VolumesFrom: [own(side)] } }),
    breach: holds((side) => side.tag),
  },
  {
    id: 'evil-nested',
    title: 'the same through the socket of one that has it',
    prepare: (side) => holder(side, own(side)),
    attempt: async (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        JSON.stringify({ Image: 'evil', HostConfig: socketBind(side) }),
      ),
    breach: holds((side) => side.tag),
  },
  {
    id: 'other-binds',
    title: "another container's socket in Binds",
    prepare: both,
    attempt: async (side) =>
      create(side, { HostConfig: { Binds: [`${await socketOf(side, wide(side))}:/s`] } }),
    breach: holds((side) => side.tag),
  },
  {
    id: 'other-mounts',
    title: "another container's socket in Mounts, by its own image",
    prepare: both,
    attempt: async (side) =>
      create(side, {
        Image: 'wide',
        HostConfig: { Mounts: [{ Type: 'bind', Source: await socketOf(side, wide(side)), Target: '/s' }] },
      }),
    breach: holds((side) => side.tag),
  },
  {
    id: 'other-nested',
    title: "another container's socket, requested through the attacker's own",
    prepare: both,
    attempt: async (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        JSON.stringify({
          Image: 'busybox',
          HostConfig: { Binds: [`${await socketOf(side, wide(side))}:/s`] },
        }),
      ),
    breach: holds((side) => side.tag),
  },
  {
    id: 'other-dots',
    title: "another container's socket with dot segments",
    prepare: both,
    attempt: async (side) => {
      const socket = await socketOf(side, wide(side));
      return create(side, {
        HostConfig: {
          Binds: [
            `${path.dirname(socket)}/../${path.basename(path.dirname(socket))}/docker.sock:/s`.replace(
              '/docker.sock:',
              `/${path.basename(socket)}:`,
            ),
          ],
        },
      });
    },
    breach: holds((side) => side.tag),
  },
  {
    id: 'other-symlink',
    title: "a symbolic link to another container's socket",
    prepare: async (side) => {
      await both(side);
      await symlink(await socketOf(side, wide(side)), path.join(side.shared, 'link'));
    },
    attempt: (side) => create(side, { HostConfig: { Binds: [`${side.shared}/link:/s`] } }),
    breach: made,
  },
  {
    id: 'other-hard-link',
    title: "a hard link to another container's socket",
    prepare: async (side) => {
      await both(side);
      await link(await socketOf(side, wide(side)), path.join(side.shared, 'hard'));
    },
    attempt: (side) => create(side, { HostConfig: { Binds: [`${side.shared}/hard:/s`] } }),
    breach: made,
  },
  {
    id: 'other-parent',
    title: "the directory of another container's socket",
    prepare: both,
    attempt: async (side) =>
      create(side, { HostConfig: { Binds: [`${path.dirname(await socketOf(side, wide(side)))}:/s`] } }),
    breach: made,
  },
  {
    id: 'other-all',
    title: 'the directory of all sockets, by a link',
    prepare: async (side) => {
      await both(side);
      await symlink(
        path.dirname(path.dirname(await socketOf(side, wide(side)))),
        path.join(side.shared, 'link'),
      );
    },
    attempt: (side) =>
      create(side, {
        HostConfig: { Mounts: [{ Type: 'bind', Source: `${side.shared}/link`, Target: '/s' }] },
      }),
    breach: made,
  },
  {
    id: 'other-swapped',
    title: "a file becomes a link to another container's socket between create and start",
    prepare: async (side) => {
      await both(side);
      await writeFile(path.join(side.shared, 'f'), '');
      await side.send(
        'POST',
        `/v1.45/containers/create?name=${target(side)}`,
        JSON.stringify({
          Image: 'busybox',
          Cmd: ['sh', '-c', '[ -S /x ] && echo opened'],
          HostConfig: { Binds: [`${side.shared}/f:/x`] },
        }),
      );
      await rename(path.join(side.shared, 'f'), path.join(side.shared, 'g'));
      await symlink(await socketOf(side, wide(side)), path.join(side.shared, 'f'));
    },
    attempt: async (side) => {
      const response = await side.send('POST', `/v1.45/containers/${target(side)}/start`);
      if (response.status === 204) await side.admin('POST', `/containers/${target(side)}/wait`);
      return response;
    },
    breach: async (side) => (await output(side, target(side))).includes('opened'),
  },
  ...(['PidMode', 'IpcMode', 'NetworkMode'] as const).map((field): Row => ({
    id: `enter-${field.toLowerCase()}`,
    title: `${field} of a container under a wider list, through one's own socket`,
    prepare: async (side) => {
      await both(side);
      await side.send('POST', `/v1.45/containers/${wide(side)}/start`);
    },
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        JSON.stringify({ Image: 'busybox', HostConfig: { [field]: `container:${wide(side)}` } }),
      ),
    breach: made,
  })),
  {
    id: 'enter-volumes-from',
    title: "VolumesFrom a container under a wider list, through one's own socket",
    prepare: both,
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        JSON.stringify({ Image: 'busybox', HostConfig: { VolumesFrom: [wide(side)] } }),
      ),
    breach: made,
  },
  {
    id: 'enter-attach',
    title: 'attach to a container under a wider list',
    prepare: async (side) => {
      await both(side);
      await side.send('POST', `/v1.45/containers/${wide(side)}/start`);
    },
    attempt: async (side) =>
      side.sendRawTo(
        await socketOf(side, own(side)),
        `POST /v1.45/containers/${wide(side)}/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\n` +
          'Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: (_side, responses) => Promise.resolve(upgradedTo101(responses)),
  },
  {
    id: 'enter-export',
    title: 'export of a container under a wider list',
    prepare: both,
    attempt: (side) => request(side, 'GET', `/v1.45/containers/${wide(side)}/export`),
    breach: respondedWith(200),
  },
  {
    id: 'enter-update',
    title: 'update of a container under a wider list',
    prepare: both,
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${wide(side)}/update`, '{"CpuShares":77}'),
    breach: async (side) => at(await inspect(side, wide(side)), 'HostConfig', 'CpuShares') === 77,
  },
];
