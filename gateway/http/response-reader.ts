import { BodyTracker } from './message/framing.ts';
import { headEnd } from './message/head-parser.ts';
import { maxResponseHeadBytes, parseResponseHead, type ResponseHead } from './message/response-head.ts';
import type { Tunnel } from '../routes/route.ts';

const empty = Buffer.alloc(0);

/** The properties of a forwarded request that its response depends on. */
export interface ForwardedRequestInfo {
  readonly method: string;
  /** Whether the request was forwarded with its Upgrade. */
  readonly upgradeSent: boolean;
  /** The protocol the endpoint may switch to; null: none. */
  readonly tunnel: Tunnel | null;
  /** The gateway itself sent `Expect: 100-continue`: the engine's 100 is for it, not for the client. */
  readonly awaitsContinue?: boolean;
  /** The client gets nothing of the response. */
  readonly isImplied?: boolean;
}

/** `switched`: no HTTP follows on this connection. */
export type ResponseProgress = 'more' | 'done' | 'switched' | 'invalid' | 'too-long';

/**
 * Reads the engine's response to one request: interim heads, the final head, and where the body ends. Bytes
 * are passed on unchanged; of a buffered response only the interim ones.
 */
export class ResponseReader {
  readonly #request: ForwardedRequestInfo;
  readonly #bufferLimit: number | null;
  #partialHead: Buffer = empty;
  #head: ResponseHead | null = null;
  #rawHead: Buffer = empty;
  #body: BodyTracker | null = null;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #receivedContinue = false;
  /** After each `feed`: the bytes to send to the client. */
  out: Buffer = empty;
  /** After 'switched': the bytes that followed the head. */
  early: Buffer = empty;

  /**
   * `bufferLimit`: the final response's body is buffered, at most so many bytes; null: everything is passed
   * on as it is received.
   */
  constructor(request: ForwardedRequestInfo, bufferLimit: number | null) {
    this.#request = request;
    this.#bufferLimit = bufferLimit;
  }

  /** The final head; null until it was received. */
  get head(): ResponseHead | null {
    return this.#head;
  }
  /** The final head as received, blank line included. */
  get rawHead(): Buffer {
    return this.#rawHead;
  }
  get done(): boolean {
    return this.#body?.done === true;
  }
  /** The engine has sent the 100 Continue that the gateway waits for. */
  get receivedContinue(): boolean {
    return this.#receivedContinue;
  }
  /** No byte of a response was received yet. */
  get nothingReceived(): boolean {
    return this.#head === null && this.#partialHead.length === 0;
  }
  /** The buffered body, without framing. */
  get body(): Buffer {
    return this.#buffered.length === 1 ? (this.#buffered[0] ?? empty) : Buffer.concat(this.#buffered);
  }

  /** Takes the content buffered so far, without framing. */
  drain(): readonly Buffer[] {
    const parts = this.#buffered;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    return parts;
  }

  /** Whether the response is complete if the engine closes the connection now. */
  isCompleteAtClose(): boolean {
    return this.#body !== null && (this.#body.done || this.#body.untilClose);
  }

  feed(bytes: Buffer): ResponseProgress {
    // `all` starts with the partial head of earlier calls; it goes out in one write where possible.
    let all = this.#partialHead.length === 0 ? bytes : Buffer.concat([this.#partialHead, bytes]);
    this.#partialHead = empty;
    this.out = empty;
    let at = 0;
    if (this.#request.awaitsContinue === true && !this.#receivedContinue && this.#body === null) {
      const end = headEnd(all);
      if (end > 0 && parseResponseHead(all.subarray(0, end), this.#request.method)?.status === 100) {
        this.#receivedContinue = true;
        all = all.subarray(end);
        if (all.length === 0) return 'more';
      }
    }
    if (this.#body === null) {
      at = this.#readHeads(all);
      if (at < 0) return 'invalid';
      if (this.#head?.status === 101 || (this.#head !== null && this.#isRawStream(this.#head))) {
        this.out = all.subarray(0, at);
        this.early = all.subarray(at);
        return 'switched';
      }
      if (this.#body === null) {
        this.out = at === all.length ? all : all.subarray(0, at);
        return 'more';
      }
    }
    const bufferLimit = this.#bufferLimit;
    // An empty body ends with its head; bytes after it are a protocol error.
    if (at < all.length) {
      const content = at === 0 ? all : all.subarray(at);
      const consumed =
        bufferLimit === null
          ? this.#body.consume(content)
          : this.#body.consume(content, (part) => {
              this.#bufferPart(part, bufferLimit);
            });
      if (this.#body.broken !== null || consumed < content.length) return 'invalid';
    }
    if (bufferLimit === null) this.out = all;
    else if (this.#bufferedBytes > bufferLimit) return 'too-long';
    else this.out = at > this.#rawHead.length ? all.subarray(0, at - this.#rawHead.length) : empty;
    return this.#body.done ? 'done' : 'more';
  }

  /** Tracks the final response's body; null before its head. */
  get tracker(): BodyTracker | null {
    return this.#body;
  }

  #bufferPart(part: Buffer, limit: number): void {
    this.#bufferedBytes += part.length;
    if (this.#bufferedBytes <= limit) this.#buffered.push(part);
    else this.#buffered = [];
  }

  /** Reads heads up to the final one; returns their end, or -1 for a protocol error. */
  #readHeads(all: Buffer): number {
    let at = 0;
    while (at < all.length) {
      const rest = at === 0 ? all : all.subarray(at);
      const end = headEnd(rest);
      if (end < 0) {
        if (rest.length > maxResponseHeadBytes) return -1;
        this.#partialHead = rest;
        return at;
      }
      const raw = rest.subarray(0, end);
      const head = parseResponseHead(raw, this.#request.method);
      // Invalid, or a protocol switch that was not requested: it would bypass all checks.
      if (head === null || (head.status === 101 && !this.#request.upgradeSent)) return -1;
      at += end;
      // Interim responses are passed on, and the final one awaited.
      if (head.status < 200 && head.status !== 101) continue;
      this.#head = head;
      this.#rawHead = raw;
      if (head.status !== 101) this.#body = new BodyTracker(head.body, false);
      return at;
    }
    return at;
  }

  /** attach and exec start without Upgrade: the stream follows a plain 200 and has no end of its own. */
  #isRawStream(head: ResponseHead): boolean {
    return (
      this.#request.tunnel === 'tcp' &&
      head.status === 200 &&
      head.body.kind === 'until-close' &&
      /^application\/vnd\.docker\.(?:raw|multiplexed)-stream/.test(head.contentType)
    );
  }
}

/** The head of a buffered response with a body of `length` bytes; status line and other fields unchanged. */
export const fixedLengthHead = (raw: Buffer, length: number): Buffer =>
  reframedHead(raw, `Content-Length: ${length}`);

/** The head of a response for a chunked body. */
export const chunkedHead = (raw: Buffer): Buffer => reframedHead(raw, 'Transfer-Encoding: chunked');

function reframedHead(raw: Buffer, framing: string): Buffer {
  const lines = raw
    .toString('latin1', 0, raw.length - 4)
    .split('\r\n')
    .filter((line, index) => index === 0 || !/^(?:content-length|transfer-encoding|trailer):/i.test(line));
  return Buffer.from(`${lines.join('\r\n')}\r\n${framing}\r\n\r\n`, 'latin1');
}
