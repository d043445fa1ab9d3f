/**
 * Changes a body while it streams by: content comes in and goes out without framing, as much at a time as is there. Throwing means that
 * the body gets no clean end. The generator is always finished (its `finally` runs), also when nobody wants the body any more.
 */
export type BodyTransform = (content: AsyncIterable<Buffer>) => AsyncIterable<readonly Buffer[]>;

export interface BodyStreamEvents {
  /** What goes on. False: `drained` will be called before more is taken. */
  readonly out: (parts: readonly Buffer[]) => boolean;
  /** Content is wanted again, after `push` has said no. */
  readonly hungry: () => void;
  /** Everything has gone on. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Content that may wait for the transform; then the sender has to. */
const maxWaiting = 512 * 1024;

/** Runs a transform between a sender and a receiver that are both pushed, with backpressure both ways. */
export class BodyStream {
  readonly #events: BodyStreamEvents;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #abandoned = false;
  #held = false;
  #wakeSource: (() => void) | null = null;
  #wakeSink: (() => void) | null = null;

  constructor(transform: BodyTransform, events: BodyStreamEvents) {
    this.#events = events;
    void this.#run(transform);
  }

  /** Takes content. False when the sender should wait for `hungry`. */
  push(content: Buffer): boolean {
    if (this.#abandoned) return true;
    this.#waiting.push(content);
    this.#bytes += content.length;
    this.#wakeSource?.();
    this.#held = this.#bytes > maxWaiting;
    return !this.#held;
  }

  /** The whole body was pushed. */
  end(): void {
    this.#ended = true;
    this.#wakeSource?.();
  }

  /** The receiver takes more. */
  drained(): void { this.#wakeSink?.(); }

  /** Nobody wants it any more: nothing is told from now on. */
  abandon(): void {
    this.#abandoned = true;
    this.#waiting = [];
    this.#wakeSource?.();
    this.#wakeSink?.();
  }

  async #run(transform: BodyTransform): Promise<void> {
    try {
      for await (const parts of transform(this.#source())) {
        if (this.#abandoned) return;
        if (parts.length > 0 && !this.#events.out(parts)) await new Promise<void>((resolve) => { this.#wakeSink = resolve; });
        if (this.#abandoned) return;
      }
      if (!this.#abandoned) this.#events.done();
    } catch (error) {
      if (!this.#abandoned) this.#events.failed(error);
    } finally {
      this.#waiting = [];
    }
  }

  async *#source(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#bytes -= next.length;
        if (this.#held && this.#bytes === 0) { this.#held = false; this.#events.hungry(); }
        yield next;
      } else if (this.#abandoned || this.#ended) return;
      else await new Promise<void>((resolve) => { this.#wakeSource = resolve; });
      if (this.#abandoned) return;
    }
  }
}

/** A body that stays as it is. */
export async function* asItIs(content: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  for await (const part of content) yield [part];
}

const lineEnd = Buffer.from('\r\n');
/** The end of a chunked body. */
export const lastChunk = Buffer.from('0\r\n\r\n');

/** One chunk of a chunked body; nothing for no content, which would be its end. */
export function chunk(parts: readonly Buffer[]): readonly Buffer[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return bytes === 0 ? [] : [Buffer.from(`${bytes.toString(16)}\r\n`, 'latin1'), ...parts, lineEnd];
}
