import { lastErrno, libcFunction } from '../../base/libc.ts';

// splice(2) by way of a pipe: the kernel hands the pages of one socket's buffer on to another's. Reading and
// writing them would copy each twice, and a body of gigabytes then costs more here than at its sender. The
// pages may still be the sender's own (vmsplice), who can change them until they are read: so only content
// goes that way, whose length is all that matters here. Framing is read, looked at, and sent from our memory;
// where it is known how much content passes, the receiver gets it as one chunk, which costs both of us less.

/**
 * What is moved of a body. `begun`: content that comes before any framing of the sender's; null: the head of
 * a chunk is next.
 */
export type Extent =
  /** So much content. The heads of the sender's chunks end here: the receiver was told how much comes. */
  | { readonly heads: 'end'; readonly begun: number | null; readonly content: number }
  /** Chunks as they are, as long as there are plain ones. */
  | { readonly heads: 'pass'; readonly begun: number | null };

/** What came to its end well: all may go on from there. */
export interface Stopped {
  readonly ended: 'stopped';
  /** Bytes of content that were moved. */
  readonly content: number;
  /** Content that is still to come of the sender's chunk; null: the head of one is next. */
  readonly inChunk: number | null;
  /** Content that the receiver still expects without a head; null: it expects one. */
  readonly chunkRemaining: number | null;
  /** What was taken from the sender and not sent. */
  readonly rest: Uint8Array;
}
/** One side failed: what was on its way is lost. */
export interface Broken {
  readonly ended: 'broken';
  readonly side: 'sender' | 'receiver';
  readonly errno: number;
}
export type Outcome = Stopped | Broken;

/** What has to happen before more can move. */
export type Readiness = 'readable' | 'writable';

/** Descriptors of two sockets that do not block, and of the pipe between them; somebody else's to close. */
export interface TransferDescriptors {
  readonly from: number;
  readonly to: number;
  readonly pipeOut: number;
  readonly pipeIn: number;
}

export interface SpliceSyscalls {
  readonly splice: (
    from: number,
    fromAt: null,
    to: number,
    toAt: null,
    length: number,
    flags: number,
  ) => number;
  readonly recv: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly yieldTurn: () => number;
  /** errno of the last one. */
  readonly errno: () => number;
}

/** Null where they can't be had. */
export function loadSpliceSyscalls(): SpliceSyscalls | null {
  const splice = libcFunction<SpliceSyscalls['splice']>(
    'intptr_t splice(int from, void *fromAt, int to, void *toAt, size_t length, unsigned int flags)',
  );
  const recv = libcFunction<SpliceSyscalls['recv']>(
    'intptr_t recv(int fd, void *bytes, size_t length, int flags)',
  );
  const write = libcFunction<SpliceSyscalls['write']>(
    'intptr_t write(int fd, const void *bytes, size_t length)',
  );
  const yieldTurn = libcFunction<SpliceSyscalls['yieldTurn']>('int sched_yield()');
  return splice === null || recv === null || write === null || yieldTurn === null
    ? null
    : { splice, recv, write, yieldTurn, errno: lastErrno };
}

const again = 11,
  interrupted = 4;
/** MSG_DONTWAIT. */
const msgDontWait = 0x40;
/** SPLICE_F_NONBLOCK. */
const spliceNonBlock = 2;
/** Taken at a time. */
const partBytes = 1024 * 1024;
/** Taken before the receiver gets it: more than a sender's buffer holds by default. */
const enoughBytes = 768 * 1024;
/**
 * A sender that waits for a processor gets its turn so often, to send more: being woken for each part costs
 * more than the parts.
 */
const maxYields = 3;
/** Moved, and parts taken, before other transfers have their turn. */
const turnBytes = 4 * 1024 * 1024,
  turnParts = 1024;
/**
 * The end of a chunk, and the longest head of one that is understood here: what is longer is left to who
 * asked.
 */
const frameBytes = 2 + 13 + 2;
/** Digits of a size, before one was seen: of 32 KB, as Docker sends. */
const defaultDigits = 4;
/** Smaller chunks are not worth the way; what is read of a chunk together with its head is less. */
const minChunkBytes = 4096;
const nothing = Buffer.alloc(0);

/** One body, or a part of one, on its way from one socket to another. */
export class SpliceTransfer {
  readonly #syscalls: SpliceSyscalls;
  readonly #descriptors: TransferDescriptors;
  readonly #headsPass: boolean;
  /** Content that may move, and that was taken. */
  readonly #contentLimit: number;
  #content = 0;
  /** Content before the sender's next framing. */
  #run: number;
  #inChunk: boolean;
  /** Nothing more is taken. */
  #end: 'stopped' | Broken | null = null;
  /** What was read of the framing that is next: `held` bytes. */
  readonly #frame = Buffer.allocUnsafeSlow(frameBytes);
  #frameLength = 0;
  #digits = defaultDigits;
  /** Goes into the pipe before anything else. */
  #first: Buffer;
  #piped = 0;
  /** Taken in this turn. */
  #parts = 0;
  awaitedReadiness: Readiness = 'readable';

  /** `before`: is sent first. */
  constructor(syscalls: SpliceSyscalls, descriptors: TransferDescriptors, extent: Extent, before: string) {
    this.#syscalls = syscalls;
    this.#descriptors = descriptors;
    this.#headsPass = extent.heads === 'pass';
    this.#contentLimit = extent.heads === 'pass' ? Infinity : extent.content;
    this.#run = extent.begun ?? 0;
    this.#inChunk = extent.begun !== null;
    this.#first = Buffer.from(before, 'latin1');
  }

  /** The descriptor that is waited for. */
  get awaitedDescriptor(): number {
    return this.awaitedReadiness === 'readable' ? this.#descriptors.from : this.#descriptors.to;
  }

  /** Moves what can be moved now. Null: more is to come, after what it `wants`. */
  move(): Outcome | null {
    this.#parts = 0;
    for (let moved = 0; moved < turnBytes && this.#parts < turnParts;) {
      this.#fill();
      if (this.#piped === 0) {
        if (this.#end !== null) return this.#outcome(this.#end);
        break;
      }
      // As much at a time as there is: the receiver is woken each time.
      const sent = this.#splice(this.#descriptors.pipeOut, this.#descriptors.to, this.#piped);
      if (sent === null) break;
      if (sent < 0) return { ended: 'broken', side: 'receiver', errno: this.#syscalls.errno() };
      this.#piped -= sent;
      moved += sent;
    }
    this.awaitedReadiness = this.#piped > 0 ? 'writable' : 'readable';
    return null;
  }

  #outcome(end: 'stopped' | Broken): Outcome {
    if (typeof end === 'object') return end;
    const inChunk = this.#inChunk ? this.#run : null;
    return {
      ended: end,
      content: this.#content,
      inChunk,
      chunkRemaining: this.#headsPass ? inChunk : this.#contentLimit - this.#content,
      rest: Uint8Array.prototype.slice.call(this.#frame, 0, this.#frameLength),
    };
  }

  /** Into the pipe, as long as there is more and it is not enough. */
  #fill(): void {
    for (let yields = 0; this.#piped < enoughBytes && this.#end === null && this.#parts < turnParts;) {
      const received =
        this.#first.length > 0
          ? this.#writeFirst()
          : this.#run > 0
            ? this.#takeContent()
            : this.#takeFraming();
      if (received) {
        this.#parts++;
        continue;
      }
      if (yields++ === maxYields) return;
      this.#syscalls.yieldTurn();
    }
  }

  /** False when the pipe is full. Whole or not at all, as a pipe takes little. */
  #writeFirst(): boolean {
    const written = this.#retryable(
      this.#syscalls.write(this.#descriptors.pipeIn, this.#first, this.#first.length),
    );
    if (written === null) return false;
    if (written < 0) this.#end = { ended: 'broken', side: 'receiver', errno: this.#syscalls.errno() };
    else {
      this.#piped += written;
      this.#first = nothing;
    }
    return true;
  }

  /** False when nothing is there, or the pipe is full. */
  #takeContent(): boolean {
    const length = Math.min(this.#run, this.#contentLimit - this.#content, partBytes);
    if (length === 0) {
      this.#end = 'stopped';
      return true;
    }
    const received = this.#splice(this.#descriptors.from, this.#descriptors.pipeIn, length);
    if (received === null) return false;
    if (received > 0) {
      this.#piped += received;
      this.#run -= received;
      this.#content += received;
    } else
      this.#end =
        received === 0 ? 'stopped' : { ended: 'broken', side: 'sender', errno: this.#syscalls.errno() };
    return true;
  }

  #takeFraming(): boolean {
    if (this.#content === this.#contentLimit) {
      this.#end = 'stopped';
      return true;
    }
    // As much as the last one was, then byte by byte: what follows is content, which is not to be read here.
    const length = Math.min(
      Math.max(1, (this.#inChunk ? 2 : 0) + this.#digits + 2 - this.#frameLength),
      frameBytes - this.#frameLength,
    );
    const received = this.#retryable(
      this.#syscalls.recv(
        this.#descriptors.from,
        this.#frame.subarray(this.#frameLength),
        length,
        msgDontWait,
      ),
    );
    if (received === null) return false;
    if (received <= 0) {
      this.#end =
        received === 0 ? 'stopped' : { ended: 'broken', side: 'sender', errno: this.#syscalls.errno() };
      return true;
    }
    this.#frameLength += received;
    const head = chunkHead(this.#frame.subarray(0, this.#frameLength), this.#inChunk);
    if (head === 'part') return true;
    // Read with the head all the same, where the last one was longer.
    const ahead = head === null ? 0 : this.#frameLength - head.length;
    if (head === null || head.size < minChunkBytes || ahead > this.#contentLimit - this.#content) {
      this.#end = 'stopped';
      return true;
    }
    if (this.#headsPass || ahead > 0)
      this.#first = Buffer.from(this.#frame.subarray(this.#headsPass ? 0 : head.length, this.#frameLength));
    this.#digits = head.length - 2 - (this.#inChunk ? 2 : 0);
    this.#content += ahead;
    this.#run = head.size - ahead;
    this.#inChunk = true;
    this.#frameLength = 0;
    return true;
  }

  /** Null: nothing goes now. Negative: it failed. */
  #splice(from: number, to: number, length: number): number | null {
    return this.#retryable(this.#syscalls.splice(from, null, to, null, length, spliceNonBlock));
  }

  #retryable(bytes: number): number | null {
    if (bytes >= 0) return bytes;
    const errno = this.#syscalls.errno();
    return errno === again || errno === interrupted ? null : -1;
  }
}

const carriageReturn = 0x0d,
  lineFeed = 0x0a;
/** The value of a hexadecimal digit; null for any other byte. */
function hexDigit(byte: number): number | null {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : null;
}

/**
 * The head of a chunk with content at the start of `bytes`; `inChunk`: after the end of another. `part`: may
 * become one. Null: it is something else.
 */
export function chunkHead(
  bytes: Buffer,
  inChunk: boolean,
): { readonly length: number; readonly size: number } | 'part' | null {
  let at = 0;
  if (inChunk)
    for (const expected of [carriageReturn, lineFeed]) {
      if (at === bytes.length) return 'part';
      if (bytes[at++] !== expected) return null;
    }
  let size = 0;
  for (let digits = 0; ; digits++) {
    const byte = bytes[at++];
    if (byte === undefined) return 'part';
    const digit = hexDigit(byte);
    if (digit !== null && digits < 13) {
      size = size * 16 + digit;
      continue;
    }
    if (byte !== carriageReturn || digits === 0) return null;
    const last = bytes[at++];
    if (last === undefined) return 'part';
    return last === lineFeed && size > 0 ? { length: at, size } : null;
  }
}
