/** gRPC's framing inside a stream: one byte of flags, four of length, the message. */

const prefixBytes = 5;
const empty = new Uint8Array();
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * Splits the bytes of one stream into messages. Buffers what has arrived, not what was announced, unless
 * requested.
 */
export class FrameReader {
  readonly #limit: number;
  /** The first `#held` bytes are used. One buffer that doubles, since bytes may arrive one by one. */
  #buffer = empty;
  #bufferedBytes = 0;

  /** `limit`: maximum length of a message in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of an incomplete message. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }
  /** Length of the incomplete message, its prefix included; 0 while that is unknown. */
  get announced(): number {
    return this.#bufferedBytes < prefixBytes ? 0 : prefixBytes + viewOf(this.#buffer).getUint32(1);
  }

  /** Messages that are complete now, or why the stream can't be parsed any further. */
  push(
    bytes: Uint8Array,
  ):
    | { readonly ok: true; readonly messages: readonly Uint8Array[] }
    | { readonly ok: false; readonly why: 'compressed' | 'too-long' } {
    const all = this.#bufferedBytes === 0 ? bytes : this.#append(bytes);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= prefixBytes) {
      // Clients of BuildKit don't compress; a compressed bomb would have to be unpacked in order to be
      // inspected.
      if (all[at] !== 0) return { ok: false, why: 'compressed' };
      const length = viewOf(all).getUint32(at + 1);
      if (length > this.#limit) return { ok: false, why: 'too-long' };
      const end = at + prefixBytes + length;
      if (end > all.length) break;
      // No copy: the reference to it is dropped below.
      messages.push(all.subarray(at + prefixBytes, end));
      at = end;
    }
    if (this.#bufferedBytes === 0 || at > 0) {
      const rest = all.subarray(at);
      this.#buffer = rest.length === 0 ? empty : new Uint8Array(rest);
      this.#bufferedBytes = rest.length;
    }
    return { ok: true, messages };
  }

  /** Allocates space for the whole message: a growing buffer would leave as much garbage. */
  reserve(): void {
    if (this.announced <= this.#buffer.length) return;
    const whole = new Uint8Array(this.announced);
    whole.set(this.#buffer.subarray(0, this.#bufferedBytes));
    this.#buffer = whole;
  }

  #append(bytes: Uint8Array): Uint8Array {
    const needed = this.#bufferedBytes + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#bufferedBytes));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#bufferedBytes);
    this.#bufferedBytes = needed;
    return this.#buffer.subarray(0, needed);
  }
}

/** The prefix of an uncompressed message of this length. */
export function prefix(length: number): Uint8Array {
  const bytes = new Uint8Array(prefixBytes);
  viewOf(bytes).setUint32(1, length);
  return bytes;
}

/** A message with its prefix, uncompressed. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(prefixBytes + message.length);
  framed.set(prefix(message.length));
  framed.set(message, prefixBytes);
  return framed;
}
