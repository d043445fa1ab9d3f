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
 * A request head as far as it can be understood without asking anybody: the same bytes always give the same.
 */
export interface ParsedRequest {
  readonly head: RequestHead;
  readonly target: Target;
  readonly match: Match | null;
  /** The protocol that is asked for where the endpoint has it; null: no Upgrade is forwarded. */
  readonly upgrade: string | null;
  /** The head that is written to the engine when nothing is changed. */
  readonly forwarded: string;
}

export type ParsedResult =
  { readonly ok: true; readonly request: ParsedRequest } | { readonly ok: false; readonly error: HeadError };

// Clients ask the same again and again, on the same connection and on others, in the same bytes. Few and
// small heads are kept, none with credentials in it, so that it costs next to nothing and nothing is found in
// memory that should not be.
const maxKept = 128;
const maxKeptBytes = 1024;
const kept = new Map<string, ParsedRequest>();

/** Parses a request head (its blank line included): head, target and route, each in its narrow grammar. */
export function parseRequest(bytes: Buffer): ParsedResult {
  const keep = bytes.length <= maxKeptBytes;
  const text = keep ? bytes.toString('latin1') : '';
  const known = keep ? kept.get(text) : undefined;
  if (known !== undefined) return { ok: true, request: known };

  const parsed = parseRequestHead(bytes);
  if (!parsed.ok) return parsed;
  const head = parsed.head;
  const target = parseTarget(head.target);
  if (!target.ok) return { ok: false, error: { status: 400, why: target.why } };
  const match = matchRoute(head.method, target.target.path);
  const upgrade = head.upgrade !== null && head.upgrade === match?.route.tunnel ? head.upgrade : null;
  const request: ParsedRequest = {
    head,
    target: target.target,
    match,
    upgrade,
    forwarded: write(head, target.target, upgrade, head.body, undefined),
  };
  if (
    keep &&
    !head.fields.some(
      (field) => field.key.startsWith('x-') || field.key === 'authorization' || field.key === 'cookie',
    )
  ) {
    if (kept.size >= maxKept) kept.clear();
    kept.set(text, request);
  }
  return { ok: true, request };
}

const expectContinue = { name: 'Expect', key: 'expect', value: '100-continue' };

/**
 * The head the engine gets under a verdict. An answer that is looked at is not asked for compressed, as
 * docker-java asks for copies out: who would take it so takes it as it is, too.
 */
export function forwardedHead(
  { head: asked, target, upgrade, forwarded }: ParsedRequest,
  verdict: Extract<Verdict, { kind: 'forward' }>,
): string {
  if (
    verdict.target === undefined &&
    verdict.body === undefined &&
    verdict.stream === undefined &&
    verdict.answer === undefined
  )
    return forwarded;
  const head =
    verdict.answer === undefined
      ? asked
      : { ...asked, fields: asked.fields.filter((field) => field.key !== 'accept-encoding') };
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
