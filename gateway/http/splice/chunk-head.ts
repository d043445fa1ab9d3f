const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** The value of a hexadecimal digit; null for any other byte. */
function hexDigit(byte: number): number | null {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : null;
}

/**
 * Parses the head of a chunk with content at the start of `bytes`; `inChunk`: after the end of another chunk.
 * `part`: incomplete. Null: anything else (the last chunk, an extension, an error).
 */
export function chunkHead(
  bytes: Buffer,
  inChunk: boolean,
): { readonly length: number; readonly size: number } | 'part' | null {
  let at = 0;
  if (inChunk)
    for (const expected of [carriageReturn, lineFeed]) {
      if (at === bytes.length) return 'part';
      if (bytes[at++] !== expected) return null;
    }
  let size = 0;
  for (let digits = 0; ; digits++) {
    const byte = bytes[at++];
    if (byte === undefined) return 'part';
    const digit = hexDigit(byte);
    if (digit !== null && digits < 13) {
      size = size * 16 + digit;
      continue;
    }
    if (byte !== carriageReturn || digits === 0) return null;
    const last = bytes[at++];
    if (last === undefined) return 'part';
    return last === lineFeed && size > 0 ? { length: at, size } : null;
  }
}
