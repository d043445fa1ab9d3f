import { BodyTracker } from './message/framing.ts';
import {
  headEnd,
  maxResponseHeadBytes,
  parseResponseHead,
  type ResponseHead,
} from './message/head-parser.ts';
import type { Tunnel } from '../routes/route.ts';

const empty = Buffer.alloc(0);

/** What is known of the request an answer belongs to. */
export interface Asked {
  readonly method: string;
  /** Whether the request was forwarded with its Upgrade. */
  readonly upgradeSent: boolean;
  /** How the endpoint may become a tunnel; null: not at all. */
  readonly tunnel: Tunnel | null;
  /** The gateway itself sent `Expect: 100-continue`: the engine's 100 is for it, not for the client. */
  readonly awaitsContinue?: boolean;
}

/** `switched`: no HTTP follows on this connection. */
export type AnswerProgress = 'more' | 'done' | 'switched' | 'nonsense' | 'too-long';

/**
 * Reads the engine's answer to one request: interim heads, the final head, and where the body ends. Bytes are
 * passed on as they came; of an answer that is kept, only the interim ones are.
 */
export class AnswerReader {
  readonly #asked: Asked;
  readonly #keep: number | null;
  #partialHead: Buffer = empty;
  #head: ResponseHead | null = null;
  #rawHead: Buffer = empty;
  #body: BodyTracker | null = null;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #continued = false;
  /** After each `feed`: what goes to the client now. */
  out: Buffer = empty;
  /** After 'switched': what the engine sent beyond the head. */
  early: Buffer = empty;

  /**
   * `keep`: the final answer's body is kept, at most so many bytes; null: everything is passed on as it
   * comes.
   */
  constructor(asked: Asked, keep: number | null) {
    this.#asked = asked;
    this.#keep = keep;
  }

  /** The final head; null while it is awaited. */
  get head(): ResponseHead | null {
    return this.#head;
  }
  /** Final head as it came, blank line included. */
  get rawHead(): Buffer {
    return this.#rawHead;
  }
  get done(): boolean {
    return this.#body?.done === true;
  }
  /** The engine has asked for the body, where the gateway awaits that. */
  get continued(): boolean {
    return this.#continued;
  }
  /** Nothing of an answer has come yet. */
  get untouched(): boolean {
    return this.#head === null && this.#partialHead.length === 0;
  }
  /** Content of a kept body, without framing. */
  get body(): Buffer {
    return this.#kept.length === 1 ? (this.#kept[0] ?? empty) : Buffer.concat(this.#kept);
  }

  /** What was kept so far, without framing; it is kept no longer. */
  drain(): readonly Buffer[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    return kept;
  }

  /** The engine has closed: whether the answer is whole by that. */
  wholeAtClose(): boolean {
    return this.#body !== null && (this.#body.done || this.#body.untilClose);
  }

  feed(bytes: Buffer): AnswerProgress {
    // `all` starts with a head that came in pieces; it goes out in one write where possible.
    let all = this.#partialHead.length === 0 ? bytes : Buffer.concat([this.#partialHead, bytes]);
    this.#partialHead = empty;
    this.out = empty;
    let at = 0;
    if (this.#asked.awaitsContinue === true && !this.#continued && this.#body === null) {
      const end = headEnd(all);
      if (end > 0 && parseResponseHead(all.subarray(0, end), this.#asked.method)?.status === 100) {
        this.#continued = true;
        all = all.subarray(end);
        if (all.length === 0) return 'more';
      }
    }
    if (this.#body === null) {
      at = this.#readHeads(all);
      if (at < 0) return 'nonsense';
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
    const keep = this.#keep;
    // A body without bytes is over with its head; more bytes after it belong to nothing.
    if (at < all.length) {
      const content = at === 0 ? all : all.subarray(at);
      const taken =
        keep === null
          ? this.#body.consume(content)
          : this.#body.consume(content, (part) => {
              this.#keepPart(part, keep);
            });
      if (this.#body.broken !== null || taken < content.length) return 'nonsense';
    }
    if (keep === null) this.out = all;
    else if (this.#keptBytes > keep) return 'too-long';
    else this.out = at > this.#rawHead.length ? all.subarray(0, at - this.#rawHead.length) : empty;
    return this.#body.done ? 'done' : 'more';
  }

  /** Where the body of the final answer is; null before its head. */
  get tracker(): BodyTracker | null {
    return this.#body;
  }

  #keepPart(part: Buffer, limit: number): void {
    this.#keptBytes += part.length;
    if (this.#keptBytes <= limit) this.#kept.push(part);
    else this.#kept = [];
  }

  /** Reads heads up to the final one; returns where they end, or -1 for nonsense. */
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
      const head = parseResponseHead(raw, this.#asked.method);
      // Nonsense; or a switch nobody asked for, or on an endpoint that has none: it would be an unwatched
      // road.
      if (head === null || (head.status === 101 && !this.#asked.upgradeSent)) return -1;
      at += end;
      // Interim answers are passed on, and the final one awaited.
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
      this.#asked.tunnel === 'tcp' &&
      head.status === 200 &&
      head.body.kind === 'until-close' &&
      /^application\/vnd\.docker\.(?:raw|multiplexed)-stream/.test(head.contentType)
    );
  }
}

/** The head of a kept answer, for a body of `length` bytes: status line and all other fields as they came. */
export const answerHead = (raw: Buffer, length: number): Buffer =>
  reframedHead(raw, `Content-Length: ${length}`);

/** The head of an answer for a chunked body. */
export const chunkedHead = (raw: Buffer): Buffer => reframedHead(raw, 'Transfer-Encoding: chunked');

function reframedHead(raw: Buffer, framing: string): Buffer {
  const lines = raw
    .toString('latin1', 0, raw.length - 4)
    .split('\r\n')
    .filter((line, index) => index === 0 || !/^(?:content-length|transfer-encoding|trailer):/i.test(line));
  return Buffer.from(`${lines.join('\r\n')}\r\n${framing}\r\n\r\n`, 'latin1');
}
