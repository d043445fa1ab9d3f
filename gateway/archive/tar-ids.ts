import { paxNumber, paxValue, readPaxRecords, sparseName, type PaxRecord } from './pax-records.ts';
import {
  gidAt,
  idBytes,
  linkAt,
  modeAt,
  nameOf,
  paddedLength,
  shiftField,
  shiftRecords,
  sizeAt,
  sizeBytes,
  typeAt,
  uidAt,
  writeExtended,
  zeroBlock,
  type IdShift,
} from './tar-headers.ts';
import {
  blockBytes,
  hasValidChecksum,
  readNumber,
  readText,
  TarError,
  writeChecksum,
} from './tar-numbers.ts';

/** The fields of an archive's entry that its ids depend on. Names are bytes as Latin-1. */
export interface TarEntry {
  readonly name: string;
  /** The header's type: '0' file, '5' directory, '2' symbolic link … */
  readonly type: string;
  /** The target of a link. */
  readonly link: string;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/** How texts name an entry. */
export const displayName = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');

/**
 * How an entry is rewritten: its ids, an owner that overrides the archive's, and whole entries to insert
 * before it.
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
interface Extended {
  readonly header: Buffer;
  readonly type: string;
  readonly bytes: number;
  readonly padded: number;
}
/** A GNU header with a long name or link target; `text`: null where it is empty. */
interface LongText {
  readonly text: string | null;
  readonly blocks: readonly Buffer[];
}
type Position =
  | { readonly at: 'header' }
  | { readonly at: 'extended'; readonly extended: Extended }
  /** Further headers of an old GNU sparse file, before its data. */
  | { readonly at: 'sparse' }
  | { readonly at: 'data' }
  /** After the end, or after an error that the engine reports itself: everything passes unchanged. */
  | { readonly at: 'end' };

/**
 * Rewrites user and group ids in a tar stream header by header; names, data, sparse maps, unknown records and
 * everything else pass byte for byte. Understands ustar, PAX, GNU (long names, base-256 numbers, sparse
 * files), as Go's archive/tar does, which is the engine's reader and writer. Of repeated extensions of an
 * entry only the last one of each kind is sent on: at most one header, and 1 MiB of each kind, is in memory.
 */
export class TarIdRewriter {
  readonly #planFor: PlanFor;
  #position: Position = { at: 'header' };
  /** The incomplete header or extension; allocated whole: an archive may arrive byte by byte. */
  #partial: Buffer | null = null;
  #partialBytes = 0;
  #dataLeft = 0;
  #zeroBlocks = 0;
  #pax: { readonly header: Buffer; readonly records: PaxRecord[] } | null = null;
  #longName: LongText | null = null;
  #longLink: LongText | null = null;

  /** `planFor` is called once per entry, in order, one at a time. */
  constructor(planFor: PlanFor) {
    this.#planFor = planFor;
  }

  /**
   * Processes the next bytes of the stream, returns what can be forwarded. One call at a time. Rejects with
   * TarError for an archive the engine could not read.
   */
  async write(bytes: Buffer): Promise<Buffer[]> {
    const out: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#position.at === 'end') {
        out.push(at === 0 ? bytes : bytes.subarray(at));
        return out;
      }
      if (this.#position.at === 'data') {
        const take = Math.min(this.#dataLeft, bytes.length - at);
        out.push(at === 0 && take === bytes.length ? bytes : bytes.subarray(at, at + take));
        at += take;
        this.#dataLeft -= take;
        if (this.#dataLeft === 0) this.#position = { at: 'header' };
        continue;
      }
      const whole = (this.#partial ??= Buffer.allocUnsafe(
        this.#position.at === 'extended' ? this.#position.extended.padded : blockBytes,
      ));
      const take = bytes.copy(whole, this.#partialBytes, at);
      this.#partialBytes += take;
      at += take;
      if (this.#partialBytes < whole.length) break;
      this.#partial = null;
      this.#partialBytes = 0;
      const plan = this.#block(whole, out);
      if (plan !== null) await plan;
    }
    return out;
  }

  /** Bytes that will pass unchanged: the rest of a file's content. Must not be called during `write`. */
  remaining(): number {
    switch (this.#position.at) {
      case 'data':
        return this.#dataLeft;
      // These are short.
      case 'end':
      case 'header':
      case 'extended':
      case 'sparse':
        return 0;
    }
  }

  /** Records that so many of these bytes were forwarded without `write`. */
  passed(bytes: number): void {
    if (this.#position.at !== 'data') return;
    this.#dataLeft -= bytes;
    if (this.#dataLeft === 0) this.#position = { at: 'header' };
  }

  /** The stream has ended: returns what was buffered, unchanged (a truncated archive stays truncated). */
  end(): Buffer[] {
    const left = [
      ...this.#pending(),
      ...(this.#position.at === 'extended' ? [this.#position.extended.header] : []),
      ...(this.#partial === null ? [] : [this.#partial.subarray(0, this.#partialBytes)]),
    ];
    this.#partial = null;
    this.#partialBytes = 0;
    this.#position = { at: 'end' };
    return left;
  }

  /** Processes a whole block; a promise where the plan of an entry is awaited. */
  #block(block: Buffer, out: Buffer[]): Promise<void> | null {
    switch (this.#position.at) {
      case 'sparse':
        out.push(block);
        if (block[504] === 0) this.#startData();
        return null;
      case 'extended':
        this.#extended(this.#position.extended, block);
        return null;
      case 'header':
        return this.#header(block, out);
      case 'data':
      case 'end':
        return null;
    }
  }

  #header(block: Buffer, out: Buffer[]): Promise<void> | null {
    if (block.equals(zeroBlock)) {
      out.push(...this.#pending(), block);
      if (++this.#zeroBlocks === 2) this.#position = { at: 'end' };
      return null;
    }
    // A single zero block in the middle, or a wrong checksum: the engine stops here with an error of its own.
    if (this.#zeroBlocks > 0 || !hasValidChecksum(block)) {
      out.push(...this.#pending(), block);
      this.#position = { at: 'end' };
      return null;
    }
    const typeFlag = String.fromCharCode(block[typeAt] ?? 0);
    const bytes = readNumber(block, sizeAt, sizeBytes);
    if (typeFlag === 'x' || typeFlag === 'L' || typeFlag === 'K') {
      if (bytes > maxExtendedBytes) throw new TarError('an extended tar header is longer than 1 MiB');
      const extended: Extended = { header: block, type: typeFlag, bytes, padded: paddedLength(bytes) };
      if (bytes === 0) this.#extended(extended, Buffer.alloc(0));
      else this.#position = { at: 'extended', extended };
      return null;
    }
    if (typeFlag === 'g') {
      // Go returns it as an entry of its own and applies none of it.
      out.push(block);
      this.#dataLeft = paddedLength(bytes);
      this.#startData();
      return null;
    }
    const records = this.#pax?.records ?? [];
    const plainName = this.#longName?.text ?? paxValue(records, 'path') ?? nameOf(block);
    const name = (typeFlag === 'S' ? null : sparseName(records)) ?? plainName;
    // The oldest archives mark directories by a slash; these have no data, whatever their size field is.
    const type = typeFlag === '\0' && plainName.endsWith('/') ? '5' : typeFlag;
    const plan = this.#planFor({
      name,
      type,
      link: this.#longLink?.text ?? paxValue(records, 'linkpath') ?? readText(block, linkAt, 100),
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
    this.#position = { at: 'header' };
    const content = body.subarray(0, bytes);
    if (type === 'x') {
      this.#pax = { header, records: readPaxRecords(content) };
      return;
    }
    // Only the last one of a kind counts, and an empty one as none, as in Go.
    const text = readText(content, 0, content.length);
    const long: LongText = { text: text === '' ? null : text, blocks: [header, body] };
    if (type === 'L') this.#longName = long;
    else this.#longLink = long;
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
    if (this.#pax !== null)
      out.push(...writeExtended(this.#pax.header, shiftRecords(records, uid, gid, shift)));
    out.push(...this.#longHeaders(), block);
    this.#pax = null;
    const bytes = paxNumber(records, 'size') ?? headerBytes;
    this.#dataLeft = withoutData.has(type) ? 0 : paddedLength(bytes);
    // Byte 482: further sparse headers follow.
    if (type === 'S' && block[482] !== 0) this.#position = { at: 'sparse' };
    else this.#startData();
  }

  #startData(): void {
    this.#position = { at: this.#dataLeft > 0 ? 'data' : 'header' };
  }

  /** Headers buffered until their entry. */
  #pending(): Buffer[] {
    const headers = [
      ...(this.#pax === null ? [] : writeExtended(this.#pax.header, this.#pax.records)),
      ...this.#longHeaders(),
    ];
    this.#pax = null;
    return headers;
  }

  /** The buffered GNU headers; they are no longer buffered then. */
  #longHeaders(): Buffer[] {
    const blocks = [...(this.#longName?.blocks ?? []), ...(this.#longLink?.blocks ?? [])];
    this.#longName = null;
    this.#longLink = null;
    return blocks;
  }
}
