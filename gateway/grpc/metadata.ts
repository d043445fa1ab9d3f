import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { grpcMessage } from '../../shared/grpc/status-message.ts';

/** Which build a client-driven call belongs to. */
const buildName = 'buildkit-controlapi-buildid';

/** Call metadata that goes on to the engine. What is not here is left away, as on HTTP/1. */
const forwarded = new Set([
  'user-agent',
  'grpc-timeout',
  'grpc-encoding',
  'grpc-accept-encoding',
  'grpc-trace-bin',
  'traceparent',
  'tracestate',
  'baggage',
  buildName,
  // Control.Session: what the client offers to be called for.
  'x-docker-expose-session-uuid',
  'x-docker-expose-session-name',
  'x-docker-expose-session-sharedkey',
  'x-docker-expose-session-grpc-method',
]);
/** A list; of any other field the first counts. */
const repeated = 'x-docker-expose-session-grpc-method';

/** The head of a call as the engine gets it; `raw` are the fields in order, names and values by turns. */
export function engineHeaders(path: string, raw: readonly string[]): OutgoingHttpHeaders {
  const fields = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const values = fields.get(name);
    if (!forwarded.has(name) || (values !== undefined && name !== repeated)) continue;
    if (values === undefined) fields.set(name, [raw[at + 1] ?? '']);
    else values.push(raw[at + 1] ?? '');
  }
  return {
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_SCHEME]: 'http',
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_AUTHORITY]: 'localhost',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...Object.fromEntries(
      [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    ),
  };
}

/** The build that a call names, as the engine gets it; null: none. */
export function buildOf(raw: readonly string[]): string | null {
  for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at] === buildName) return raw[at + 1] ?? '';
  return null;
}

/** The engine's answer, without what belongs to its own connection. */
export function clientHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const forwarded = Object.entries(headers).filter(
    ([name]) =>
      !['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'].includes(name),
  );
  return Object.fromEntries(forwarded);
}

/** gRPC status codes the gateway answers with. */
export const grpcStatus = {
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** A refused call: headers that are the whole answer. */
export function refusalHeaders(code: number, message: string): OutgoingHttpHeaders {
  return {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': grpcMessage(message),
  };
}
