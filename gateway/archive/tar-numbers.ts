/**
 * Fields of tar headers, as Go's archive/tar reads them: octal text, or GNU's base-256 for what octal can't
 * hold.
 */

export class TarError extends Error {}

export const blockBytes = 512;

/**
 * Reads a numeric field. Throws TarError for invalid values, and for those that a number can't hold exactly.
 */
export function readNumber(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) {
    // Two's complement; negative ids and lengths are invalid.
    if ((first & 0x40) !== 0) throw new TarError('a number in a tar header is negative');
    let value = first & 0x3f;
    for (let i = at + 1; i < at + length; i++) {
      value = value * 256 + (block[i] ?? 0);
      if (!Number.isSafeInteger(value)) throw new TarError('a number in a tar header is too large');
    }
    return value;
  }
  const text = block.toString('latin1', at, at + length).replace(/^[ \0]+|[ \0]+$/g, '');
  const digits = text.split('\0', 1)[0] ?? '';
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw new TarError('a number in a tar header is not octal');
  return Number.parseInt(digits, 8);
}

/** Writes `value` into a numeric field: octal where it fits, else base-256. */
export function writeNumber(block: Buffer, at: number, length: number, value: number): void {
  const octal = value.toString(8);
  if (octal.length < length) {
    block.write(`${octal.padStart(length - 1, '0')}\0`, at, length, 'latin1');
    return;
  }
  let rest = value;
  for (let i = at + length - 1; i > at; i--) {
    block[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  block[at] = 0x80;
}

/** Whether octal text of a field of `length` bytes can hold `value`. */
export const fitsOctal = (value: number, length: number): boolean => value.toString(8).length < length;

const checksumAt = 148,
  checksumBytes = 8;

function checksums(block: Buffer): { readonly unsigned: number; readonly signed: number } {
  let unsigned = 0,
    signed = 0;
  for (let i = 0; i < blockBytes; i++) {
    const byte = i >= checksumAt && i < checksumAt + checksumBytes ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return { unsigned, signed };
}

/** Some old writers added signed bytes; Go accepts both. */
export function hasValidChecksum(block: Buffer): boolean {
  let stored: number;
  try {
    stored = readNumber(block, checksumAt, checksumBytes);
  } catch {
    return false;
  }
  const { unsigned, signed } = checksums(block);
  return stored === unsigned || stored === signed;
}

export function writeChecksum(block: Buffer): void {
  block.write(
    `${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `,
    checksumAt,
    checksumBytes,
    'latin1',
  );
}

/** Text up to the first NUL. */
export function readText(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('latin1', at, end < 0 || end > at + length ? at + length : end);
}
