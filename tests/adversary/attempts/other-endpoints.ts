import { topAttempts } from './process-list.ts';
import { respondedWith, archive, at, list, type Attempt, type Breach, type Side } from '../attempt.ts';

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
/** Checks it, then leaves the swarm again. */
const leaving =
  (look: Breach): Breach =>
  async (side, responses) => {
    try {
      return await look(side, responses);
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
    breach: leaving(respondedWith(200)),
  },
  {
    id: 'swarm-join-tokens',
    class: 'bypass-routes',
    title: 'the tokens with which a manager joins the swarm',
    outcome: 'refused',
    alone: true,
    prepare: swarm,
    attempt: (side) => side.send('GET', '/v1.45/swarm'),
    breach: leaving(respondedWith(200)),
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
    breach: respondedWith(200),
  })),
  {
    id: 'load',
    class: 'bypass-routes',
    title: 'docker load where it is blocked',
    outcome: 'refused',
    breach: respondedWith(200),
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
    breach: (_side, responses) => Promise.resolve(/^HTTP\/1\.1 200 /.test(responses.at(-1)?.text ?? '')),
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
