import {
  parseRequestHead,
  writeRequestHead,
  type BodyLength,
  type HeadError,
  type RequestHead,
} from './message/head-parser.ts';
import { parseTarget, writeTarget, type Target } from './message/target.ts';
import { matchRoute, type Match } from '../routes/match.ts';
import type { Verdict } from './exchange.ts';

/**
 * A request head, parsed from its bytes alone: the same bytes always give the same result.
 */
export interface ParsedRequest {
  readonly head: RequestHead;
  readonly target: Target;
  readonly match: Match | null;
  /** The requested protocol that is forwarded; null: none. */
  readonly upgrade: string | null;
  /** The head that is written to the engine when nothing is changed. */
  readonly forwarded: string;
  /**
   * The client did not send it, but HTTP/2's preface (see `impliedGrpcRequest`): it gets nothing of the
   * response. Default: false.
   */
  readonly isImplied?: boolean;
}

export type ParsedResult =
  { readonly ok: true; readonly request: ParsedRequest } | { readonly ok: false; readonly error: HeadError };

// Clients repeat identical heads, on the same and on other connections. The cache is small, and has no heads
// with credentials, which must not stay in memory.
const maxCached = 128;
const maxCachedHeadBytes = 1024;
const cache = new Map<string, ParsedRequest>();

/** Parses a request head (its blank line included): head, target and route, each in its narrow grammar. */
export function parseRequest(bytes: Buffer): ParsedResult {
  const isCacheable = bytes.length <= maxCachedHeadBytes;
  const text = isCacheable ? bytes.toString('latin1') : '';
  const cached = isCacheable ? cache.get(text) : undefined;
  if (cached !== undefined) return { ok: true, request: cached };

  const parsed = parseRequestHead(bytes);
  if (!parsed.ok) return parsed;
  const head = parsed.head;
  const target = parseTarget(head.target);
  if (!target.ok) return { ok: false, error: { status: 400, why: target.why } };
  const match = matchRoute(head.method, target.target.path);
  const upgrade = forwardedUpgrade(head, match);
  const request: ParsedRequest = {
    head,
    target: target.target,
    match,
    upgrade,
    forwarded: write(head, target.target, upgrade, head.body, undefined),
  };
  if (
    isCacheable &&
    !head.fields.some(
      (field) => field.key.startsWith('x-') || field.key === 'authorization' || field.key === 'cookie',
    )
  ) {
    if (cache.size >= maxCached) cache.clear();
    cache.set(text, request);
  }
  return { ok: true, request };
}

/**
 * A protocol is forwarded where the endpoint supports it. Those of BuildKit refuse others, each with an error
 * of its own; the rest ignores them.
 */
function forwardedUpgrade({ upgrade }: RequestHead, match: Match | null): string | null {
  const tunnel = match?.route.tunnel ?? null;
  return tunnel === 'h2c' || tunnel === upgrade ? upgrade : null;
}

/** The request as if the client had sent it with `Connection: close`. */
export function asLastRequest(request: ParsedRequest): ParsedRequest {
  const head = { ...request.head, close: true };
  return { ...request, head, forwarded: write(head, request.target, request.upgrade, head.body, undefined) };
}

const expectContinue = { name: 'Expect', key: 'expect', value: '100-continue' };

/**
 * The head that the engine gets under a verdict. Where the response is transformed, `Accept-Encoding` is
 * dropped (docker-java sends it for copies): every client accepts an uncompressed response.
 */
export function forwardedHead(
  { head: requested, target, upgrade, forwarded }: ParsedRequest,
  verdict: Extract<Verdict, { kind: 'forward' }>,
): string {
  if (
    verdict.target === undefined &&
    verdict.fields === undefined &&
    verdict.body === undefined &&
    verdict.stream === undefined &&
    verdict.response === undefined
  )
    return forwarded;
  const fields = verdict.fields ?? requested.fields;
  const head = {
    ...requested,
    fields: verdict.response === undefined ? fields : fields.filter(({ key }) => key !== 'accept-encoding'),
  };
  let body = head.body;
  if (verdict.stream !== undefined)
    return write(
      { ...head, fields: [...head.fields, expectContinue] },
      target,
      upgrade,
      { kind: 'chunked' },
      verdict.target,
    );
  if (verdict.body !== undefined)
    body =
      verdict.body.length === 0 && head.body.kind === 'none'
        ? head.body
        : { kind: 'length', bytes: verdict.body.length };
  return write(head, target, upgrade, body, verdict.target);
}

function write(
  head: RequestHead,
  target: Target,
  upgrade: string | null,
  body: BodyLength,
  replaced: string | undefined,
): string {
  return writeRequestHead({
    method: head.method,
    target: replaced ?? writeTarget(target.version, target.path, target.rawQuery),
    host: head.host,
    fields: head.fields,
    body,
    close: head.close,
    upgrade,
  });
}
