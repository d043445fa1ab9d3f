import { link, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  answered,
  archive,
  at,
  container,
  hostConfig,
  inspect,
  list,
  made,
  mounts,
  output,
  type Answer,
  type Attempt,
  type Breach,
  type Outcome,
  type Side,
} from '../attempt.ts';

/**
 * Containers with a Docker socket against the command list they are under, against each other's sockets, and
 * images that may not have one. On the bare engine every socket is the engine's own. The lists are in the
 * test that runs the corpus: `busybox` may not do much, `wide` everything, `evil` may have no socket.
 */
const tar = 'Content-Type: application/x-tar';
const own = (side: Side) => `${side.tag}.own`;
const wide = (side: Side) => `${side.tag}.wide`;
const target = (side: Side) => `${side.tag}.target`;
const socketBind = (side: Side) => ({ Binds: [`${side.door}:/var/run/docker.sock`] });

/** The client makes a container with the Docker socket; by an image that may have it. */
async function holder(side: Side, name: string, image = 'busybox'): Promise<void> {
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${name}`,
    JSON.stringify({ Image: image, Cmd: ['sleep', '600'], HostConfig: socketBind(side) }),
  );
  if (created.status !== 201) throw new Error(`could not prepare ${name}: ${created.text}`);
}
/** The machine's path of the socket a container holds. */
async function socketOf(side: Side, name: string): Promise<string> {
  const socketMount = list(at(await inspect(side, name), 'Mounts')).find(
    (mount) => at(mount, 'Destination') === '/var/run/docker.sock',
  );
  return String(at(socketMount, 'Source'));
}
const both = async (side: Side) => {
  await holder(side, own(side));
  await holder(side, wide(side), 'wide');
};
const withTarget = async (side: Side) => {
  await holder(side, own(side));
  await container(side, target(side), { runtime: side.runtime, start: true });
};
/** Asks by the socket of `tag.own`. */
const request = async (side: Side, method: string, to: string, body?: string | Buffer, headers?: string) =>
  side.sendAt(await socketOf(side, own(side)), method, to, body, headers);
const execed: Breach = async (side) => list(at(await inspect(side, target(side)), 'ExecIDs')).length > 0;
const create = (side: Side, body: Record<string, unknown>) =>
  side.send(
    'POST',
    `/v1.45/containers/create?name=${side.tag}`,
    JSON.stringify({ Image: 'busybox', ...body }),
  );
const upgradedTo101 = (answers: readonly Answer[]) => /^HTTP\/1\.1 101 /.test(answers.at(-1)?.text ?? '');

interface Row {
  readonly id: string;
  readonly title: string;
  readonly prepare?: (side: Side) => Promise<unknown>;
  readonly attempt: (side: Side) => Promise<Answer | readonly Answer[]>;
  readonly breach: Breach;
  readonly outcome?: Outcome;
}
const listed: readonly Row[] = [
  {
    id: 'exec',
    title: 'exec where the list denies it',
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-no-version',
    title: 'the same without a version',
    attempt: (side) => request(side, 'POST', `/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-old-version',
    title: 'the same with the oldest version',
    attempt: (side) => request(side, 'POST', `/v1.24/containers/${target(side)}/exec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-encoded',
    title: 'the same percent-encoded',
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${target(side)}/%65xec`, '{"Cmd":["id"]}'),
    breach: execed,
  },
  {
    id: 'exec-pipelined',
    title: 'the same behind a ping on one connection',
    attempt: async (side) =>
      side.sendRawTo(
        await socketOf(side, own(side)),
        `GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nPOST /v1.45/containers/${target(side)}/exec HTTP/1.1\r\n` +
          'Host: d\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n' +
          '{"Cmd":["id"]}',
      ),
    breach: execed,
  },
  {
    id: 'exec-start',
    title: 'an exec instance that somebody else made is started',
    attempt: async (side) => {
      const exec = await side.admin('POST', `/containers/${target(side)}/exec`, { Cmd: ['true'] });
      return request(side, 'POST', `/v1.45/exec/${String(at(exec.json, 'Id'))}/start`, '{"Detach":true}');
    },
    breach: answered(200),
  },
  {
    id: 'cp-in',
    title: 'docker cp where the list denies it',
    attempt: (side) =>
      request(
        side,
        'PUT',
        `/v1.45/containers/${target(side)}/archive?path=/tmp`,
        archive({ planted: 'x' }),
        tar,
      ),
    breach: async (side) =>
      (await side.admin('GET', `/containers/${target(side)}/archive?path=/tmp/planted`)).status === 200,
  },
  {
    id: 'cp-out',
    title: 'docker cp the other way',
    attempt: (side) => request(side, 'GET', `/v1.45/containers/${target(side)}/archive?path=/etc/passwd`),
    breach: answered(200),
  },
  {
    id: 'cp-head',
    title: 'a look at a file by HEAD',
    attempt: async (side) => [
      await request(side, 'HEAD', `/v1.45/containers/${target(side)}/archive?path=/etc/passwd`),
      await request(side, 'GET', `/v1.45/containers/${target(side)}/archive?path=/none`),
    ],
    breach: (_side, answers) => Promise.resolve(answers[0]?.status === 200),
  },
  {
    id: 'commit',
    title: 'docker commit where the list denies it',
    attempt: (side) =>
      request(side, 'POST', `/v1.45/commit?container=${target(side)}&repo=${side.tag}`, '{}'),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'volume',
    title: 'a volume where the list denies the group',
    attempt: (side) => request(side, 'POST', '/v1.45/volumes/create', JSON.stringify({ Name: side.tag })),
    breach: async (side) => (await side.admin('GET', `/volumes/${side.tag}`)).status === 200,
  },
  {
    id: 'volume-list',
    title: 'volumes are listed where the list denies the group',
    attempt: (side) => request(side, 'GET', '/v1.45/volumes'),
    breach: answered(200),
  },
  {
    id: 'build',
    title: 'docker build where the list denies it',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/build?t=${side.tag}`,
        archive({ Dockerfile: 'FROM busybox\nLABEL a=b\n' }),
        tar,
      ),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  {
    id: 'build-session',
    title: 'a build session where the list denies it',
    attempt: async (side) =>
      side.sendRawTo(
        await socketOf(side, own(side)),
        'POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n' +
          'X-Docker-Expose-Session-Uuid: a\r\nX-Docker-Expose-Session-Name: a\r\n\r\n',
        /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n/,
      ),
    breach: (_side, answers) => Promise.resolve(upgradedTo101(answers)),
  },
  {
    id: 'rm',
    title: 'docker rm where the list denies it',
    attempt: (side) => request(side, 'DELETE', `/v1.45/containers/${target(side)}?force=1`),
    breach: async (side) => (await inspect(side, target(side))) === null,
  },
  {
    id: 'tag',
    title: 'docker tag where the list denies the group',
    attempt: (side) => request(side, 'POST', `/v1.45/images/busybox/tag?repo=${side.tag}`),
    breach: async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200,
  },
  // A11: ECI counts for what containers make as well.
  {
    id: 'nested-pid',
    title: "a container made through a container's socket, in the engine's PID namespace",
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"PidMode":"host"}}',
      ),
    breach: hostConfig('PidMode', 'host'),
  },
  {
    id: 'nested-bind',
    title: 'the same with a directory that is not shared',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"Binds":["/etc:/x"]}}',
      ),
    breach: mounts('/etc'),
  },
  {
    id: 'nested-runtime',
    title: 'the same with another runtime',
    outcome: 'confined',
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/containers/create?name=${side.tag}`,
        '{"Image":"busybox","HostConfig":{"Runtime":"runc"}}',
      ),
    breach: hostConfig('Runtime', 'runc'),
  },
  {
    id: 'nested-swarm',
    title: "a plugin through a container's socket",
    attempt: (side) =>
      request(
        side,
        'POST',
        `/v1.45/plugins/create?name=${side.tag}`,
        archive({
          'config.json':
            '{"description":"x","entrypoint":["/x"],"interface":{"types":["docker.volumedriver/1.0"],' +
            '"socket":"x.sock"}}',
          'rootfs/': '',
        }),
        tar,
      ),
    breach: async (side) => {
      const found = await side.admin('GET', `/plugins/${side.tag}/json`);
      await side.admin('DELETE', `/plugins/${side.tag}?force=1`);
      return found.status === 200;
    },
  },
];

/** Whether a container of that name mounts any Docker socket, whichever way it got it. */
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
const foreign: readonly Row[] = [
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
    title: "another container's socket, asked for through one's own",
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
      const answer = await side.send('POST', `/v1.45/containers/${target(side)}/start`);
      if (answer.status === 204) await side.admin('POST', `/containers/${target(side)}/wait`);
      return answer;
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
    breach: (_side, answers) => Promise.resolve(upgradedTo101(answers)),
  },
  {
    id: 'enter-export',
    title: 'export of a container under a wider list',
    prepare: both,
    attempt: (side) => request(side, 'GET', `/v1.45/containers/${wide(side)}/export`),
    breach: answered(200),
  },
  {
    id: 'enter-update',
    title: 'update of a container under a wider list',
    prepare: both,
    attempt: (side) => request(side, 'POST', `/v1.45/containers/${wide(side)}/update`, '{"CpuShares":77}'),
    breach: async (side) => at(await inspect(side, wide(side)), 'HostConfig', 'CpuShares') === 77,
  },
];

export const socketMountAttempts: readonly Attempt[] = [
  ...listed.map((row): Attempt => ({
    prepare: withTarget,
    outcome: 'refused',
    ...row,
    id: `list-${row.id}`,
    class: 'socket-mounts',
  })),
  ...foreign.map((row): Attempt => ({
    outcome: 'refused',
    ...row,
    id: `socket-of-${row.id}`,
    class: 'socket-mounts',
  })),
];
