import { chunkHead } from './chunk-head.ts';
import type { SpliceSyscalls } from './splice-syscalls.ts';

// splice(2) through a pipe: the kernel moves the pages of one socket's buffer to another's. Reading and
// writing would copy each page twice, and a body of gigabytes would then cost more here than at its sender.
// The pages may still be the sender's own (vmsplice), which can change them until they are read: so only
// content is spliced, of which only the length matters here. Framing is read, checked, and sent from our
// memory; where the length of the content is known, the receiver gets it as one chunk, which is cheaper.

/**
 * The part of a body to move. `begun`: bytes of content before the sender's next framing; null: the head of a
 * chunk is next.
 */
export type TransferExtent =
  /**
   * Content of this length, without the heads of the sender's chunks: the receiver was announced the whole
   * length.
   */
  | { readonly heads: 'end'; readonly begun: number | null; readonly content: number }
  /** Whole chunks with their heads, as long as these have no extension. */
  | { readonly heads: 'pass'; readonly begun: number | null };

/** A transfer that ended without an error: relaying can continue after it. */
export interface StoppedTransfer {
  readonly ended: 'stopped';
  /** Bytes of content that were moved. */
  readonly content: number;
  /** Remaining content of the sender's chunk; null: the head of a chunk is next. */
  readonly inChunk: number | null;
  /** Content that the receiver expects before the next head; null: it expects a head. */
  readonly chunkRemaining: number | null;
  /** Bytes that were received and not sent. */
  readonly rest: Uint8Array;
}
/** One side failed: the bytes in the pipe are lost. */
export interface BrokenTransfer {
  readonly ended: 'broken';
  readonly side: 'sender' | 'receiver';
  readonly errno: number;
}
export type TransferOutcome = StoppedTransfer | BrokenTransfer;

/** What the transfer waits for. */
export type Readiness = 'readable' | 'writable';

/** Descriptors of two non-blocking sockets and the pipe between them; the caller closes them. */
export interface TransferDescriptors {
  readonly from: number;
  readonly to: number;
  readonly pipeOut: number;
  readonly pipeIn: number;
}

/** EAGAIN, EINTR. */
const again = 11;
const interrupted = 4;
/** MSG_DONTWAIT. */
const msgDontWait = 0x40;
/** SPLICE_F_NONBLOCK. */
const spliceNonBlock = 2;
/** Limit of one splice, bytes. */
const partBytes = 1024 * 1024;
/** Bytes collected before they are sent on: more than a sender's buffer holds by default. */
const batchBytes = 768 * 1024;
/**
 * How often the processor is yielded to a sender so that it sends more: being woken for each part costs more
 * than the parts.
 */
const maxYields = 3;
/** Limit of bytes and parts of one turn; then other transfers have theirs. */
const turnBytes = 4 * 1024 * 1024;
const turnParts = 1024;
/** Bytes of the end of a chunk and the longest head that is parsed here; the caller handles longer ones. */
const frameBytes = 2 + 13 + 2;
/** Digits that the first size is expected to have: of 32 KB, as Docker sends. */
const defaultDigits = 4;
/** Smaller chunks are not spliced; content that is read together with a head is shorter than this. */
const minChunkBytes = 4096;
const nothing = Buffer.alloc(0);

/** Moves a body, or a part of one, from one socket to another. */
export class SpliceTransfer {
  readonly #syscalls: SpliceSyscalls;
  readonly #descriptors: TransferDescriptors;
  readonly #headsPass: boolean;
  /** Limit of content, and content received so far, bytes. */
  readonly #contentLimit: number;
  #content = 0;
  /** Content before the sender's next framing, bytes. */
  #run: number;
  #inChunk: boolean;
  /** Set when nothing more is received. */
  #end: 'stopped' | BrokenTransfer | null = null;
  /** The next framing as far as it was read: `#frameLength` bytes. */
  readonly #frame = Buffer.allocUnsafeSlow(frameBytes);
  #frameLength = 0;
  #digits = defaultDigits;
  /** Written to the pipe before anything else. */
  #first: Buffer;
  #piped = 0;
  /** Parts received in this turn. */
  #parts = 0;
  awaitedReadiness: Readiness = 'readable';

  /** `before`: text that is sent first. */
  constructor(
    syscalls: SpliceSyscalls,
    descriptors: TransferDescriptors,
    extent: TransferExtent,
    before: string,
  ) {
    this.#syscalls = syscalls;
    this.#descriptors = descriptors;
    this.#headsPass = extent.heads === 'pass';
    this.#contentLimit = extent.heads === 'pass' ? Infinity : extent.content;
    this.#run = extent.begun ?? 0;
    this.#inChunk = extent.begun !== null;
    this.#first = Buffer.from(before, 'latin1');
  }

  /** The descriptor whose readiness is awaited. */
  get awaitedDescriptor(): number {
    return this.awaitedReadiness === 'readable' ? this.#descriptors.from : this.#descriptors.to;
  }

  /** Moves what can be moved now. Null: more will follow once `awaitedReadiness` is reached. */
  move(): TransferOutcome | null {
    this.#parts = 0;
    for (let moved = 0; moved < turnBytes && this.#parts < turnParts;) {
      this.#fill();
      if (this.#piped === 0) {
        if (this.#end !== null) return this.#outcome(this.#end);
        break;
      }
      // All of it at once: each splice wakes the receiver.
      const sent = this.#splice(this.#descriptors.pipeOut, this.#descriptors.to, this.#piped);
      if (sent === null) break;
      if (sent < 0) return { ended: 'broken', side: 'receiver', errno: this.#syscalls.errno() };
      this.#piped -= sent;
      moved += sent;
    }
    this.awaitedReadiness = this.#piped > 0 ? 'writable' : 'readable';
    return null;
  }

  #outcome(end: 'stopped' | BrokenTransfer): TransferOutcome {
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

  /** Fills the pipe until a batch is complete or nothing more is available. */
  #fill(): void {
    for (let yields = 0; this.#piped < batchBytes && this.#end === null && this.#parts < turnParts;) {
      const received =
        this.#first.length > 0
          ? this.#writeFirst()
          : this.#run > 0
            ? this.#receiveContent()
            : this.#receiveFraming();
      if (received) {
        this.#parts++;
        continue;
      }
      if (yields++ === maxYields) return;
      this.#syscalls.yieldTurn();
    }
  }

  /** False when the pipe is full. A write this short is atomic. */
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

  /** False when nothing is available, or the pipe is full. */
  #receiveContent(): boolean {
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

  #receiveFraming(): boolean {
    if (this.#content === this.#contentLimit) {
      this.#end = 'stopped';
      return true;
    }
    // The length of the last framing, then byte by byte: the content that follows must not be read.
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
    // Content that was read with the head, where the last head was longer.
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

  /** Null: it would block. Negative: it failed. */
  #splice(from: number, to: number, length: number): number | null {
    return this.#retryable(this.#syscalls.splice(from, null, to, null, length, spliceNonBlock));
  }

  #retryable(bytes: number): number | null {
    if (bytes >= 0) return bytes;
    const errno = this.#syscalls.errno();
    return errno === again || errno === interrupted ? null : -1;
  }
}
