import { aclRecords, shiftAcl } from './acl.ts';
import { capabilityRecord, shiftCapability } from './capability.ts';
import { paxNumber, paxValue, readPaxRecords, writePaxRecords, type PaxRecord } from './pax-records.ts';
import {
  blockBytes,
  checksumRight,
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
  /** The root user that file capabilities belong to; 0 is "whoever is root where the file is". */
  capabilityRoot(id: number): number;
}

/** One entry of an archive, as far as it matters whose it becomes. Names are bytes as Latin-1. */
export interface TarEntry {
  readonly name: string;
  /** The header's type: '0' file, '5' directory, '2' symbolic link … */
  readonly type: string;
  /** Where a link leads. */
  readonly link: string;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * What becomes of an entry: its ids, whose it is whatever the archive says, and whole entries that go before
 * it.
 */
export interface EntryPlan extends IdShift {
  readonly owner?: { readonly uid: number; readonly gid: number } | null;
  readonly before?: readonly Buffer[];
}

export type PlanFor = (entry: TarEntry) => EntryPlan | Promise<EntryPlan>;

/** Bytes of an extended header; Go's limit. */
const maxExtendedBytes = 1024 * 1024;
/** Types that have no data, whatever their size field says. */
const withoutData = new Set(['1', '2', '3', '4', '5', '6']);
const modeAt = 100,
  uidAt = 108,
  gidAt = 116,
  idBytes = 8,
  sizeAt = 124,
  sizeBytes = 12,
  typeAt = 156,
  linkAt = 157;
const zeros = Buffer.alloc(blockBytes);

interface Extended {
  readonly header: Buffer;
  readonly type: string;
  readonly bytes: number;
  readonly padded: number;
}
type Place =
  | { readonly at: 'header' }
  | { readonly at: 'extended'; readonly extended: Extended }
  /** Further headers of an old GNU sparse file, before its data. */
  | { readonly at: 'sparse' }
  | { readonly at: 'data' }
  /** After the end, or after what the engine will not read either: everything passes as it is. */
  | { readonly at: 'over' };

/**
 * Rewrites user and group ids in a tar stream header by header; names, data, sparse maps, unknown records and
 * everything else pass byte for byte. Understands ustar, PAX, GNU (long names, base-256 numbers, sparse
 * files), as Go's archive/tar does, which is the engine's reader and writer. Holds at most one header, with 1
 * MiB of extension, in memory.
 */
export class TarIds {
  readonly #planFor: PlanFor;
  #place: Place = { at: 'header' };
  #parts: Buffer[] = [];
  #partialBytes = 0;
  #dataLeft = 0;
  #zeroBlocks = 0;
  #pax: { readonly header: Buffer; readonly records: PaxRecord[] } | null = null;
  #longHeaders: Buffer[] = [];
  #longName: string | null = null;
  #longLink: string | null = null;

  /** `planFor` is called once per entry, in order, one at a time. */
  constructor(planFor: PlanFor) {
    this.#planFor = planFor;
  }

  /**
   * Takes the next bytes of the stream, returns what can be passed on. One call at a time. Rejects with
   * TarError for an archive the engine could not read.
   */
  async write(bytes: Buffer): Promise<Buffer[]> {
    const out: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#place.at === 'over') {
        out.push(at === 0 ? bytes : bytes.subarray(at));
        return out;
      }
      if (this.#place.at === 'data') {
        const take = Math.min(this.#dataLeft, bytes.length - at);
        out.push(at === 0 && take === bytes.length ? bytes : bytes.subarray(at, at + take));
        at += take;
        this.#dataLeft -= take;
        if (this.#dataLeft === 0) this.#place = { at: 'header' };
        continue;
      }
      const wanted =
        (this.#place.at === 'extended' ? this.#place.extended.padded : blockBytes) - this.#partialBytes;
      const take = Math.min(wanted, bytes.length - at);
      this.#parts.push(bytes.subarray(at, at + take));
      this.#partialBytes += take;
      at += take;
      if (take < wanted) break;
      const whole = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#partialBytes = 0;
      const plan = this.#block(whole, out);
      if (plan !== null) await plan;
    }
    return out;
  }

  /** Bytes that will pass as they are: the rest of a file's content. Not while `write` is at work. */
  left(): number {
    switch (this.#place.at) {
      case 'data':
        return this.#dataLeft;
      // What is left of it is short, and all the same.
      case 'over':
      case 'header':
      case 'extended':
      case 'sparse':
        return 0;
    }
  }

  /** So many of them did pass, without `write`. */
  passed(bytes: number): void {
    if (this.#place.at !== 'data') return;
    this.#dataLeft -= bytes;
    if (this.#dataLeft === 0) this.#place = { at: 'header' };
  }

  /** The stream has ended: returns what was buffered, unchanged (a truncated archive stays truncated). */
  end(): Buffer[] {
    const left = [
      ...this.#pending(),
      ...(this.#place.at === 'extended' ? [this.#place.extended.header] : []),
      ...this.#parts,
    ];
    this.#parts = [];
    this.#partialBytes = 0;
    this.#place = { at: 'over' };
    return left;
  }

  /** A promise where an entry has to be waited for. */
  #block(block: Buffer, out: Buffer[]): Promise<void> | null {
    switch (this.#place.at) {
      case 'sparse':
        out.push(block);
        if (block[504] === 0) this.#startData();
        return null;
      case 'extended':
        this.#extended(this.#place.extended, block);
        return null;
      case 'header':
        return this.#header(block, out);
      case 'data':
      case 'over':
        return null;
    }
  }

  #header(block: Buffer, out: Buffer[]): Promise<void> | null {
    if (block.equals(zeros)) {
      out.push(...this.#pending(), block);
      if (++this.#zeroBlocks === 2) this.#place = { at: 'over' };
      return null;
    }
    // A single zero block in the middle, or a wrong checksum: the engine stops here with an error of its own.
    if (this.#zeroBlocks > 0 || !checksumRight(block)) {
      out.push(...this.#pending(), block);
      this.#place = { at: 'over' };
      return null;
    }
    const typeFlag = String.fromCharCode(block[typeAt] ?? 0);
    const bytes = readNumber(block, sizeAt, sizeBytes);
    if (typeFlag === 'x' || typeFlag === 'L' || typeFlag === 'K') {
      if (bytes > maxExtendedBytes) throw new TarError('an extended tar header is longer than 1 MiB');
      const extended: Extended = { header: block, type: typeFlag, bytes, padded: padded(bytes) };
      if (bytes === 0) this.#extended(extended, Buffer.alloc(0));
      else this.#place = { at: 'extended', extended };
      return null;
    }
    if (typeFlag === 'g') {
      // Go hands it out as an entry of its own and applies none of it.
      out.push(block);
      this.#dataLeft = padded(bytes);
      this.#startData();
      return null;
    }
    const records = this.#pax?.records ?? [];
    const name =
      this.#longName ?? paxValue(records, 'GNU.sparse.name') ?? paxValue(records, 'path') ?? nameOf(block);
    // The oldest archives tell directories by a slash; no data follows those, whatever their size field says.
    const type = typeFlag === '\0' && name.endsWith('/') ? '5' : typeFlag;
    const plan = this.#planFor({
      name,
      type,
      link: this.#longLink ?? paxValue(records, 'linkpath') ?? readText(block, linkAt, 100),
      uid: paxNumber(records, 'uid') ?? readNumber(block, uidAt, idBytes),
      gid: paxNumber(records, 'gid') ?? readNumber(block, gidAt, idBytes),
      mode: readNumber(block, modeAt, idBytes) & 0o7777,
    });
    if (plan instanceof Promise)
      return plan.then((one) => {
        this.#entry(block, type, bytes, one, out);
      });
    this.#entry(block, type, bytes, plan, out);
    return null;
  }

  #extended({ header, type, bytes }: Extended, body: Buffer): void {
    this.#place = { at: 'header' };
    const content = body.subarray(0, bytes);
    if (type === 'x') {
      this.#pax = { header, records: readPaxRecords(content) };
      return;
    }
    if (type === 'L') this.#longName = readText(content, 0, content.length);
    else this.#longLink = readText(content, 0, content.length);
    this.#longHeaders.push(header, body);
  }

  #entry(block: Buffer, type: string, headerBytes: number, shift: EntryPlan, out: Buffer[]): void {
    const records = this.#pax?.records ?? [];
    if (shift.before !== undefined) out.push(...shift.before);
    const uid = shiftField(block, uidAt, paxNumber(records, 'uid'), (id) =>
      shift.uid(shift.owner?.uid ?? id),
    );
    const gid = shiftField(block, gidAt, paxNumber(records, 'gid'), (id) =>
      shift.gid(shift.owner?.gid ?? id),
    );
    writeChecksum(block);
    if (this.#pax !== null) out.push(...writeExtended(this.#pax.header, shifted(records, uid, gid, shift)));
    out.push(...this.#longHeaders, block);
    this.#pax = null;
    this.#longHeaders = [];
    this.#longName = null;
    this.#longLink = null;
    const bytes = paxNumber(records, 'size') ?? headerBytes;
    this.#dataLeft = withoutData.has(type) ? 0 : padded(bytes);
    // Byte 482 says that further sparse headers follow.
    if (type === 'S' && block[482] !== 0) this.#place = { at: 'sparse' };
    else this.#startData();
  }

  #startData(): void {
    this.#place = { at: this.#dataLeft > 0 ? 'data' : 'header' };
  }

  /** Headers that were waiting for their entry. */
  #pending(): Buffer[] {
    const headers = [
      ...(this.#pax === null ? [] : writeExtended(this.#pax.header, this.#pax.records)),
      ...this.#longHeaders,
    ];
    this.#pax = null;
    this.#longHeaders = [];
    return headers;
  }
}

/**
 * Shifts one id of a header; `record` is the PAX record that counts instead of the field, null without.
 * Returns the new id, null where it stays.
 */
function shiftField(
  block: Buffer,
  at: number,
  record: number | null,
  shift: (id: number) => number,
): number | null {
  const before = record ?? readNumber(block, at, idBytes);
  const after = shift(before);
  if (after === before) return null;
  // Where a record says what the field can't, the field is zero, as Go writes it.
  writeNumber(block, at, idBytes, record !== null && !fitsOctal(after, idBytes) ? 0 : after);
  return after;
}

const padded = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

/**
 * `uid` and `gid` are the new ones, null where they stay: then so does what says them. Ids that the header
 * itself can hold in octal need no record; the stock engine writes none then.
 */
function shifted(
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

function writeExtended(header: Buffer, records: readonly PaxRecord[]): Buffer[] {
  if (records.length === 0) return [];
  const body = writePaxRecords(records);
  const written = Buffer.from(header);
  writeNumber(written, sizeAt, sizeBytes, body.length);
  writeChecksum(written);
  const padding = padded(body.length) - body.length;
  return [written, body, ...(padding > 0 ? [zeros.subarray(0, padding)] : [])];
}

/** The name in the header itself; ustar splits long ones. */
function nameOf(block: Buffer): string {
  const name = readText(block, 0, 100);
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? readText(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/**
 * An entry for a directory of mode 0755, made now. `directory` is bytes as Latin-1, of any length, and gets a
 * `.//` before it: an archive that began with the name itself could be taken for a compressed one.
 */
export function directoryEntry(
  directory: string,
  owner: { readonly uid: number; readonly gid: number },
): Buffer[] {
  const name = `./${directory}`;
  const long = Buffer.from(`${name}/\0`, 'latin1');
  const header = headerBlock(name.slice(0, 99) + '/', '5', owner, 0);
  if (name.length < 100) return [header];
  return [
    headerBlock('././@LongLink', 'L', { uid: 0, gid: 0 }, long.length),
    long,
    zeros.subarray(0, padded(long.length) - long.length),
    header,
  ];
}

function headerBlock(
  name: string,
  type: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  bytes: number,
): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100, 'latin1');
  writeNumber(block, modeAt, idBytes, 0o755);
  writeNumber(block, uidAt, idBytes, uid);
  writeNumber(block, gidAt, idBytes, gid);
  writeNumber(block, sizeAt, sizeBytes, bytes);
  writeNumber(block, 136, sizeBytes, Math.floor(Date.now() / 1000));
  block.write(type, typeAt, 'latin1');
  // GNU's own format, which has long names and large numbers.
  block.write('ustar  \0', 257, 'latin1');
  writeChecksum(block);
  return block;
}
