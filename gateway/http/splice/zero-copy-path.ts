import type { BodyStream, ChunkEncoder } from '../message/body-stream.ts';
import type { BodyPosition, BodyTracker } from '../message/framing.ts';
import type { DetachedReadHandle, DetachedWriteHandle } from './detached-handles.ts';
import type { TransferExtent, TransferOutcome } from './transfer.ts';
import { getSplicer, type RunningTransfer } from './splicer.ts';

/** Shorter content is copied. */
const minBytes = 1024 * 1024;
const maxShortRuns = 3;

/** A body that may bypass user space. */
export interface Body {
  readonly stream: BodyStream;
  readonly tracker: BodyTracker;
  /** How the receiver gets content; null: without framing. */
  readonly chunks: ChunkEncoder | null;
}

/**
 * Moves the inside of large files with splice(2), from the kernel's buffer of one socket to that of the
 * other.
 */
export class ZeroCopyPath {
  readonly #source: { detachReading(): DetachedReadHandle | null };
  readonly #sink: { detachWriting(): DetachedWriteHandle | null };
  readonly #onEnd: (rest: Buffer) => void;
  #active: { readonly transfer: RunningTransfer; readonly reading: DetachedReadHandle } | null = null;
  /** Transfers of little content: the sender's chunks are too small to splice. */
  #shortRuns = 0;

  /** `onEnd`: the transfer has ended; `source` is read again, and its next bytes are `rest`. */
  constructor(
    from: { detachReading(): DetachedReadHandle | null },
    to: { detachWriting(): DetachedWriteHandle | null },
    onEnd: (rest: Buffer) => void,
  ) {
    this.#source = from;
    this.#sink = to;
    this.#onEnd = onEnd;
  }

  /** A transfer is running: neither side may be read or written here. */
  get active(): boolean {
    return this.#active !== null;
  }

  /** Starts a transfer where enough content may bypass. Only when everything read of the body was pushed. */
  begin(body: Body): boolean {
    const { passing, pushedBytes: pushed } = body.stream;
    // With an unlimited pass-through, a large body is assumed only once much of it was pushed.
    if (
      this.active ||
      this.#shortRuns >= maxShortRuns ||
      Math.min(passing, passing === Infinity ? pushed : Infinity) < minBytes
    )
      return false;
    const plan = planFor(body.tracker.position, passing, body.chunks);
    const splicer = plan === null ? null : getSplicer();
    if (plan === null || splicer?.ready !== true) return false;
    const writing = this.#sink.detachWriting();
    const reading = writing === null ? null : this.#source.detachReading();
    if (writing === null || reading === null) return false;
    const transfer = splicer.start(reading.fd, writing.fd, plan.extent, plan.before, (outcome) => {
      this.#ended(outcome, plan.framed, body, writing);
    });
    if (transfer === null) {
      reading.reattach();
      return false;
    }
    this.#active = { transfer: transfer, reading };
    return true;
  }

  /** The body is abandoned. */
  cancel(): void {
    this.#active?.transfer.cancel();
    this.#active?.reading.reattach();
    this.#active = null;
  }

  /** `framed`: the transfer included the sender's framing. */
  #ended(
    outcome: TransferOutcome,
    framed: boolean,
    { stream, tracker, chunks }: Body,
    writing: DetachedWriteHandle,
  ): void {
    if (outcome.ended === 'broken' && outcome.side === 'receiver') {
      // Stays active until the connection gets the error.
      writing.failed(new Error(`what was sent did not arrive (errno ${outcome.errno})`));
      return;
    }
    if (outcome.ended === 'broken') tracker.cut();
    else {
      const { content, inChunk, chunkRemaining } = outcome;
      if (framed) tracker.skipChunks(inChunk);
      else tracker.skip(content);
      stream.passed(content, true);
      if (chunkRemaining !== null)
        for (const bytes of chunks?.chunkBegun(chunkRemaining) ?? []) writing.write(bytes);
      if (content < minBytes / 4) this.#shortRuns++;
    }
    this.#active?.reading.reattach();
    this.#active = null;
    this.#onEnd(outcome.ended === 'broken' ? Buffer.alloc(0) : Buffer.from(outcome.rest));
  }
}

interface Plan {
  readonly extent: TransferExtent;
  /** Framing to send first. */
  readonly before: string;
  readonly framed: boolean;
}

/** Null: not from the current position. */
function planFor(position: BodyPosition | null, passing: number, chunks: ChunkEncoder | null): Plan | null {
  if (position === null) return null;
  const framed = position.at === 'chunk-start' || position.ofChunk;
  if (framed && chunks === null) return null;
  const begun = position.at === 'content' ? position.left : null;
  // The receiver's current chunk is completed first.
  const chunkRemaining = chunks === null || chunks.chunkRemaining === 0 ? null : chunks.chunkRemaining;
  const head = (bytes: number) =>
    chunks === null || chunkRemaining !== null ? '' : `${bytes.toString(16)}\r\n`;
  const content = Math.min(framed ? passing : Math.min(passing, begun ?? 0), chunkRemaining ?? Infinity);
  if (content < Infinity)
    return content < minBytes
      ? null
      : { extent: { heads: 'end', begun: framed ? begun : content, content }, before: head(content), framed };
  // The length is unknown: until the connection ends.
  return framed
    ? { extent: { heads: 'pass', begun }, before: begun === null ? '' : head(begun), framed }
    : null;
}
