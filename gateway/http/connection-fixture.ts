import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { ClientConnection } from './connection.ts';
import type { Gatekeeper } from './exchange.ts';

export const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
/** A request after which the connection is closed. */
export const last = 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n';

/** Gives each test of a file a gateway of its own: `use` is called with it before the test. */
export function useScriptedGateway(use: (gateway: ScriptedGateway) => void): void {
  let gateway: ScriptedGateway;
  beforeEach(async () => {
    gateway = new ScriptedGateway(await mkdtemp(path.join(tmpdir(), 'bulkhead-connection-')));
    await gateway.start();
    use(gateway);
  });
  afterEach(async () => {
    await gateway.close();
  });
}

/**
 * Connections of clients through the gateway to an engine that is a script: it sends exactly what a test
 * makes it send. Fields that are not readonly are set by tests.
 */
export class ScriptedGateway {
  /** What the gateway decides about a request. */
  decide: Gatekeeper = () => ({ kind: 'forward' });
  /** What the engine does when data arrives. */
  onEngineData: (socket: Socket, received: string) => void = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
  };
  /** What arrived at the engine, part by part; `<FIN>` for the end of a connection. */
  engineReceived: string[] = [];
  readonly connections = new Set<ClientConnection>();
  readonly engine = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      this.engineReceived.push(part.toString('latin1'));
      this.onEngineData(socket, part.toString('latin1'));
    });
    socket.on('end', () => {
      this.engineReceived.push('<FIN>');
    });
  });
  readonly #directory: string;
  readonly #server = createServer({ allowHalfOpen: true }, (client) => {
    this.connections.add(
      new ClientConnection(client, {
        engineSocket: path.join(this.#directory, 'e.sock'),
        decide: (request) => this.decide(request),
        ended: (one) => {
          this.connections.delete(one);
        },
        onProtocolError: () => undefined,
      }),
    );
  });

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Where clients connect. */
  get socket(): string {
    return path.join(this.#directory, 'g.sock');
  }

  async start(): Promise<void> {
    this.engine.listen(path.join(this.#directory, 'e.sock'));
    await once(this.engine, 'listening');
    this.#server.listen(this.socket);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const one of this.connections) one.close();
    this.#server.close();
    this.engine.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
