import {
  constants,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { grpcMessage } from '../../shared/grpc/status-message.ts';
import { explainTrailers } from './explain-trailers.ts';
import { clientHeaders, grpcStatus } from './metadata.ts';
import { abandon, errorTooLong, engineClosed, refuse } from './refuse.ts';

/** Relays a response from engine to client: head, messages, trailers, and the end of either side. */
export function relayResponse(client: ServerHttp2Stream, engine: ClientHttp2Stream): void {
  let trailers: IncomingHttpHeaders | null = null;
  engine.on('response', (headers, flags) => {
    if (client.destroyed || client.closed || client.headersSent) return;
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (endStream) {
      client.respond(clientHeaders(explainTrailers(headers)), { endStream: true });
      abandon(client);
      return;
    }
    client.respond(clientHeaders(headers), { waitForTrailers: true });
    engine.pipe(client);
  });
  engine.on('trailers', (headers) => {
    trailers = headers;
  });
  const endWithError = (code: number, message: string) => {
    if (!client.headersSent) {
      refuse(client, code, message);
      return;
    }
    trailers = { 'grpc-status': String(code), 'grpc-message': grpcMessage(message) };
    client.end();
  };
  client.on('wantTrailers', () => {
    if (client.destroyed || client.closed) return;
    if (trailers === null) {
      client.close(engine.rstCode === 0 ? constants.NGHTTP2_INTERNAL_ERROR : engine.rstCode);
      return;
    }
    client.sendTrailers(clientHeaders(explainTrailers(trailers)));
  });
  engine.on('error', () => undefined);
  engine.on('close', () => {
    if (client.closed || client.destroyed) return;
    if (trailers !== null || client.writableEnded) return;
    switch (engine.rstCode) {
      case constants.NGHTTP2_NO_ERROR:
        endWithError(grpcStatus.unavailable, engineClosed);
        return;
      // Also when the engine's trailers are larger than HTTP/2 in Node takes: an error with a whole long
      // Dockerfile in its details.
      case constants.NGHTTP2_INTERNAL_ERROR:
        endWithError(grpcStatus.internal, errorTooLong);
        return;
      default:
        client.close(engine.rstCode);
    }
  });
  client.on('close', () => {
    if (!engine.closed && !engine.destroyed)
      engine.close(client.rstCode === constants.NGHTTP2_NO_ERROR ? constants.NGHTTP2_CANCEL : client.rstCode);
  });
}
