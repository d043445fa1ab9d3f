import { access, constants } from 'node:fs/promises';
import { acceptsConnections } from './probe-socket.ts';

/**
 * The socket to query the engine by: the engine's own for root, else the gateway's; null: none is reachable.
 */
export async function findReachableEngine(paths: {
  readonly engineSocket: string;
  readonly clientSocket: string;
}): Promise<string | null> {
  for (const socket of [paths.engineSocket, paths.clientSocket]) {
    if (
      (await access(socket, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      )) &&
      (await acceptsConnections(socket))
    )
      return socket;
  }
  return null;
}
