/**
 * Transforms a body while it is streamed: content without framing, in parts as they arrive. Throwing
 * truncates the body. The generator always completes (its `finally` runs), also after the body was abandoned.
 */
export type BodyTransform = (
  content: AsyncIterable<Buffer>,
  offer?: (passing: PassThrough) => void,
) => AsyncIterable<readonly Buffer[]>;

/**
 * Content that bypasses a transform: the inside of large files. Called only while the transform waits for
 * content and has emitted everything before.
 */
export interface PassThrough {
  /** How many of the next bytes may bypass the transform. */
  remaining(): number;
  /** Records bytes that bypassed the transform. */
  passed(bytes: number): void;
}

export interface BodyStreamEvents {
  /** Output. False: the receiver is full; `drained` will be called. */
  readonly out: (parts: readonly Buffer[]) => boolean;
  /** More content can be pushed, after `push` returned false. */
  readonly pull: () => void;
  /** All output was emitted. */
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Content that may be queued for the transform before the sender is paused. */
const maxPendingBytes = 512 * 1024;
/** Shorter parts are queued as one: a sender of single bytes would make the queue long, and slow. */
const shortPartBytes = 4096;

/** Runs a transform between a push source and a push sink, with backpressure in both directions. */
export class BodyStream {
  readonly #events: BodyStreamEvents;
  #pending: Buffer[] = [];
  #bytes = 0;
  #pushedBytes = 0;
  #ended = false;
  #abandoned = false;
  #isSourcePaused = false;
  /** The receiver is full, of content that bypasses the transform. */
  #isSinkFull = false;
  /** The transform waits for content. */
  #idle = false;
  #passThrough: PassThrough | null = null;
  #wakeSource: (() => void) | null = null;
  #wakeSink: (() => void) | null = null;

  constructor(transform: BodyTransform, events: BodyStreamEvents) {
    this.#events = events;
    void this.#run(transform);
  }

  /** Accepts content. False when the sender should wait for `pull`. */
  push(content: Buffer): boolean {
    if (this.#abandoned) return true;
    this.#pushedBytes += content.length;
    const passes = Math.min(this.passing, content.length);
    if (passes > 0)
      this.passed(
        passes,
        this.#events.out([passes === content.length ? content : content.subarray(0, passes)]),
      );
    if (passes === content.length) return !this.#isSinkFull;
    const rest = passes === 0 ? content : content.subarray(passes);
    this.#queue(rest);
    this.#bytes += rest.length;
    this.#wake();
    this.#isSourcePaused = this.#bytes > maxPendingBytes;
    return !this.#isSourcePaused && !this.#isSinkFull;
  }

  #queue(part: Buffer): void {
    const last = this.#pending.at(-1);
    if (last === undefined || last.length >= shortPartBytes || part.length >= shortPartBytes)
      this.#pending.push(part);
    else this.#pending[this.#pending.length - 1] = Buffer.concat([last, part]);
  }

  /** Bytes of content that were pushed so far. */
  get pushedBytes(): number {
    return this.#pushedBytes;
  }

  /**
   * How many bytes of content may be sent to the receiver now, bypassing the transform; report them with
   * `passed`.
   */
  get passing(): number {
    return this.#idle && !this.#abandoned ? (this.#passThrough?.remaining() ?? 0) : 0;
  }

  /** Records content that bypassed the transform. `more`: whether the receiver accepts more. */
  passed(bytes: number, more: boolean): void {
    this.#passThrough?.passed(bytes);
    if (!more) this.#isSinkFull = true;
  }

  /** The whole body was pushed. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The receiver accepts more. */
  drained(): void {
    this.#wakeSink?.();
    if (!this.#isSinkFull) return;
    this.#isSinkFull = false;
    if (!this.#isSourcePaused) this.#events.pull();
  }

  /** The receiver has closed: no event follows. */
  abandon(): void {
    this.#abandoned = true;
    this.#pending = [];
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
        this.#passThrough = passing;
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
      this.#pending = [];
    }
  }

  async *#source(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#pending.shift();
      if (next !== undefined) {
        this.#bytes -= next.length;
        if (this.#isSourcePaused && this.#bytes === 0) {
          this.#isSourcePaused = false;
          if (!this.#isSinkFull) this.#events.pull();
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

/** Leaves a body unchanged. */
export async function* identityTransform(
  content: AsyncIterable<Buffer>,
  offer?: (passing: PassThrough) => void,
): AsyncGenerator<readonly Buffer[]> {
  offer?.({ remaining: () => Infinity, passed: () => undefined });
  for await (const part of content) yield [part];
}

const lineEnd = Buffer.from('\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** The parts as one buffer. */
export const concatParts = (parts: readonly Buffer[]): Buffer =>
  (parts.length === 1 ? parts[0] : undefined) ?? Buffer.concat(parts);

/** Encodes a chunked body. */
export class ChunkEncoder {
  #chunkRemaining = 0;

  /** Bytes still missing of the current chunk; 0: between chunks. */
  get chunkRemaining(): number {
    return this.#chunkRemaining;
  }

  /** Frames content as a chunk; nothing for no content, which would end the body. */
  encode(parts: readonly Buffer[]): readonly Buffer[] {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytes === 0) return [];
    if (this.#chunkRemaining === 0)
      return [Buffer.from(`${bytes.toString(16)}\r\n`, 'latin1'), ...parts, lineEnd];
    if (bytes < this.#chunkRemaining) {
      this.#chunkRemaining -= bytes;
      return parts;
    }
    const all = concatParts(parts);
    const chunkRest = all.subarray(0, this.#chunkRemaining);
    this.#chunkRemaining = 0;
    return [chunkRest, lineEnd, ...this.encode([all.subarray(chunkRest.length)])];
  }

  /**
   * The zero-copy path has begun a chunk, of which `missing` bytes are missing. Returns what to send next.
   */
  chunkBegun(missing: number): readonly Buffer[] {
    this.#chunkRemaining = missing;
    return missing === 0 ? [lineEnd] : [];
  }

  /** The last chunk; null in the middle of a chunk. */
  end(): Buffer | null {
    return this.#chunkRemaining === 0 ? lastChunk : null;
  }
}
