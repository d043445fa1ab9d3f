import { readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { topAttempts } from './process-list.ts';
import {
  answered,
  archive,
  at,
  container,
  list,
  made,
  type Attempt,
  type Breach,
  type Side,
} from '../attempt.ts';

/** Networks of the engine's machine, and roads that never pass through `POST /containers/create`. */
const hostId = async (side: Side) => String(at((await side.admin('GET', '/networks/host')).json, 'Id'));

/**
 * Listens as an engine plugin of the attacker's own would. That it is asked at all is the breach: a network
 * plugin hands any interface of the machine to a container.
 */
async function serving<T>(
  socket: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = createServer((req, res) => {
    requests.push(req.url ?? '');
    req.resume();
    // An error, so that the engine does not try again.
    res.writeHead(500).end('{}');
  });
  await rm(socket, { force: true });
  await new Promise<void>((resolve) => {
    server.listen(socket, () => {
      resolve();
    });
  });
  try {
    return { result: await work(), requests };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const requestsBySide = new Map<string, readonly string[]>();
/** A plugin's name that leads out of the directory where the engine looks for plugins. */
const traversal = (side: Side) => `../../..${side.shared}/p`;

export const networkAttempts: readonly Attempt[] = [
  ...(
    [
      ['name', () => Promise.resolve('host')],
      ['id', hostId],
      ['prefix', async (side: Side) => (await hostId(side)).slice(0, 10)],
    ] as const
  ).flatMap(([how, reference]): Attempt[] => [
    {
      id: `network-mode-${how}`,
      class: 'networks',
      title: `the host network as NetworkMode, by ${how}`,
      outcome: 'refused',
      breach: made,
      attempt: async (side) =>
        side.send(
          'POST',
          `/v1.45/containers/create?name=${side.tag}`,
          JSON.stringify({ Image: 'busybox', HostConfig: { NetworkMode: await reference(side) } }),
        ),
    },
    {
      id: `network-endpoint-${how}`,
      class: 'networks',
      title: `the host network in EndpointsConfig, by ${how}`,
      outcome: 'refused',
      breach: made,
      attempt: async (side) => {
        const to = await reference(side);
        return side.send(
          'POST',
          `/v1.45/containers/create?name=${side.tag}`,
          JSON.stringify({
            Image: 'busybox',
            HostConfig: { NetworkMode: to },
            NetworkingConfig: { EndpointsConfig: { [to]: { NetworkID: to } } },
          }),
        );
      },
    },
  ]),
  ...(
    [
      ['driver', (side: Side) => ({ Driver: traversal(side) })],
      ['ipam', (side: Side) => ({ Driver: 'bridge', IPAM: { Driver: traversal(side) } })],
    ] as const
  ).map(([id, body]): Attempt => ({
    id: `network-plugin-${id}`,
    class: 'networks',
    title:
      `a network ${id === 'driver' ? 'driver' : 'address driver'} whose name leads to the attacker's own ` +
      'socket',
    outcome: 'refused',
    attempt: async (side) => {
      const { result, requests: calls } = await serving(path.join(side.shared, 'p.sock'), () =>
        side.send('POST', '/v1.45/networks/create', JSON.stringify({ Name: side.tag, ...body(side) })),
      );
      requestsBySide.set(`${side.name} ${id}`, calls);
      return result;
    },
    breach: (side) => Promise.resolve((requestsBySide.get(`${side.name} ${id}`) ?? []).length > 0),
  })),
  {
    id: 'volume-plugin-traversal',
    class: 'networks',
    title: "a volume driver whose name leads to the attacker's own socket",
    outcome: 'refused',
    attempt: async (side) => {
      const { result, requests: calls } = await serving(path.join(side.shared, 'p.sock'), () =>
        side.send(
          'POST',
          '/v1.45/volumes/create',
          JSON.stringify({ Name: side.tag, Driver: traversal(side) }),
        ),
      );
      requestsBySide.set(`${side.name} volume`, calls);
      return result;
    },
    breach: (side) => Promise.resolve((requestsBySide.get(`${side.name} volume`) ?? []).length > 0),
  },
  {
    id: 'log-plugin-traversal',
    class: 'networks',
    title: "a log driver whose name leads to the attacker's own socket",
    outcome: 'refused',
    attempt: async (side) => {
      const { result, requests: calls } = await serving(path.join(side.shared, 'p.sock'), () =>
        side.send(
          'POST',
          `/v1.45/containers/create?name=${side.tag}`,
          JSON.stringify({
            Image: 'busybox',
            HostConfig: { LogConfig: { Type: traversal(side), Config: {} } },
          }),
        ),
      );
      requestsBySide.set(`${side.name} log`, calls);
      return result;
    },
    breach: (side) => Promise.resolve((requestsBySide.get(`${side.name} log`) ?? []).length > 0),
  },
];

// ---- builds

/** A step that fails unless it is in the network namespace of the engine; the image exists only then. */
const dockerfile = 'FROM busybox\nARG NET\nRUN [ "$(readlink /proc/self/ns/net)" = "$NET" ]\n';
const plainFile = 'FROM busybox\nRUN true\n';
const built: Breach = async (side) => (await side.admin('GET', `/images/${side.tag}/json`)).status === 200;
const hostNet = async () => encodeURIComponent(JSON.stringify({ NET: await readlink('/proc/self/ns/net') }));
const context = (file: string) => archive({ Dockerfile: file });
const tarType = 'Content-Type: application/x-tar';

export const buildAttempts: readonly Attempt[] = [
  {
    id: 'build-host',
    class: 'bypass-routes',
    title: "docker build with the engine's network, classic",
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?t=${side.tag}&networkmode=host&buildargs=${await hostNet()}`,
        context(dockerfile),
        tarType,
      ),
  },
  {
    id: 'build-host-buildkit',
    class: 'bypass-routes',
    title: "docker build with the engine's network, BuildKit",
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?version=2&t=${side.tag}&networkmode=host&buildargs=${await hostNet()}`,
        context(plainFile),
        tarType,
      ),
  },
  {
    id: 'build-host-twice',
    class: 'bypass-routes',
    title: 'docker build with two network modes, the first of which counts',
    outcome: 'refused',
    breach: built,
    attempt: async (side) =>
      side.send(
        'POST',
        `/v1.45/build?t=${side.tag}&networkmode=host&networkmode=none&buildargs=${await hostNet()}`,
        context(dockerfile),
        tarType,
      ),
  },
  {
    id: 'build-container-network',
    class: 'bypass-routes',
    title: 'docker build in the network of an unprotected container',
    outcome: 'refused',
    breach: built,
    prepare: (side) => container(side, `${side.tag}.victim`, { start: true }),
    attempt: (side) =>
      side.send(
        'POST',
        `/v1.45/build?t=${side.tag}&networkmode=container:${side.tag}.victim`,
        context(plainFile),
        tarType,
      ),
  },
  {
    id: 'build-cgroup',
    class: 'bypass-routes',
    title: "docker build with a cgroup parent of the engine's",
    outcome: 'refused',
    breach: built,
    attempt: (side) =>
      side.send(
        'POST',
        `/v1.45/build?t=${side.tag}&cgroupparent=${encodeURIComponent('/a/../b')}`,
        context(plainFile),
        tarType,
      ),
  },
];

// ---- the rest

const service = (side: Side) =>
  JSON.stringify({
    Name: side.tag.replaceAll('.', '-'),
    TaskTemplate: {
      ContainerSpec: { Image: 'busybox', Mounts: [{ Type: 'bind', Source: '/etc', Target: '/x' }] },
    },
  });
const swarm = (side: Side) =>
  side.admin('POST', '/swarm/init', { ListenAddr: '127.0.0.1:23771', AdvertiseAddr: '127.0.0.1' });
const leave = (side: Side) => side.admin('POST', '/swarm/leave?force=1');
/** Looks at it, then leaves the swarm again. */
const leaving =
  (look: Breach): Breach =>
  async (side, answers) => {
    try {
      return await look(side, answers);
    } finally {
      await leave(side);
    }
  };
const has =
  (kind: string): Breach =>
  async (side) =>
    list((await side.admin('GET', `/${kind}`)).json).length > 0;

export const otherAttempts: readonly Attempt[] = [
  ...topAttempts,
  {
    id: 'swarm-init',
    class: 'bypass-routes',
    title: 'docker swarm init',
    outcome: 'refused',
    alone: true,
    attempt: (side) =>
      side.send('POST', '/v1.45/swarm/init', '{"ListenAddr":"127.0.0.1:23771","AdvertiseAddr":"127.0.0.1"}'),
    breach: leaving(
      async (side) => at((await side.admin('GET', '/info')).json, 'Swarm', 'LocalNodeState') === 'active',
    ),
  },
  {
    id: 'swarm-init-old',
    class: 'bypass-routes',
    title: 'docker swarm init without a version, pipelined',
    outcome: 'refused',
    alone: true,
    attempt: (side) => {
      const body = '{"ListenAddr":"127.0.0.1:23771","AdvertiseAddr":"127.0.0.1"}';
      return side.sendRaw(
        'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nPOST /swarm/init HTTP/1.1\r\nHost: d\r\n' +
          `Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n` +
          body,
      );
    },
    breach: leaving(
      async (side) => at((await side.admin('GET', '/info')).json, 'Swarm', 'LocalNodeState') === 'active',
    ),
  },
  {
    id: 'swarm-service',
    class: 'bypass-routes',
    title: 'a service whose tasks mount /etc',
    outcome: 'refused',
    alone: true,
    prepare: swarm,
    attempt: (side) => side.send('POST', '/v1.45/services/create', service(side)),
    breach: leaving(has('services')),
  },
  {
    id: 'swarm-secret',
    class: 'bypass-routes',
    title: 'docker secret create',
    outcome: 'refused',
    alone: true,
    prepare: swarm,
    attempt: (side) =>
      side.send('POST', '/v1.45/secrets/create', JSON.stringify({ Name: 'x', Data: 'eA==' })),
    breach: leaving(has('secrets')),
  },
  {
    id: 'swarm-config',
    class: 'bypass-routes',
    title: 'docker config create',
    outcome: 'refused',
    alone: true,
    prepare: swarm,
    attempt: (side) =>
      side.send('POST', '/v1.45/configs/create', JSON.stringify({ Name: 'x', Data: 'eA==' })),
    breach: leaving(has('configs')),
  },
  {
    id: 'swarm-unlock-key',
    class: 'bypass-routes',
    title: "the swarm's unlock key",
    outcome: 'refused',
    alone: true,
    prepare: swarm,
    attempt: (side) => side.send('GET', '/v1.45/swarm/unlockkey'),
    breach: leaving(answered(200)),
  },
  {
    id: 'plugin-create',
    class: 'bypass-routes',
    title: 'docker plugin create',
    outcome: 'refused',
    alone: true,
    attempt: (side) =>
      side.send(
        'POST',
        `/v1.45/plugins/create?name=${side.tag}`,
        archive({
          'config.json': JSON.stringify({
            description: 'x',
            entrypoint: ['/x'],
            interface: { types: ['docker.volumedriver/1.0'], socket: 'x.sock' },
            network: { type: 'host' },
            linux: { capabilities: ['CAP_SYS_ADMIN'] },
            mounts: [{ type: 'bind', source: '/', destination: '/host', options: ['rbind'] }],
          }),
          'rootfs/': '',
          'rootfs/x': 'x',
        }),
        'Content-Type: application/x-tar',
      ),
    breach: async (side) => {
      const found = await side.admin('GET', `/plugins/${side.tag}/json`);
      await side.admin('DELETE', `/plugins/${side.tag}?force=1`);
      return found.status === 200;
    },
  },
  ...['vars', 'pprof/', 'pprof/cmdline', 'pprof/heap', 'pprof/goroutine'].map((name): Attempt => ({
    id: `debug-${name.replaceAll('/', '-')}`,
    class: 'bypass-routes',
    title: `GET /debug/${name}`,
    outcome: 'refused',
    attempt: (side) => side.send('GET', `/debug/${name}`),
    breach: answered(200),
  })),
  {
    id: 'load',
    class: 'bypass-routes',
    title: 'docker load where it is blocked',
    outcome: 'refused',
    breach: answered(200),
    attempt: (side) =>
      side.send(
        'POST',
        '/v1.45/images/load?quiet=1',
        archive({ 'manifest.json': '[]' }),
        'Content-Type: application/x-tar',
      ),
  },
  {
    id: 'load-chunked',
    class: 'bypass-routes',
    title: 'docker load where it is blocked, chunked and without a type',
    outcome: 'refused',
    breach: (_side, answers) => Promise.resolve(/^HTTP\/1\.1 200 /.test(answers.at(-1)?.text ?? '')),
    attempt: (side) => {
      const body = archive({ 'manifest.json': '[]' });
      return side.sendRaw(
        Buffer.concat([
          Buffer.from(
            'POST /images/load HTTP/1.1\r\nHost: d\r\nConnection: close\r\n' +
              `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`,
          ),
          body,
          Buffer.from('\r\n0\r\n\r\n'),
        ]),
      );
    },
  },
];
