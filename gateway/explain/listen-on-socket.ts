import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server on a socket of its own; `close` ends its connections, too. */
export interface ListeningServer {
  close(): Promise<void>;
}

/** Listens on a new Unix socket; rejects if that is not possible. */
export async function listenOnSocket(server: Server, socket: string): Promise<ListeningServer> {
  server.listen(socket);
  await once(server, 'listening');
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
