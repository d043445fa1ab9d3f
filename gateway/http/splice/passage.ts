import { lastErrno, libcFunction } from '../../libc.ts';

// splice(2) by way of a pipe: the kernel hands the pages of one socket's buffer on to another's. Reading and writing them would copy each
// twice, and a body of gigabytes then costs more here than at its sender.

/** What is moved: so many bytes; or whole chunks of a chunked body, framing and all, with so much content at most. */
export type Extent =
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** `begun`: bytes left of the chunk that is under way, null at the start of one. */
  | { readonly kind: 'chunks'; readonly begun: number | null; readonly content: number };

/**
 * How it ended. `limit`: all that was to be moved was; of chunks: what comes next is not a whole plain chunk that may pass. `sender`,
 * `receiver`: one side has closed, or failed; what was on its way is lost.
 */
export interface Outcome {
  readonly ended: 'limit' | 'sender' | 'receiver';
  /** Bytes of content that were moved. Exact for `limit`. */
  readonly content: number;
  /** Of chunks: the last one's content is through, the line that ends it is still to come. Else the next chunk is. */
  readonly inChunk: boolean;
  /** errno of what failed; 0 where a side just closed. */
  readonly errno: number;
}

/** What has to happen before more can move. */
export type Wants = 'readable' | 'writable';

interface Calls {
  readonly splice: (from: number, fromAt: null, to: number, toAt: null, length: number, flags: number) => number;
  readonly recv: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly pipe2: (fds: Int32Array, flags: number) => number;
  readonly fcntl: (fd: number, command: number, type: 'int', value: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
  readonly yieldTurn: () => number;
}

function spliceCalls(): Calls | null {
  const splice = libcFunction<Calls['splice']>('intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t length, unsigned int flags)');
  const recv = libcFunction<Calls['recv']>('intptr_t recv(int fd, void *bytes, size_t length, int flags)');
  const pipe2 = libcFunction<Calls['pipe2']>('int pipe2(_Out_ int *fds, int flags)');
  const fcntl = libcFunction<Calls['fcntl']>('int fcntl(int fd, int command, ...)');
  const write = libcFunction<Calls['write']>('intptr_t write(int fd, const void *bytes, size_t length)');
  const close = libcFunction<Calls['close']>('int close(int fd)');
  const yieldTurn = libcFunction<Calls['yieldTurn']>('int sched_yield()');
  if (splice === null || recv === null || pipe2 === null || fcntl === null || write === null || close === null || yieldTurn === null) return null;
  return { splice, recv, pipe2, fcntl, write, close, yieldTurn };
}
let calls: Calls | null | undefined;

const again = 11, interrupted = 4;
const nonBlocking = 0x800, closeOnExec = 0x80000;
const setPipeSize = 1031;
const peek = 2, dontWait = 0x40;
/** SPLICE_F_NONBLOCK. */
const dontBlock = 2;
/** Of the pipe: more than a sender's buffer holds by default. */
const pipeBytes = 1024 * 1024;
/** Moved before the receiver gets it. */
const enoughBytes = 768 * 1024;
/** A sender that waits for a processor gets its turn so often, to send more: being woken for each part costs more than the parts. */
const maxYields = 3;
/** Moved before other passages have their turn. */
const turnBytes = 4 * 1024 * 1024;
/** The end of a chunk, and the longest head of one that is understood here: what is longer is left to who asked. */
const lookBytes = 2 + 13 + 2;
const cr = 0x0d, lf = 0x0a;

/** One body, or a part of one, on its way from one socket to another. Owns both descriptors. */
export class Passage {
  readonly #calls: Calls;
  readonly #from: number;
  readonly #to: number;
  readonly #pipe: Int32Array;
  readonly #chunks: boolean;
  /** Content that may still begin to move. */
  #allowed: number;
  /** Bytes to be moved before anything has to be looked at. */
  #run: number;
  #inChunk: boolean;
  #content: number;
  #piped = 0;
  #over: Outcome['ended'] | null = null;
  #errno = 0;
  readonly #look = Buffer.allocUnsafeSlow(lookBytes);
  wants: Wants = 'readable';

  private constructor(c: Calls, pipe: Int32Array, from: number, to: number, extent: Extent) {
    this.#calls = c;
    this.#pipe = pipe;
    this.#from = from;
    this.#to = to;
    this.#chunks = extent.kind === 'chunks';
    this.#run = extent.kind === 'bytes' ? extent.bytes : extent.begun ?? 0;
    this.#inChunk = extent.kind === 'chunks' && extent.begun !== null;
    this.#allowed = extent.kind === 'bytes' ? 0 : extent.content - this.#run;
    this.#content = this.#run;
  }

  /** `before`: short; goes first. Null where it can't be done: no pipe to be had. The descriptors, which do not block, stay the caller's then. */
  static open(from: number, to: number, extent: Extent, before: string): Passage | null {
    calls ??= spliceCalls();
    const pipe = new Int32Array(2);
    if (calls === null || calls.pipe2(pipe, nonBlocking | closeOnExec) !== 0) return null;
    // Without more it takes more turns.
    calls.fcntl(pipe[1] ?? -1, setPipeSize, 'int', pipeBytes);
    const passage = new Passage(calls, pipe, from, to, extent);
    // Into an empty pipe.
    if (before !== '') passage.#piped = calls.write(pipe[1] ?? -1, Buffer.from(before, 'latin1'), before.length);
    return passage;
  }

  /** The descriptor that is waited for. */
  get awaited(): number { return this.wants === 'readable' ? this.#from : this.#to; }

  close(): void { for (const fd of [this.#from, this.#to, ...this.#pipe]) this.#calls.close(fd); }

  /** Moves what can be moved now. Null: more is to come, after what it `wants`. */
  move(): Outcome | null {
    for (let moved = 0; moved < turnBytes;) {
      if (this.#piped === 0 && this.#over === null) this.#fill();
      if (this.#piped === 0) {
        if (this.#over !== null) return this.#outcome(this.#over);
        this.wants = 'readable';
        return null;
      }
      const sent = this.#splice(this.#pipe[0] ?? -1, this.#to, this.#piped);
      if (sent === null) { this.wants = 'writable'; return null; }
      if (sent < 0) return this.#outcome('receiver');
      this.#piped -= sent;
      moved += sent;
    }
    this.wants = this.#piped > 0 ? 'writable' : 'readable';
    return null;
  }

  #outcome(ended: Outcome['ended']): Outcome { return { ended, content: this.#content, inChunk: this.#inChunk, errno: this.#errno }; }

  /** Into the pipe, as long as there is more and it is not enough. */
  #fill(): void {
    for (let yields = 0; this.#piped < enoughBytes && this.#over === null;) {
      if (this.#run === 0 && !this.#next()) return;
      const came = this.#run === 0 ? null : this.#splice(this.#from, this.#pipe[1] ?? -1, Math.min(this.#run, pipeBytes));
      if (came === null) {
        if (yields++ === maxYields) return;
        this.#calls.yieldTurn();
      } else if (came <= 0) this.#over = 'sender';
      else {
        this.#piped += came;
        this.#run -= came;
      }
    }
  }

  /** What comes after what was moved. False when that is nothing; `run` stays 0 while it can't be told yet. */
  #next(): boolean {
    if (!this.#chunks) { this.#over = 'limit'; return false; }
    const seen = this.#calls.recv(this.#from, this.#look, lookBytes, peek | dontWait);
    if (seen < 0) {
      this.#errno = lastErrno();
      if (this.#errno === again || this.#errno === interrupted) return true;
      this.#over = 'sender';
      return false;
    }
    if (seen === 0) { this.#over = 'sender'; return false; }
    // Senders flush at the end of a chunk: what comes next may take its time.
    if (this.#inChunk && seen === 2 && this.#look[0] === cr && this.#look[1] === lf) {
      this.#run = 2;
      this.#inChunk = false;
      return true;
    }
    const head = chunkHead(this.#look.subarray(0, seen), this.#inChunk);
    // What is not all here yet is not waited for: it would be looked at again and again.
    if (head === null || head.size > this.#allowed) { this.#over = 'limit'; return false; }
    this.#run = head.length + head.size;
    this.#allowed -= head.size;
    this.#content += head.size;
    this.#inChunk = true;
    return true;
  }

  /** Null: nothing goes now. Negative: it failed. */
  #splice(from: number, to: number, length: number): number | null {
    const moved = this.#calls.splice(from, null, to, null, length, dontBlock);
    if (moved >= 0) return moved;
    this.#errno = lastErrno();
    return this.#errno === again || this.#errno === interrupted ? null : -1;
  }
}

/** The next chunk of some content; `inChunk`: after the end of another. Null: `bytes` do not begin with that, or with less than all of it. */
export function chunkHead(bytes: Buffer, inChunk: boolean): { readonly length: number; readonly size: number } | null {
  let at = 0;
  if (inChunk) {
    if (bytes[0] !== cr || bytes[1] !== lf) return null;
    at = 2;
  }
  const end = bytes.indexOf(cr, at);
  if (end < 0 || bytes[end + 1] !== lf) return null;
  const digits = bytes.toString('latin1', at, end);
  if (!/^[0-9A-Fa-f]{1,13}$/.test(digits)) return null;
  const size = Number.parseInt(digits, 16);
  return size === 0 ? null : { length: end + 2, size };
}
