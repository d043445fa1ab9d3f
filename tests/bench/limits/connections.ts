import { connect, type Socket } from 'node:net';

/** Connections that are opened and kept, in one of the ways that users can. */
export interface ConnectionAttack {
  readonly name: string;
  readonly count: number;
  /** Users that open them, in turn. */
  readonly users: number;
  /** What is sent on each. */
  readonly sent: string;
}

const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';

/** Every kind that is known to be costly. */
export const connectionAttacks: readonly ConnectionAttack[] = [
  { name: '10,000 idle connections of one user', count: 10_000, users: 1, sent: '' },
  { name: '10,000 connections of one user that sent a request', count: 10_000, users: 1, sent: ping },
  {
    name: '10,000 connections of one user with a head that was begun',
    count: 10_000,
    users: 1,
    sent: 'GET /',
  },
  { name: '10,000 idle connections of 20 users', count: 10_000, users: 20, sent: '' },
  {
    name: '10,000 connections of 20 users with a head that does not end',
    count: 10_000,
    users: 20,
    sent: `GET /_ping HTTP/1.1\r\nX: ${'a'.repeat(60_000)}`,
  },
];

/** Number of connections being established at a time: the kernel's queue has this length. */
const atOnce = 200;

/**
 * Opens them all, waits for `keptMs`, and closes what is still open. Counts by status: responses, and
 * connections that were kept or only closed.
 */
export async function openConnections(
  socketPath: string,
  attack: ConnectionAttack,
  firstUser: number,
  holdMs: number,
): Promise<Readonly<Record<string, number>>> {
  const outcomes: Record<string, number> = {};
  const open = new Set<Socket>();
  const one = (index: number) =>
    new Promise<void>((made) => {
      process.seteuid?.(firstUser + (index % attack.users));
      const socket = connect(socketPath);
      process.seteuid?.(0);
      let answer = '';
      open.add(socket);
      socket.once('connect', () => {
        if (attack.sent !== '') socket.write(attack.sent);
        made();
      });
      socket.on('data', (part: Buffer) => {
        answer += part.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        const outcome = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? (open.has(socket) ? 'closed' : 'kept');
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        open.delete(socket);
        made();
      });
    });
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < attack.count) await one(next++);
    }),
  );
  await new Promise((resolve) => {
    setTimeout(resolve, holdMs);
  });
  const left = [...open];
  open.clear();
  await Promise.all(
    left.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once('close', resolve).destroy();
        }),
    ),
  );
  return outcomes;
}
