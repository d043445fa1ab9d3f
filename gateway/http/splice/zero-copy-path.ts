import type { BodyStream, Chunks } from '../message/body-stream.ts';
import type { BodyPlace, BodyTracker } from '../message/framing.ts';
import type { DetachedReadHandle, DetachedWriteHandle } from './detached-handles.ts';
import type { Extent, Outcome } from './transfer.ts';
import { theSplicer, type Underway } from './splicer.ts';

/** Less is not worth a detour. */
const leastBytes = 1024 * 1024;
const maxShortRuns = 3;

/** What goes past our memory. */
export interface Body {
  readonly stream: BodyStream;
  readonly tracker: BodyTracker;
  /** How the receiver gets content; null: without framing. */
  readonly chunks: Chunks | null;
}

/**
 * Has the inside of large files go past our memory, from the kernel's buffer for one side to that for the
 * other.
 */
export class ZeroCopyPath {
  readonly #from: { detachReading(): DetachedReadHandle | null };
  readonly #to: { detachWriting(): DetachedWriteHandle | null };
  readonly #over: (rest: Buffer) => void;
  #active: { readonly underway: Underway; readonly reading: DetachedReadHandle } | null = null;
  /** Of little content: the sender's chunks are no good for it. */
  #shortRuns = 0;

  /** `over`: what was begun has ended; `from` is read again, and its next bytes are `rest`. */
  constructor(
    from: { detachReading(): DetachedReadHandle | null },
    to: { detachWriting(): DetachedWriteHandle | null },
    over: (rest: Buffer) => void,
  ) {
    this.#from = from;
    this.#to = to;
    this.#over = over;
  }

  /** Something is on its way: neither side may be read or written here. */
  get active(): boolean {
    return this.#active !== null;
  }

  /** Begins where enough may pass unseen. Only when all that was read of the body has been pushed. */
  begin(body: Body): boolean {
    const { passing, seen } = body.stream;
    // Where everything passes, only much of it says that there is much.
    if (
      this.active ||
      this.#shortRuns >= maxShortRuns ||
      Math.min(passing, passing === Infinity ? seen : Infinity) < leastBytes
    )
      return false;
    const plan = planFor(body.tracker.place, passing, body.chunks);
    const splicer = plan === null ? null : theSplicer();
    if (plan === null || splicer?.ready !== true) return false;
    const writing = this.#to.detachWriting();
    const reading = writing === null ? null : this.#from.detachReading();
    if (writing === null || reading === null) return false;
    const underway = splicer.start(reading.fd, writing.fd, plan.extent, plan.before, (outcome) => {
      this.#ended(outcome, plan.framed, body, writing);
    });
    if (underway === null) {
      reading.giveBack();
      return false;
    }
    this.#active = { underway, reading };
    return true;
  }

  /** Nobody wants it any more. */
  cancel(): void {
    this.#active?.underway.cancel();
    this.#active?.reading.giveBack();
    this.#active = null;
  }

  /** `framed`: the sender's framing was on the way. */
  #ended(
    outcome: Outcome,
    framed: boolean,
    { stream, tracker, chunks }: Body,
    writing: DetachedWriteHandle,
  ): void {
    if (outcome.ended === 'broken' && outcome.side === 'receiver') {
      // It stays with us that something is under way, until the connection is told that it is broken.
      writing.failed(new Error(`what was sent did not arrive (errno ${outcome.errno})`));
      return;
    }
    if (outcome.ended === 'broken') tracker.cut();
    else {
      const { content, inChunk, owed } = outcome;
      if (framed) tracker.skipChunks(inChunk);
      else tracker.skip(content);
      stream.passed(content, true);
      if (owed !== null) for (const bytes of chunks?.begun(owed) ?? []) writing.write(bytes);
      if (content < leastBytes / 4) this.#shortRuns++;
    }
    this.#active?.reading.giveBack();
    this.#active = null;
    this.#over(outcome.ended === 'broken' ? Buffer.alloc(0) : Buffer.from(outcome.rest));
  }
}

interface Plan {
  readonly extent: Extent;
  /** What the receiver is told first. */
  readonly before: string;
  readonly framed: boolean;
}

/** Null: not from here. */
function planFor(place: BodyPlace | null, passing: number, chunks: Chunks | null): Plan | null {
  if (place === null) return null;
  const framed = place.at === 'chunk-start' || place.ofChunk;
  if (framed && chunks === null) return null;
  const begun = place.at === 'content' ? place.left : null;
  // What the receiver was told already comes first.
  const owed = chunks === null || chunks.owed === 0 ? null : chunks.owed;
  const head = (bytes: number) => (chunks === null || owed !== null ? '' : `${bytes.toString(16)}\r\n`);
  const content = Math.min(framed ? passing : Math.min(passing, begun ?? 0), owed ?? Infinity);
  if (content < Infinity)
    return content < leastBytes
      ? null
      : { extent: { heads: 'end', begun: framed ? begun : content, content }, before: head(content), framed };
  // Until the connection ends: nothing says how much that is.
  return framed
    ? { extent: { heads: 'pass', begun }, before: begun === null ? '' : head(begun), framed }
    : null;
}
