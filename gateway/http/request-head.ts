import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { ClientSide } from './client-side.ts';
import { headEnd, isUnparseable, maxHeadBytes, type HeadError } from './message/head-parser.ts';
import { parseRequest, type ParsedRequest } from './parsed-request.ts';
import { prefaceProgress } from './prior-knowledge.ts';

export type HeadProgress =
  /** No byte of a request was received. */
  | { readonly kind: 'nothing' }
  /** The head is incomplete, or the client has to read responses first. */
  | { readonly kind: 'more' }
  /** The client closed its side within a head. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'malformed'; readonly error: HeadError }
  /** The client begins with HTTP/2; its preface stays in the inbox. */
  | { readonly kind: 'http2' }
  | { readonly kind: 'request'; readonly request: ParsedRequest };

/**
 * Takes the next complete request head from the inbox. `isFirst`: nothing was taken from the connection yet.
 */
export function readRequestHead(
  client: ClientSide,
  slot: ConnectionSlot | undefined,
  isFirst: boolean,
): HeadProgress {
  const { inbox } = client;
  if (inbox.length === 0) {
    slot?.markIdle();
    return { kind: 'nothing' };
  }
  slot?.markBusy();
  // Our own responses would pile up for a client that reads none.
  if (client.needsDrain) {
    client.pause();
    return { kind: 'more' };
  }
  const end = headEnd(inbox);
  if (end < 0) {
    const error = incompleteHeadError(inbox);
    if (error !== null) return { kind: 'malformed', error };
    if (client.ended) return { kind: 'cut' };
    slot?.awaitHead();
    return { kind: 'more' };
  }
  const preface = isFirst ? prefaceProgress(inbox) : 'none';
  if (preface === 'partial') {
    if (client.ended) return { kind: 'cut' };
    slot?.awaitHead();
    return { kind: 'more' };
  }
  slot?.headReceived();
  if (preface === 'complete') return { kind: 'http2' };
  const parsed = parseRequest(end === inbox.length ? inbox : inbox.subarray(0, end));
  if (!parsed.ok) return { kind: 'malformed', error: parsed.error };
  client.take(end);
  return { kind: 'request', request: parsed.request };
}

/** The error of an incomplete head; null: it may still become valid. */
function incompleteHeadError(inbox: Buffer): HeadError | null {
  if (inbox.length > maxHeadBytes)
    return { status: 431, why: `the head is longer than ${maxHeadBytes} bytes` };
  return isUnparseable(inbox)
    ? { status: 400, why: 'the head is not made of lines that end with CR LF' }
    : null;
}
