import { lineEnd, type BodyStream } from '../body-stream.ts';
import type { BodyPlace, BodyTracker } from '../framing.ts';
import type { LentReading, LentWriting } from './lend.ts';
import type { Extent, Outcome } from './passage.ts';
import { theSplicer, type Underway } from './splicer.ts';

/** Less is not worth a detour. */
const leastBytes = 1024 * 1024;
const maxShortRuns = 3;

/** What goes past our memory. */
export interface Body {
  readonly stream: BodyStream;
  readonly tracker: BodyTracker;
  /** How the receiver gets content. */
  readonly chunked: boolean;
}

/** Has the inside of large files go past our memory, from the kernel's buffer for one side to that for the other. */
export class Bypass {
  readonly #from: { lendReading(): LentReading | null };
  readonly #to: { lendWriting(): LentWriting | null };
  readonly #over: (rest: Buffer) => void;
  #active: { readonly underway: Underway; readonly reading: LentReading } | null = null;
  /** Of little content: the sender's chunks are no good for it. */
  #shortRuns = 0;

  /** `over`: what was begun has ended; `from` is read again, and its next bytes are `rest`. */
  constructor(from: { lendReading(): LentReading | null }, to: { lendWriting(): LentWriting | null }, over: (rest: Buffer) => void) {
    this.#from = from;
    this.#to = to;
    this.#over = over;
  }

  /** Something is on its way: neither side may be read or written here. */
  get active(): boolean { return this.#active !== null; }

  /** Begins where enough may pass unseen. Only when all that was read of the body has been pushed. */
  begin(body: Body): boolean {
    const { passing, seen } = body.stream;
    // Where everything passes, only much of it says that there is much.
    if (this.active || this.#shortRuns >= maxShortRuns || Math.min(passing, passing === Infinity ? seen : Infinity) < leastBytes) return false;
    const plan = planFor(body.tracker.place, passing, body.chunked);
    const splicer = plan === null ? null : theSplicer();
    if (plan === null || splicer?.ready !== true) return false;
    const writing = this.#to.lendWriting();
    const reading = writing === null ? null : this.#from.lendReading();
    if (writing === null || reading === null) return false;
    const underway = splicer.start(reading.fd, writing.fd, plan.extent, plan.before, (outcome) => { this.#ended(outcome, plan.extent, body, writing); });
    if (underway === null) { reading.giveBack(); return false; }
    this.#active = { underway, reading };
    return true;
  }

  /** Nobody wants it any more. */
  cancel(): void {
    this.#active?.underway.cancel();
    this.#active?.reading.giveBack();
    this.#active = null;
  }

  #ended(outcome: Outcome, { kind }: Extent, { stream, tracker, chunked }: Body, writing: LentWriting): void {
    if (outcome.ended === 'broken' && outcome.side === 'receiver') {
      // It stays with us that something is under way, until the connection is told that it is broken.
      writing.failed(new Error(`what was sent did not arrive (errno ${outcome.errno})`));
      return;
    }
    if (outcome.ended === 'broken') tracker.cut();
    else {
      const { content, inChunk } = outcome;
      if (kind === 'bytes') tracker.skip(content); else tracker.skipChunks(inChunk);
      stream.passed(content, true);
      const whole = kind === 'bytes' ? outcome.ended === 'limit' : inChunk === 0;
      // What was begun as a chunk is one now; or nothing may follow in it.
      if (chunked && whole) writing.write(lineEnd);
      else if (outcome.ended === 'closed') tracker.endHere();
      if (content < leastBytes / 4) this.#shortRuns++;
    }
    this.#active?.reading.giveBack();
    this.#active = null;
    this.#over(outcome.ended === 'broken' ? Buffer.alloc(0) : Buffer.from(outcome.rest));
  }
}

/** Null: not from here. */
function planFor(place: BodyPlace | null, passing: number, chunked: boolean): { readonly extent: Extent; readonly before: string } | null {
  switch (place?.at) {
    case undefined: return null;
    case 'chunk-start': return chunked ? { extent: { kind: 'chunks', begun: null, content: passing }, before: '' } : null;
    case 'content': {
      if (place.ofChunk && !chunked) return null;
      // What the sender's framing says goes on as it is, but for the rest of the chunk that has begun.
      if (place.ofChunk && place.left <= passing) return { extent: { kind: 'chunks', begun: place.left, content: passing }, before: head(place.left) };
      const bytes = Math.min(place.left, passing);
      // Until the connection ends: nothing says how much that is.
      if (bytes < leastBytes || bytes === Infinity) return null;
      return { extent: { kind: 'bytes', bytes }, before: chunked ? head(bytes) : '' };
    }
  }
}

const head = (bytes: number): string => `${bytes.toString(16)}\r\n`;
