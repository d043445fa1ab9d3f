/**
 * Changes a body while it streams by: content comes in and goes out without framing, as much at a time as is
 * there. Throwing means that the body gets no clean end. The generator is always finished (its `finally`
 * runs), also when nobody wants the body any more.
 */
export type BodyTransform = (
  content: AsyncIterable<Buffer>,
  offer?: (passing: Passing) => void,
) => AsyncIterable<readonly Buffer[]>;

/**
 * What a transform lets pass without seeing it: the inside of large files. Asked only while the transform
 * waits for content, having passed on all that came before.
 */
export interface Passing {
  /** So many bytes of what comes next go on as they are. */
  left(): number;
  /** So many did. */
  passed(bytes: number): void;
}

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
  #seen = 0;
  #ended = false;
  #abandoned = false;
  #held = false;
  /** The receiver takes no more of what passes by the transform. */
  #full = false;
  /** The transform waits for content. */
  #idle = false;
  #offered: Passing | null = null;
  #wakeSource: (() => void) | null = null;
  #wakeSink: (() => void) | null = null;

  constructor(transform: BodyTransform, events: BodyStreamEvents) {
    this.#events = events;
    void this.#run(transform);
  }

  /** Takes content. False when the sender should wait for `hungry`. */
  push(content: Buffer): boolean {
    if (this.#abandoned) return true;
    this.#seen += content.length;
    const passes = Math.min(this.passing, content.length);
    if (passes > 0)
      this.passed(
        passes,
        this.#events.out([passes === content.length ? content : content.subarray(0, passes)]),
      );
    if (passes === content.length) return !this.#full;
    const rest = passes === 0 ? content : content.subarray(passes);
    this.#waiting.push(rest);
    this.#bytes += rest.length;
    this.#wake();
    this.#held = this.#bytes > maxWaiting;
    return !this.#held && !this.#full;
  }

  /** Bytes of content that were pushed so far. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * So many bytes of content may be sent to the receiver just now, past the transform; `passed` is to be
   * told.
   */
  get passing(): number {
    return this.#idle && !this.#abandoned ? (this.#offered?.left() ?? 0) : 0;
  }

  /** So much content was sent past the transform. `more`: whether the receiver takes more. */
  passed(bytes: number, more: boolean): void {
    this.#offered?.passed(bytes);
    if (!more) this.#full = true;
  }

  /** The whole body was pushed. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The receiver takes more. */
  drained(): void {
    this.#wakeSink?.();
    if (!this.#full) return;
    this.#full = false;
    if (!this.#held) this.#events.hungry();
  }

  /** Nobody wants it any more: nothing is told from now on. */
  abandon(): void {
    this.#abandoned = true;
    this.#waiting = [];
    this.#wake();
    this.#wakeSink?.();
  }

  #wake(): void {
    this.#idle = false;
    this.#wakeSource?.();
  }

  async #run(transform: BodyTransform): Promise<void> {
    try {
      for await (const parts of transform(this.#source(), (passing) => {
        this.#offered = passing;
      })) {
        if (this.#abandoned) return;
        if (parts.length > 0 && !this.#events.out(parts))
          await new Promise<void>((resolve) => {
            this.#wakeSink = resolve;
          });
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
        if (this.#held && this.#bytes === 0) {
          this.#held = false;
          if (!this.#full) this.#events.hungry();
        }
        yield next;
      } else if (this.#abandoned || this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeSource = resolve;
          this.#idle = true;
        });
      if (this.#abandoned) return;
    }
  }
}

/** A body that stays as it is. */
export async function* asItIs(
  content: AsyncIterable<Buffer>,
  offer?: (passing: Passing) => void,
): AsyncGenerator<readonly Buffer[]> {
  offer?.({ left: () => Infinity, passed: () => undefined });
  for await (const part of content) yield [part];
}

const lineEnd = Buffer.from('\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** Content that came in parts, however small its sender made them, as one. */
export const joined = (parts: readonly Buffer[]): Buffer =>
  (parts.length === 1 ? parts[0] : undefined) ?? Buffer.concat(parts);

/** The chunks of a chunked body on its way out. */
export class Chunks {
  #owed = 0;

  /** Content that is missing of a chunk that was begun; 0: none was. */
  get owed(): number {
    return this.#owed;
  }

  /** A chunk of content; none for no content, which would be the end of the body. */
  put(parts: readonly Buffer[]): readonly Buffer[] {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytes === 0) return [];
    if (this.#owed === 0) return [Buffer.from(`${bytes.toString(16)}\r\n`, 'latin1'), ...parts, lineEnd];
    if (bytes < this.#owed) {
      this.#owed -= bytes;
      return parts;
    }
    const all = joined(parts);
    const fills = all.subarray(0, this.#owed);
    this.#owed = 0;
    return [fills, lineEnd, ...this.put([all.subarray(fills.length)])];
  }

  /** A chunk was begun past us, and so much of it is missing. What comes next on its way. */
  begun(missing: number): readonly Buffer[] {
    this.#owed = missing;
    return missing === 0 ? [lineEnd] : [];
  }

  /** What ends the body. Null: it can't end in the middle of a chunk. */
  end(): Buffer | null {
    return this.#owed === 0 ? lastChunk : null;
  }
}
