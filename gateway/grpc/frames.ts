/** gRPC's framing inside a stream: one byte of flags, four of length, the message. */

const prefixBytes = 5;

/** Takes the bytes of one stream apart into messages. */
export class FrameReader {
  readonly #limit: number;
  #parts: Buffer[] = [];
  #held = 0;

  /** `limit`: bytes of the longest message that is read. */
  constructor(limit: number) { this.#limit = limit; }

  /** Bytes of a message that is not complete yet. */
  get held(): number { return this.#held; }

  /** Messages that are complete now, or why the stream can't be read on. */
  push(bytes: Buffer): { readonly ok: true; readonly messages: readonly Buffer[] } | { readonly ok: false; readonly why: 'compressed' | 'too-long' } {
    this.#parts.push(bytes);
    this.#held += bytes.length;
    const messages: Buffer[] = [];
    for (;;) {
      if (this.#held < prefixBytes) return { ok: true, messages };
      const prefix = this.#front(prefixBytes);
      // Clients of BuildKit don't compress; a compressed bomb would have to be unpacked to be read.
      if (prefix[0] !== 0) return { ok: false, why: 'compressed' };
      const length = prefix.readUInt32BE(1);
      if (length > this.#limit) return { ok: false, why: 'too-long' };
      if (this.#held < prefixBytes + length) return { ok: true, messages };
      const whole = this.#front(prefixBytes + length);
      messages.push(whole.subarray(prefixBytes, prefixBytes + length));
      const rest = whole.subarray(prefixBytes + length);
      this.#parts = rest.length === 0 ? [...this.#parts.slice(1)] : [rest, ...this.#parts.slice(1)];
      this.#held -= prefixBytes + length;
    }
  }

  /** The first part, made at least `bytes` long. */
  #front(bytes: number): Buffer {
    const head = this.#parts[0];
    if (head !== undefined && head.length >= bytes) return head;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }
}

/** A message with its prefix, uncompressed. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(prefixBytes + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, prefixBytes);
  return framed;
}
