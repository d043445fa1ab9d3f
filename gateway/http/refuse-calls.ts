import { performServerHandshake } from 'node:http2';
import type { Duplex } from 'node:stream';
import { grpcMessage } from '../../shared/grpc/status-message.ts';

/** How long a refused client may take for its calls, ms. */
const refusalTimeoutMs = 5000;
const maxCalls = 16;
/** MB (Node's unit). */
const maxSessionMemory = 1;

/** gRPC's status code for an HTTP one; `INTERNAL` for those without a better one. */
const grpcStatus: Readonly<Record<number, number>> = { 403: 7, 429: 8, 501: 12, 503: 14 };
const internal = 13;

/**
 * Fails every gRPC call of an HTTP/2 client, and closes its connection after a while. `status` is the
 * HTTP status of the refusal.
 */
export function refuseCalls(client: Duplex, status: number, message: string): void {
  const session = performServerHandshake(client, {
    settings: { maxConcurrentStreams: maxCalls, enablePush: false },
    maxSessionMemory,
  });
  const timer = setTimeout(() => {
    session.destroy();
    client.destroy();
  }, refusalTimeoutMs);
  timer.unref();
  session.on('error', () => undefined);
  session.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': String(grpcStatus[status] ?? internal),
        'grpc-message': grpcMessage(message),
      },
      { endStream: true },
    );
    stream.resume();
  });
  session.once('close', () => {
    clearTimeout(timer);
    client.destroy();
  });
  client.once('end', () => {
    session.destroy();
  });
}
