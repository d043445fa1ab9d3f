import { lastErrno, libcFunction } from '../../libc.ts';

// splice(2) by way of a pipe: the kernel hands the pages of one socket's buffer on to another's. Reading and writing them would copy each
// twice, and a body of gigabytes then costs more here than at its sender. The pages may still be the sender's own (vmsplice), who can change
// them until they are read: so only content goes that way, whose length is all that matters here. Framing is read, looked at, and sent from
// our memory.

/** What is moved: so many bytes; or whole chunks of a chunked body, framing and all, with so much content at most. */
export type Extent =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** `begun`: bytes left of the chunk that is under way, null at the start of one. */
  | { readonly kind: 'chunks'; readonly begun: number | null; readonly content: number };

/** What came to its end well: all may go on from there. */
export interface Stopped {
  /** `limit`: what was to be moved was; of chunks: what comes next is not a whole plain chunk of some size that may pass. `closed`: the sender will send no more. */
  readonly ended: 'limit' | 'closed';
  /** Bytes of content that were moved. */
  readonly content: number;
  /** Of chunks: the one under way, and how much of its content is still to come; null: the next one is. */
  readonly inChunk: number | null;
  /** Framing that was read and not sent. */
  readonly rest: Uint8Array;
}
/** One side failed: what was on its way is lost. */
export interface Broken { readonly ended: 'broken'; readonly side: 'sender' | 'receiver'; readonly errno: number }
export type Outcome = Stopped | Broken;

/** What has to happen before more can move. */
export type Wants = 'readable' | 'writable';

/** Descriptors of two sockets that do not block, and of the pipe between them; somebody else's to close. */
export interface Way { readonly from: number; readonly to: number; readonly pipeOut: number; readonly pipeIn: number }

export interface PassageCalls {
  readonly splice: (from: number, fromAt: null, to: number, toAt: null, length: number, flags: number) => number;
  readonly recv: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly yieldTurn: () => number;
  /** errno of the last one. */
  readonly errno: () => number;
}

/** Null where they can't be had. */
export function passageCalls(): PassageCalls | null {
  const splice = libcFunction<PassageCalls['splice']>('intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t length, unsigned int flags)');
  const recv = libcFunction<PassageCalls['recv']>('intptr_t recv(int fd, void *bytes, size_t length, int flags)');
  const write = libcFunction<PassageCalls['write']>('intptr_t write(int fd, const void *bytes, size_t length)');
  const yieldTurn = libcFunction<PassageCalls['yieldTurn']>('int sched_yield()');
  return splice === null || recv === null || write === null || yieldTurn === null ? null : { splice, recv, write, yieldTurn, errno: lastErrno };
}

const again = 11, interrupted = 4;
const dontWait = 0x40;
/** SPLICE_F_NONBLOCK. */
const dontBlock = 2;
/** Moved at a time. */
const partBytes = 1024 * 1024;
/** Moved before the receiver gets it: more than a sender's buffer holds by default. */
const enoughBytes = 768 * 1024;
/** A sender that waits for a processor gets its turn so often, to send more: being woken for each part costs more than the parts. */
const maxYields = 3;
/** Moved, and parts taken, before other passages have their turn. */
const turnBytes = 4 * 1024 * 1024, turnParts = 1024;
/** The end of a chunk, and the longest head of one that is understood here: what is longer is left to who asked. */
const frameBytes = 2 + 13 + 2;
/** Smaller chunks are not worth the way; what is read of a chunk together with its head is less. */
const leastChunk = 4096;

/** One body, or a part of one, on its way from one socket to another. */
export class Passage {
  readonly #calls: PassageCalls;
  readonly #way: Way;
  readonly #chunks: boolean;
  /** Content that may still begin to move. */
  #allowed: number;
  /** Content to be moved before anything has to be looked at. */
  #run: number;
  #inChunk: boolean;
  /** Content that has begun to move. */
  #content: number;
  #piped: number;
  #over: Stopped['ended'] | Broken | null = null;
  /** What was read of the framing: `held` bytes; `whole`: it is to be sent, with what came of the chunk. */
  readonly #frame = Buffer.allocUnsafeSlow(frameBytes);
  #held = 0;
  #whole = false;
  /** Taken in this turn. */
  #parts = 0;
  wants: Wants = 'readable';

  /** `piped`: bytes that are in the pipe already. */
  constructor(calls: PassageCalls, way: Way, extent: Extent, piped: number) {
    this.#calls = calls;
    this.#way = way;
    this.#piped = piped;
    this.#chunks = extent.kind === 'chunks';
    this.#run = extent.kind === 'bytes' ? extent.bytes : extent.begun ?? 0;
    this.#inChunk = extent.kind === 'chunks' && extent.begun !== null;
    this.#allowed = extent.kind === 'bytes' ? 0 : extent.content - this.#run;
    this.#content = this.#run;
  }

  /** The descriptor that is waited for. */
  get awaited(): number { return this.wants === 'readable' ? this.#way.from : this.#way.to; }

  /** Moves what can be moved now. Null: more is to come, after what it `wants`. */
  move(): Outcome | null {
    this.#parts = 0;
    for (let moved = 0; moved < turnBytes && this.#parts < turnParts;) {
      if (this.#over === null) this.#fill();
      if (this.#piped === 0) {
        if (this.#over !== null) return this.#outcome(this.#over);
        break;
      }
      const sent = this.#splice(this.#way.pipeOut, this.#way.to, this.#piped);
      if (sent === null) break;
      if (sent < 0) return { ended: 'broken', side: 'receiver', errno: this.#calls.errno() };
      this.#piped -= sent;
      moved += sent;
    }
    this.wants = this.#piped > 0 ? 'writable' : 'readable';
    return null;
  }

  #outcome(over: Stopped['ended'] | Broken): Outcome {
    if (typeof over === 'object') return over;
    return { ended: over, content: this.#content - this.#run, inChunk: this.#inChunk ? this.#run : null, rest: Uint8Array.prototype.slice.call(this.#frame, 0, this.#held) };
  }

  /** Into the pipe, as long as there is more and it is not enough. */
  #fill(): void {
    for (let yields = 0; this.#piped < enoughBytes && this.#over === null && this.#parts < turnParts;) {
      const came = this.#run > 0 ? this.#takeContent() : this.#takeFraming();
      if (came) { this.#parts++; continue; }
      if (yields++ === maxYields) return;
      this.#calls.yieldTurn();
    }
  }

  /** False when nothing is there, or the pipe is full. */
  #takeContent(): boolean {
    const came = this.#splice(this.#way.from, this.#way.pipeIn, Math.min(this.#run, partBytes));
    if (came === null) return false;
    if (came > 0) {
      this.#piped += came;
      this.#run -= came;
    } else this.#over = came === 0 ? 'closed' : { ended: 'broken', side: 'sender', errno: this.#calls.errno() };
    return true;
  }

  #takeFraming(): boolean {
    if (!this.#chunks) { this.#over = 'limit'; return true; }
    if (!this.#whole) {
      const came = this.#calls.recv(this.#way.from, this.#frame.subarray(this.#held), frameBytes - this.#held, dontWait);
      if (came === 0) { this.#over = 'closed'; return true; }
      if (came < 0) {
        const errno = this.#calls.errno();
        if (errno === again || errno === interrupted) return false;
        this.#over = { ended: 'broken', side: 'sender', errno };
        return true;
      }
      this.#held += came;
    }
    const head = chunkHead(this.#frame.subarray(0, this.#held), this.#inChunk);
    if (head === 'part') return true;
    if (head === null || head.size < leastChunk || head.size > this.#allowed) { this.#over = 'limit'; return true; }
    this.#whole = true;
    // Whole or not at all, as a pipe takes little.
    if (this.#calls.write(this.#way.pipeIn, this.#frame, this.#held) !== this.#held) {
      const errno = this.#calls.errno();
      if (errno !== again && errno !== interrupted) this.#over = { ended: 'broken', side: 'receiver', errno };
      return false;
    }
    this.#piped += this.#held;
    this.#run = head.size - (this.#held - head.length);
    this.#allowed -= head.size;
    this.#content += head.size;
    this.#inChunk = true;
    this.#held = 0;
    this.#whole = false;
    return true;
  }

  /** Null: nothing goes now. Negative: it failed. */
  #splice(from: number, to: number, length: number): number | null {
    const moved = this.#calls.splice(from, null, to, null, length, dontBlock);
    if (moved >= 0) return moved;
    const errno = this.#calls.errno();
    return errno === again || errno === interrupted ? null : -1;
  }
}

/** The head of a chunk with content at the start of `bytes`; `inChunk`: after the end of another. `part`: may become one. Null: it is something else. */
export function chunkHead(bytes: Buffer, inChunk: boolean): { readonly length: number; readonly size: number } | 'part' | null {
  const text = bytes.toString('latin1');
  const [whole, digits] = (inChunk ? /^\r\n([0-9A-Fa-f]{1,13})\r\n/ : /^([0-9A-Fa-f]{1,13})\r\n/).exec(text) ?? [];
  if (whole !== undefined && digits !== undefined) {
    const size = Number.parseInt(digits, 16);
    return size === 0 ? null : { length: whole.length, size };
  }
  return (inChunk ? /^(?:\r(?:\n[0-9A-Fa-f]{0,13}\r?)?)?$/ : /^[0-9A-Fa-f]{0,13}\r?$/).test(text) ? 'part' : null;
}
