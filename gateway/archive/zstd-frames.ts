import { constants, createZstdDecompress, type ZstdDecompress } from 'node:zlib';

/** Windows of up to 512 MiB (`zstd --long=29`), as large as the engine's own decoder takes. */
const windowLog = 29;

/** Node's decoder for `zstdFrames`. */
export const zstdDecoder = (chunkSize: number): ZstdDecompress =>
  createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: windowLog } });

/**
 * Splits a zstd stream at the ends of frames (RFC 8878, 3.1). Node's decoder stops at the first frame that
 * ends inside of a write, and drops the rest: after a frame without data, and between the frames of pzstd,
 * `zstd:chunked` and `cat a.zst b.zst`. Where a frame ends with the write it continues. Invalid frames pass
 * unsplit, for the decoder to refuse.
 */
export async function* zstdFrames(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const scanner = new FrameScanner();
  for await (const part of content) {
    for (let at = 0; at < part.length;) {
      const end = scanner.next(part, at);
      yield part.subarray(at, end);
      at = end;
    }
  }
}

/** The next field of the stream. Fields are small; the content they announce is only counted. */
type Field = 'magic' | 'skippable size' | 'descriptor' | 'block header' | 'passing';

const fieldBytes = {
  magic: 4,
  'skippable size': 4,
  descriptor: 1,
  'block header': 3,
  passing: 0,
} as const satisfies Record<Field, number>;

class FrameScanner {
  #field: Field = 'magic';
  /** Bytes of the field so far: a part may end in it. */
  #value = 0;
  #read = 0;
  /** Bytes to pass before `#field`. */
  #skip = 0;
  #checksum = false;

  /** The end of the frame that contains `at`, or of the part. */
  next(part: Buffer, at: number): number {
    let now = at;
    while (now < part.length) {
      if (this.#field === 'passing') return part.length;
      if (this.#skip > 0) {
        const take = Math.min(this.#skip, part.length - now);
        this.#skip -= take;
        now += take;
      } else {
        this.#value += (part[now] ?? 0) * 256 ** this.#read;
        this.#read += 1;
        now += 1;
        if (this.#read === fieldBytes[this.#field]) this.#parseField();
      }
      if (this.#skip === 0 && this.#read === 0 && this.#field === 'magic') return now;
    }
    return now;
  }

  #parseField(): void {
    const value = this.#value;
    this.#value = 0;
    this.#read = 0;
    switch (this.#field) {
      case 'magic':
        this.#field =
          value === 0xfd2fb528
            ? 'descriptor'
            : value >= 0x184d2a50 && value <= 0x184d2a5f
              ? 'skippable size'
              : 'passing';
        return;
      case 'skippable size':
        this.#skip = value;
        this.#field = 'magic';
        return;
      case 'descriptor': {
        const single = (value & 0x20) !== 0;
        const contentSize = [single ? 1 : 0, 2, 4, 8][value >> 6] ?? 0;
        this.#skip = (single ? 0 : 1) + ([0, 1, 2, 4][value & 3] ?? 0) + contentSize;
        this.#checksum = (value & 4) !== 0;
        this.#field = 'block header';
        return;
      }
      case 'block header': {
        const last = (value & 1) !== 0;
        const repeated = ((value >> 1) & 3) === 1;
        this.#skip = (repeated ? 1 : value >> 3) + (last && this.#checksum ? 4 : 0);
        this.#field = last ? 'magic' : 'block header';
        return;
      }
      case 'passing':
        return;
    }
  }
}
