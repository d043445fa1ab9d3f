import { ResponseReplacedError, type ResponseTransform } from './exchange.ts';
import { parseRequest, type ParsedRequest } from './parsed-request.ts';

/**
 * HTTP/2 with prior knowledge (RFC 9113, 3.3): the client's first bytes are HTTP/2's connection preface. From
 * API 1.53 on the engine serves gRPC to builds like this, in place of `POST /grpc`.
 */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** Length of its part that looks like a request head: up to the first blank line. */
const prefaceHeadBytes = preface.indexOf('SM');

/** Whether `bytes`, the first of a connection, are HTTP/2's preface; `partial`: incomplete. */
export function prefaceProgress(bytes: Buffer): 'none' | 'partial' | 'complete' {
  const length = Math.min(bytes.length, preface.length);
  if (length < prefaceHeadBytes || preface.compare(bytes, 0, length, 0, length) !== 0) return 'none';
  return length === preface.length ? 'complete' : 'partial';
}

/**
 * The request that such a connection implies: it is decided like an upgrade by `POST /grpc`, and the engine
 * gets that request. The client gets no byte of the response.
 */
export function impliedGrpcRequest(): ParsedRequest {
  const parsed = parseRequest(
    Buffer.from(
      'POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'latin1',
    ),
  );
  if (!parsed.ok) throw new Error(parsed.error.why);
  return { ...parsed.request, isImplied: true };
}

/** Replaces a final response to an implied request: the engine has not switched protocols. */
export const refuseNotSwitched: ResponseTransform = {
  limit: 64 * 1024,
  transformResponse: ({ status }) => {
    throw new ResponseReplacedError(
      status,
      `bulkhead gateway: the engine opened no connection for builds (HTTP status ${status})`,
    );
  },
};
