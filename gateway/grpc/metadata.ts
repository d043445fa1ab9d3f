import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { sessionIdField, sharedKeyField } from './open-sessions.ts';
import { grpcMessage } from '../../shared/grpc/status-message.ts';

/** Which build a client-driven call belongs to. */
const buildName = 'buildkit-controlapi-buildid';

/** Forwarded call metadata; other fields are dropped, as on HTTP/1. */
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
  // Control.Session: the services that the client offers.
  sessionIdField,
  'x-docker-expose-session-name',
  sharedKeyField,
  'x-docker-expose-session-grpc-method',
]);
/** Repeatable; of any other field the first value counts. */
const repeated = 'x-docker-expose-session-grpc-method';

/**
 * The headers of a forwarded call; `raw` has names and values, alternating. `sharedKeySuffix`: of a session.
 */
export function engineHeaders(
  path: string,
  raw: readonly string[],
  sharedKeySuffix: string | null = null,
): OutgoingHttpHeaders {
  const fields = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const values = fields.get(name);
    if (!forwarded.has(name) || (values !== undefined && name !== repeated)) continue;
    if (values === undefined) fields.set(name, [raw[at + 1] ?? '']);
    else values.push(raw[at + 1] ?? '');
  }
  if (sharedKeySuffix !== null)
    fields.set(sharedKeyField, [`${fields.get(sharedKeyField)?.[0] ?? ''}${sharedKeySuffix}`]);
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

/** The build that a call names; null: none. */
export const buildOf = (raw: readonly string[]): string | null => valueOf(buildName, raw);

/** The id of the session that a call opens. */
export const sessionIdOf = (raw: readonly string[]): string => valueOf(sessionIdField, raw) ?? '';

function valueOf(name: string, raw: readonly string[]): string | null {
  for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at] === name) return raw[at + 1] ?? '';
  return null;
}

/** The headers of the engine's response, without connection-specific ones. */
export function clientHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const forwarded = Object.entries(headers).filter(
    ([name]) =>
      !['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'].includes(name),
  );
  return Object.fromEntries(forwarded);
}

/** gRPC status codes of the gateway's own responses. */
export const grpcStatus = {
  ok: 0,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** The headers of a refusal: a response without messages. */
export function refusalHeaders(code: number, message: string): OutgoingHttpHeaders {
  return {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': grpcMessage(message),
  };
}
