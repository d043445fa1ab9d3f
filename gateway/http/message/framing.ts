import type { BodyLength } from './head-parser.ts';

/**
 * The position of the next byte of a body. `left`: bytes of contiguous content; Infinity: until the end of
 * the connection.
 */
export type BodyPosition =
  | { readonly at: 'content'; readonly left: number; readonly ofChunk: boolean }
  | { readonly at: 'chunk-start' };

/**
 * Tracks the framing of one message body, so that it can be relayed raw and its exact end is known. For
 * requests (`strict`) chunk extensions and trailers are refused: no Docker client sends them.
 */
export class BodyTracker {
  done: boolean;
  /** Set once the framing is broken: the connection can't be used any more. */
  broken: string | null = null;
  readonly #length: BodyLength;
  readonly #strict: boolean;
  /** Bytes left of the body, or of the current chunk. */
  #left = 0;
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #line = '';

  constructor(length: BodyLength, strict: boolean) {
    this.#length = length;
    this.#strict = strict;
    this.done = length.kind === 'none' || (length.kind === 'length' && length.bytes === 0);
    if (length.kind === 'length') this.#left = length.bytes;
  }

  get untilClose(): boolean {
    return this.#length.kind === 'until-close';
  }

  /** Null inside of the framing, and after the end. */
  get position(): BodyPosition | null {
    if (this.done || this.broken !== null) return null;
    switch (this.#length.kind) {
      case 'none':
        return null;
      case 'until-close':
        return { at: 'content', left: Infinity, ofChunk: false };
      case 'length':
        return { at: 'content', left: this.#left, ofChunk: false };
      case 'chunked':
        if (this.#state === 'data') return { at: 'content', left: this.#left, ofChunk: true };
        return this.#state === 'size' && this.#line === '' ? { at: 'chunk-start' } : null;
    }
  }

  /** Records content at `position` that bypassed the tracker, bytes. */
  skip(content: number): void {
    if (
      this.done ||
      this.#length.kind === 'until-close' ||
      (this.#length.kind === 'chunked' && this.#state !== 'data')
    )
      return;
    this.#left -= content;
    if (this.#left > 0) return;
    if (this.#length.kind === 'length') this.done = true;
    else this.#state = 'data-end';
  }

  /**
   * Records chunks that bypassed the tracker. `inChunk`: content missing of the last of them (0: the line
   * that ends it is next); null: it was complete.
   */
  skipChunks(inChunk: number | null): void {
    this.#left = inChunk ?? 0;
    this.#state = inChunk === null ? 'size' : inChunk === 0 ? 'data-end' : 'data';
  }

  /** The position is unknown from now on. */
  cut(): void {
    this.broken ??= 'the body ended in the middle';
  }

  /**
   * Consumes the bytes of this body from the start of `bytes`; returns their number. `sink` gets
   * the content without framing.
   */
  consume(bytes: Buffer, sink?: (content: Buffer) => void): number {
    if (this.done || this.broken !== null) return 0;
    switch (this.#length.kind) {
      case 'none':
        return 0;
      case 'until-close':
        sink?.(bytes);
        return bytes.length;
      case 'length': {
        const take = Math.min(this.#left, bytes.length);
        this.#left -= take;
        if (this.#left === 0) this.done = true;
        sink?.(take === bytes.length ? bytes : bytes.subarray(0, take));
        return take;
      }
      case 'chunked':
        return this.#chunks(bytes, sink);
    }
  }

  #chunks(bytes: Buffer, sink?: (content: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && !this.done && this.broken === null) {
      if (this.#state === 'data') {
        const take = Math.min(this.#left, bytes.length - at);
        sink?.(bytes.subarray(at, at + take));
        at += take;
        this.#left -= take;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const lf = bytes.indexOf(0x0a, at);
      const end = lf < 0 ? bytes.length : lf + 1;
      this.#line += bytes.toString('latin1', at, end);
      at = end;
      if (this.#line.length > 4096) {
        this.broken = 'a line of the chunked framing is too long';
        break;
      }
      if (lf < 0) break;
      const line = this.#line;
      this.#line = '';
      if (!line.endsWith('\r\n')) {
        this.broken = 'a line of the chunked framing ends with a bare LF';
        break;
      }
      this.#endOfLine(line.slice(0, -2));
    }
    return at;
  }

  #endOfLine(line: string): void {
    switch (this.#state) {
      case 'size': {
        const size = (this.#strict ? /^([0-9A-Fa-f]{1,13})$/ : /^([0-9A-Fa-f]{1,13})[ \t]*(?:;.*)?$/).exec(
          line,
        )?.[1];
        if (size === undefined) {
          this.broken = 'the size of a chunk is not a plain hexadecimal number';
          return;
        }
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? 'trailer' : 'data';
        return;
      }
      case 'data-end':
        if (line !== '') this.broken = 'a chunk is longer than its size says';
        this.#state = 'size';
        return;
      case 'trailer':
        if (line === '') this.done = true;
        else if (this.#strict) this.broken = 'the chunked body has a trailer';
        return;
      case 'data':
    }
  }
}
