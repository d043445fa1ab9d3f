import type { BodyLength } from './message/head-parser.ts';

const empty = Buffer.alloc(0);

/**
 * A request's body that is read completely before the request is decided: one growing buffer, since a body
 * may arrive byte by byte. Its size counts as buffered bytes of the client's user, until `release`.
 */
export class CollectedBody {
  readonly #length: BodyLength;
  readonly #limit: number;
  readonly #countBuffered: (bytes: number) => void;
  /** Filled up to `#bytes`. */
  #buffer: Buffer = empty;
  #bytes = 0;
  #bufferedBytes = 0;

  /** `limit`: bytes of content that are kept. `countBuffered` accounts the growth (negative: shrinkage). */
  constructor(length: BodyLength, limit: number, countBuffered: (bytes: number) => void) {
    this.#length = length;
    this.#limit = limit;
    this.#countBuffered = countBuffered;
  }

  /** Bytes that the user's account is charged for. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }
  /** The limit was exceeded. */
  get isTooLong(): boolean {
    return this.#bytes > this.#limit;
  }

  add(content: Buffer): void {
    const before = this.#bytes;
    this.#bytes += content.length;
    if (this.isTooLong) return;
    if (this.#bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(
        this.#length.kind === 'length'
          ? this.#length.bytes
          : Math.min(this.#limit, Math.max(this.#bytes, 2 * this.#buffer.length)),
      );
      this.#buffer.copy(larger, 0, 0, before);
      this.#buffer = larger;
      this.#setBufferedBytes(larger.length);
    }
    content.copy(this.#buffer, before);
  }

  /** The whole content; it stays counted until `release`. */
  take(): Buffer {
    const content = this.#buffer.subarray(0, this.#bytes);
    this.#buffer = empty;
    return content;
  }

  /** Drops the content and its accounting. Idempotent. */
  release(): void {
    this.#buffer = empty;
    this.#setBufferedBytes(0);
  }

  #setBufferedBytes(bytes: number): void {
    this.#countBuffered(bytes - this.#bufferedBytes);
    this.#bufferedBytes = bytes;
  }
}
