import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { at, made, type Attempt, type Side } from '../attempt.ts';

/** The id of the network `host`: networks of the engine's machine must stay out of reach. */
const hostId = async (side: Side) => String(at((await side.admin('GET', '/networks/host')).json, 'Id'));

/**
 * Listens as an engine plugin of the attacker's own would. A query to it is already the breach: a network
 * plugin can give any interface of the machine to a container.
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
