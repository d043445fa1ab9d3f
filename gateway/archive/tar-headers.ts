import { aclRecords, shiftAcl } from './acl.ts';
import { capabilityRecord, shiftCapability } from './capability.ts';
import { writePaxRecords, type PaxRecord } from './pax-records.ts';
import {
  blockBytes,
  fitsOctal,
  readNumber,
  readText,
  TarError,
  writeChecksum,
  writeNumber,
} from './tar-numbers.ts';

/** How the ids of one entry are rewritten. */
export interface IdShift {
  uid(id: number): number;
  gid(id: number): number;
  /**
   * The root user that file capabilities belong to; 0: the root user of the namespace that the file is in.
   */
  capabilityRoot(id: number): number;
}

/** Offsets and lengths of header fields. */
export const modeAt = 100;
export const uidAt = 108;
export const gidAt = 116;
export const idBytes = 8;
export const sizeAt = 124;
export const sizeBytes = 12;
export const timeAt = 136;
export const typeAt = 156;
export const linkAt = 157;
export const zeroBlock = Buffer.alloc(blockBytes);

/**
 * Shifts one id of a header; `record` is the PAX record that overrides the field, null without. Returns the
 * new id, null where it is unchanged.
 */
export function shiftField(
  block: Buffer,
  at: number,
  record: number | null,
  shift: (id: number) => number,
): number | null {
  const before = record ?? readNumber(block, at, idBytes);
  const after = shift(before);
  if (after === before) return null;
  // Where the id fits only a record, the field is zero, as Go writes it.
  writeNumber(block, at, idBytes, record !== null && !fitsOctal(after, idBytes) ? 0 : after);
  return after;
}

/** The padded length of content of `bytes` bytes. */
export const paddedLength = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

/**
 * PAX records with shifted ids. `uid` and `gid` are the new ids, null where they are unchanged: then their
 * records are, too. Ids that fit the header's octal field need no record; the stock engine writes none then.
 */
export function shiftRecords(
  records: readonly PaxRecord[],
  uid: number | null,
  gid: number | null,
  shift: IdShift,
): PaxRecord[] {
  const written: PaxRecord[] = [];
  for (const { key, value } of records) {
    const id = key === 'uid' ? uid : key === 'gid' ? gid : null;
    if (id !== null) {
      if (!fitsOctal(id, idBytes)) written.push({ key, value: String(id) });
    } else if (aclRecords.has(key)) written.push({ key, value: shiftAcl(value, shift) });
    else if (key === capabilityRecord)
      written.push({ key, value: shiftCapability(value, (root) => shift.capabilityRoot(root)) });
    else written.push({ key, value });
  }
  return written;
}

/** An extended PAX header and its content; empty without records. */
export function writeExtended(header: Buffer, records: readonly PaxRecord[]): Buffer[] {
  if (records.length === 0) return [];
  const body = writePaxRecords(records);
  const written = Buffer.from(header);
  writeNumber(written, sizeAt, sizeBytes, body.length);
  writeChecksum(written);
  const padding = paddedLength(body.length) - body.length;
  return [written, body, ...(padding > 0 ? [zeroBlock.subarray(0, padding)] : [])];
}

/** The name in the header itself; ustar and star split long ones. Throws TarError. */
export function nameOf(block: Buffer): string {
  const name = readText(block, 0, 100);
  const prefix = readText(block, prefixAt, prefixBytes(block));
  return prefix === '' ? name : `${prefix}/${name}`;
}

const prefixAt = 345;

function prefixBytes(block: Buffer): number {
  const magic = block.toString('latin1', 257, 265);
  // Go takes these for a prefix where they are no times, as an early version of it wrote.
  if (magic === 'ustar  \0' && ![345, 357].every((at) => isTime(block, at)))
    throw new TarError('a GNU tar header has times that are no numbers');
  if (!magic.startsWith('ustar\0')) return 0;
  return block.toString('latin1', 508) === 'tar\0' ? 131 : 155;
}

/** Whether Go reads this field as a number of at most 63 bits, which may be negative. */
function isTime(block: Buffer, at: number): boolean {
  const field = block.subarray(at, at + 12);
  const first = field[0] ?? 0;
  if ((first & 0x80) === 0)
    return first === 0 || /^[ \0]*[0-7]*(?:\0.*)?[ \0]*$/s.test(field.toString('latin1'));
  const sign = (first & 0x40) === 0 ? 0 : 0xff;
  return (
    ((first ^ sign) & 0x7f) === 0 &&
    [1, 2, 3].every((i) => field[i] === sign) &&
    ((field[4] ?? 0) ^ sign) < 0x80
  );
}
