import { access, constants } from 'node:fs/promises';
import { answersOnSocket } from './answers.ts';

/** Root asks the engine itself, others through the gateway; null where neither can be reached. */
export async function engineToAsk(paths: {
  readonly engineSocket: string;
  readonly clientSocket: string;
}): Promise<string | null> {
  for (const socket of [paths.engineSocket, paths.clientSocket]) {
    if (
      (await access(socket, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      )) &&
      (await answersOnSocket(socket))
    )
      return socket;
  }
  return null;
}
