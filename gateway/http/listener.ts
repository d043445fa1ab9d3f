import { createServer, type Server, type Socket } from 'node:net';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import { ConnectionSlot } from '../callers/connection-slot.ts';
import type { ConnectionCaller, ConnectionTable } from '../callers/connection-table.ts';
import { peerCredentials, type PeerCredentials } from '../base/peer-credentials.ts';
import type { Origin } from '../base/socket-mount.ts';
import { ClientConnection, type ConnectionOptions } from './connection.ts';
import { refuseConnection } from './refuse-connection.ts';
import { message } from '../../shared/messages/message.ts';
import {
  removeStaleSocket,
  ownedSocket,
  publishSocket,
  temporaryName,
  type OwnedSocket,
} from '../base/socket-file.ts';
import { handleDescriptor, internalHandle } from '../../shared/process/internal-handle.ts';

/**
 * Where to listen: the path of a new socket, or an inherited listening descriptor (with its path, if that is
 * to be removed at the end).
 */
export type ListenAddress = { readonly path: string } | { readonly fd: number; readonly path?: string };

export interface ListenerOptions extends Pick<
  ConnectionOptions,
  'engineSocket' | 'decide' | 'onProtocolError' | 'onEngineUnreachable'
> {
  readonly origin: Origin;
  /**
   * Group that may use a new socket (0660); where it does not exist the socket is root's alone
   * (0600). Default `docker`.
   */
  readonly group?: string;
  readonly log: (line: string) => void;
  /** The connection limits. Default: none. */
  readonly admission?: Admission;
}

/** A client that has sent nothing for this long on a retired connection has no request on its way, ms. */
const retiredIdleMs = 60_000;

/** Enforces the connection limits. */
export interface Admission {
  readonly table: ConnectionTable;
  identify(origin: Origin, peer: PeerCredentials | null): ConnectionCaller;
  /** Records a refusal; returns the text for the client. */
  recordRefusal(denial: Denial): string;
}

/** One listening socket with its connections. */
export interface Listener {
  readonly origin: Origin;
  /** The listening descriptor; null where it is unavailable. */
  readonly fd: number | null;
  /** Node's handle of it, which can be sent to another process; null likewise. */
  readonly handle: object | null;
  /** Open connections, including tunnels and upgraded ones. */
  connections(): number;
  /** Of those, tunnels and upgraded ones. */
  tunnels(): number;
  /**
   * Stops listening, for another process with the same descriptor, and serves open connections until they
   * end. Resolves at the end of the last.
   */
  retire(): Promise<void>;
  /**
   * Stops listening, lets running exchanges end for `graceMs`, then closes the rest. Removes the socket file
   * if it is still this listener's own; with `keepFile` it stays, for another process with the same
   * descriptor.
   */
  close(graceMs?: number, options?: { readonly keepFile?: boolean }): Promise<void>;
}

/**
 * Listens on a unix socket and serves every connection with the gateway's rules. Errors:
 * `engine.already-running` when another process listens there, `engine.start-failed` when it can't be
 * created. A stale socket is replaced.
 */
export async function listenOn(
  at: ListenAddress,
  options: ListenerOptions,
): Promise<Result<Listener, AppError>> {
  const connections = new ClientConnections(options);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    connections.add(client);
  });
  const bound = await bind(server, at, options);
  if (!bound.ok) return bound;
  // Running out of descriptors must not end the gateway.
  server.on('error', (error) => {
    options.log(`a connection could not be accepted: ${error.message}`);
  });

  const stopAccepting = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  const handle = internalHandle(server);
  return ok({
    origin: options.origin,
    fd: handleDescriptor(handle),
    handle,
    connections: () => connections.size,
    tunnels: () => connections.tunnels,
    retire: () => connections.end(stopAccepting(), 'retire', { later: 'drain', laterMs: retiredIdleMs }),
    close: async (graceMs = 5000, { keepFile = false } = {}) => {
      // Before the descriptor is closed: while it is open, no other file can get its inode.
      if (!keepFile) await bound.value?.remove();
      const ended = connections.end(stopAccepting(), 'drain', { later: 'close', laterMs: graceMs });
      connections.cutRefused();
      await ended;
    },
  });
}

/** The connections of one listening socket. */
class ClientConnections {
  readonly #options: ListenerOptions;
  readonly #connections = new Set<ClientConnection>();
  /** Over a limit; open until their refusal is sent. */
  readonly #refused = new Set<Socket>();

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  add(client: Socket): void {
    const { engineSocket, decide, onProtocolError, onEngineUnreachable, origin, admission } = this.#options;
    const slot = admitClient(client, this.#options);
    if (slot === null) {
      this.#refused.add(client);
      client.once('close', () => {
        this.#refused.delete(client);
      });
      return;
    }
    this.#connections.add(
      new ClientConnection(client, {
        engineSocket,
        decide,
        onProtocolError,
        origin,
        ...(onEngineUnreachable === undefined ? {} : { onEngineUnreachable }),
        ...(slot === undefined ? {} : { slot }),
        ...(admission === undefined ? {} : { onOverLimit: admission.recordRefusal }),
        ended: (connection) => {
          this.#connections.delete(connection);
        },
      }),
    );
  }

  get size(): number {
    return this.#connections.size;
  }

  get tunnels(): number {
    return [...this.#connections].filter((connection) => connection.switched).length;
  }

  /** Ends all connections by `first`, and those left after `laterMs` by `later`. Resolves with `closed`. */
  async end(
    closed: Promise<void>,
    first: 'retire' | 'drain',
    { later, laterMs }: { readonly later: 'drain' | 'close'; readonly laterMs: number },
  ): Promise<void> {
    for (const connection of this.#connections) connection[first]();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection[later]();
    }, laterMs);
    await closed;
    clearTimeout(timer);
  }

  cutRefused(): void {
    for (const socket of this.#refused) socket.destroy();
  }
}

/** Starts listening. The socket file that is the listener's own; null where it has none. */
async function bind(
  server: Server,
  at: ListenAddress,
  options: ListenerOptions,
): Promise<Result<OwnedSocket | null, AppError>> {
  if ('fd' in at) {
    const listening = await startListening(server, { fd: at.fd }, `descriptor ${at.fd}`);
    if (!listening.ok) return listening;
    return ok(at.path === undefined ? null : await ownedSocket(at.path));
  }
  const free = await removeStaleSocket(at.path);
  if (!free.ok) return free;
  // Under a temporary name first: nobody connects before the permissions are set, and no other socket is ever
  // replaced.
  const temporary = temporaryName(at.path);
  const listening = await startListening(server, { path: temporary }, at.path);
  if (!listening.ok) return listening;
  const placed = await publishSocket(temporary, at.path, options.group ?? 'docker', options.log);
  if (!placed.ok) server.close();
  return placed;
}

/** The client's slot; undefined without accounting, null where the connection was refused. */
function admitClient(
  client: Socket,
  { admission, origin }: ListenerOptions,
): ConnectionSlot | null | undefined {
  if (admission === undefined) return undefined;
  const slot = admission.table.admit(admission.identify(origin, peerCredentials(client)));
  if (slot instanceof ConnectionSlot) return slot;
  const message = admission.recordRefusal(slot.denial);
  client.on('error', () => undefined);
  if (slot.release === null) client.destroy();
  else refuseConnection(client, slot.status, message, slot.release);
  return null;
}

function startListening(
  server: Server,
  at: { path: string } | { fd: number },
  name: string,
): Promise<Result<void, AppError>> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      resolve(
        fail('engine.start-failed', message('gateway.listen-failed', { file: name }), {
          cause: error,
          hint:
            Buffer.byteLength(name) > 107
              ? message('gateway.engine-socket-path-limit')
              : message('gateway.check-directory-rights'),
        }),
      );
    };
    server.once('error', failed);
    // Created for root only; the mode is widened after the group is set.
    const before = process.umask(0o177);
    try {
      server.listen({ ...at, backlog: 1024 }, () => {
        server.off('error', failed);
        resolve(ok(undefined));
      });
    } finally {
      process.umask(before);
    }
  });
}
