import { constants, type ServerHttp2Stream } from 'node:http2';
import { refusalHeaders } from './metadata.ts';

/** The text for a call whose connection to the engine has ended. */
export const engineClosed = 'bulkhead gateway: the Docker engine closed the connection; try again';
/** The text for a build while the engine does not say whether it has one of that name. */
export const engineSilent =
  'bulkhead gateway: the Docker engine did not report which builds are running; try again';
/** The text for a call whose error the engine could not send in HTTP/2 trailers. */
export const errorTooLong =
  "bulkhead gateway: the call failed, and the engine's own error is too long to be passed on (more " +
  "than 64 KB); a build's output shows the failed step";

/** Ends a call with a gRPC status and a text; once the response has begun, it is cancelled. */
export function refuse(client: ServerHttp2Stream, code: number, message: string): void {
  if (client.destroyed || client.closed) return;
  if (client.headersSent) {
    // The response has begun: only its trailers can carry an error.
    client.close(constants.NGHTTP2_CANCEL);
    return;
  }
  client.respond(refusalHeaders(code, message), { endStream: true });
  abandon(client);
}

/** Ignores what the client still sends after its response, and closes the stream. */
export function abandon(client: ServerHttp2Stream): void {
  client.resume();
  client.once('finish', () => {
    client.close(constants.NGHTTP2_NO_ERROR);
  });
  if (client.writableFinished) client.close(constants.NGHTTP2_NO_ERROR);
}
