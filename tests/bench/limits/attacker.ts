import { connect } from 'node:net';
import { connectionAttacks, openConnections } from './connections.ts';
import { costlyRequests, type CostlyRequest } from './requests.ts';

/** A process that sends costly requests selected by its parent, which measures others meanwhile. */
export interface Order {
  readonly socket: string;
  /** Index in `costlyRequests`; for connections: in `connectionAttacks`. */
  readonly request: number;
  /** How many concurrently. */
  readonly count: number;
  /** Each from a user of its own; else all from one. */
  readonly users: boolean;
  readonly directory: string;
  /** Opens connections and keeps them. */
  readonly connections?: boolean;
}
export interface Outcome {
  readonly ms: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly text: string;
}

const firstUser = 20_000;

/** Sends one request as a user of its own: the kernel identifies the user who connects. */
function send(socketPath: string, uid: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    process.seteuid?.(uid);
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    process.seteuid?.(0);
    let answer = '';
    socket.on('data', (part: Buffer) => {
      answer += part.toString('latin1');
    });
    socket.on('end', () => {
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
    socket.write(bytes);
  });
}

let made: readonly CostlyRequest[] | null = null;

/** How long connections are kept once they are open, ms. */
const holdMs = 3000;

async function keepConnections({ socket, request }: Order): Promise<Outcome> {
  const connectionAttack = connectionAttacks[request];
  if (connectionAttack === undefined) throw new Error('there is no such kind');
  process.send?.('ready');
  const start = performance.now();
  const statuses = await openConnections(socket, connectionAttack, firstUser, holdMs);
  return { ms: performance.now() - start, statuses, text: '' };
}

async function attack({ socket, request, count, users, directory }: Order): Promise<Outcome> {
  made ??= costlyRequests(directory);
  const costlyRequest = made[request];
  if (costlyRequest === undefined) throw new Error('there is no such request');
  const bytes = Buffer.from(
    `POST ${costlyRequest.target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n` +
      'Content-Type: application/json\r\n' +
      `Content-Length: ${Buffer.byteLength(costlyRequest.body)}\r\n\r\n${costlyRequest.body}`,
  );
  // Creating it costs more than sending it, and is not measured.
  process.send?.('ready');
  const start = performance.now();
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => send(socket, firstUser + (users ? index : 0), bytes)),
  );
  const statuses: Record<string, number> = {};
  for (const answer of answers) {
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none';
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    ms: performance.now() - start,
    statuses,
    text: (answers[0] ?? '').split('\r\n\r\n')[1]?.slice(0, 200) ?? '',
  };
}

process.on('message', (order: Order) => {
  (order.connections === true ? keepConnections(order) : attack(order)).then(
    (outcome) => {
      process.send?.(outcome);
    },
    (error: unknown) => {
      throw error;
    },
  );
});
