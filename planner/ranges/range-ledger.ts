import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, removeUnfinished, syncDirectory, writeTemporary } from './claim-files.ts';
import { message, plainText, type Message } from '../../shared/messages/message.ts';
import { LocalizedError, reasonOf } from '../base/refuse.ts';
import { isBase } from './id-ranges.ts';
import { rangeOwnerSchema, type RangeOwner } from './range-owner.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** Marks a complete ledger: a directory without it is not one of ours, or was damaged. */
export const formatFile = 'format';
const entrySchema = z.strictObject({ version: z.literal(1), base: z.int(), owner: rangeOwnerSchema });
/** Name of the file that records a hand-back: an entry missing without it was lost. */
const releasedName = (base: number): string => `released-${base}`;

export interface RangeLedgerOptions {
  /** The machine's directory: one file `<base>` per range. */
  readonly directory: string;
  /** A file of the engine that records that the directory existed once; null: the caller has none. */
  readonly mark: string | null;
  /** Sentences of the catalogue are lines that a command displays, too (`bulkhead ranges`). */
  readonly log: (line: string | Message) => void;
}

/**
 * The permanent owner of each range of host ids: files and processes with ids of a range may remain outside
 * of its containers, and must never be accessible to another owner (A3). One file per range, which appears
 * complete or not at all (linked) and is on the disk, with its name, before the range is used: it outlives
 * power failures. If several planners record the same range, one succeeds.
 *
 * Entries are cached in memory. An entry never changes; it is removed only when root hands the range back.
 */
export class RangeLedger {
  readonly #options: RangeLedgerOptions;
  readonly #owners = new Map<number, RangeOwner>();
  /** Bases by owner, the least recently used first. */
  readonly #byOwner = new Map<RangeOwner, Set<number>>();
  /** Ranges whose entry could not be read: not handed out. */
  readonly #unreadable = new Set<number>();
  /**
   * File stamps of entries when last read for a claim: while the stamp is unchanged, the entry is not read
   * again.
   */
  readonly #confirmed = new Map<number, string>();
  readonly #loggedLines = new Set<string>();
  #asOf = '';
  #wasMissing = false;

  /**
   * Opens the ledger; creates it at its first use by this engine. Throws if it exists and cannot be read.
   */
  constructor(options: RangeLedgerOptions) {
    this.#options = options;
    const { directory, mark, log } = options;
    try {
      if (this.#isMissing() && (mark === null || !existsSync(mark))) makeLedger(directory);
      if (mark !== null && !this.#isMissing() && !existsSync(mark)) {
        mkdirSync(path.dirname(mark), { recursive: true, mode: 0o700 });
        writeFileSync(mark, '', { mode: 0o600, flush: true });
      }
    } catch (error) {
      // Even with a full disk, running containers must be served.
      log(`${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!this.#isMissing()) removeUnfinished(directory);
    this.refresh();
  }

  /** The owner of the range; `unreadable`: it has one that cannot be read; null: it has none yet. */
  ownerOf(base: number): RangeOwner | 'unreadable' | null {
    return this.#unreadable.has(base) ? 'unreadable' : (this.#owners.get(base) ?? null);
  }

  /** The owner's bases, the least recently used first. */
  owned(owner: RangeOwner): ReadonlySet<number> {
    return this.#byOwner.get(owner) ?? new Set();
  }

  /** Marks the range as the owner's most recently used. */
  markUsed(base: number): void {
    const owner = this.#owners.get(base);
    const bases = owner === undefined ? undefined : this.#byOwner.get(owner);
    if (bases?.delete(base) === true) bases.add(base);
  }

  /**
   * Whether the range is still the owner's according to the disk, for a caller that has just claimed it. A
   * lost entry is written again; if the whole directory is lost, the cache decides.
   */
  confirm(base: number, owner: RangeOwner): boolean {
    const asOf = stampOf(this.#file(String(base)));
    if (asOf !== '' && this.#confirmed.get(base) === asOf && this.#owners.get(base) === owner) return true;
    const entry = this.#read(base);
    if (entry !== 'missing') {
      if (entry === owner) this.#confirmed.set(base, asOf);
      else this.#cacheEntry(base, entry);
      return entry === owner;
    }
    if (this.#isMissing()) return true;
    if (existsSync(this.#file(releasedName(base)))) {
      this.#forget(base);
      return false;
    }
    return this.record(base, owner);
  }

  /**
   * Records that the range is the owner's; it is on the disk when this returns. False: the range has an owner
   * already. Throws, and leaves nothing, if it cannot be recorded.
   */
  record(base: number, owner: RangeOwner): boolean {
    const { directory } = this.#options;
    if (this.#isMissing()) throw new LocalizedError(this.#missingMessage());
    try {
      const file = this.#file(String(base));
      if (!this.#write(base, owner)) {
        // Another planner was faster; its entry may not be on the disk yet.
        syncDirectory(directory);
        const entry = this.#read(base);
        if (entry !== 'missing') this.#cacheEntry(base, entry);
        return entry === owner;
      }
      try {
        rmSync(this.#file(releasedName(base)), { force: true });
        syncDirectory(directory);
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      }
    } catch (error) {
      throw new LocalizedError(
        message('planner-refusals.owner-not-recorded', { base, directory, why: reasonOf(error) }),
        { cause: error },
      );
    }
    this.#cacheEntry(base, owner);
    return true;
  }

  /**
   * Hands the range back: it has no owner afterwards, and that is on the disk when this returns. Only for a
   * caller that holds the claim, when no process and no file with its ids is left. Throws on an I/O error.
   */
  handBack(base: number): void {
    const { directory } = this.#options;
    if (this.#isMissing()) throw new LocalizedError(this.#missingMessage());
    // Record the hand-back first: an entry that is only missing is written again.
    writeFileSync(this.#file(releasedName(base)), '', { mode: 0o600, flush: true });
    syncDirectory(directory);
    rmSync(this.#file(String(base)), { force: true });
    syncDirectory(directory);
    this.#forget(base);
  }

  /** Every owner of ranges. */
  owners(): readonly RangeOwner[] {
    return [...this.#byOwner].filter(([, bases]) => bases.size > 0).map(([owner]) => owner);
  }

  /**
   * Reads what others recorded meanwhile; returns whether there was anything new. Lost entries are written
   * again.
   */
  refresh(): boolean {
    const { directory, log } = this.#options;
    const asOf = stampOf(directory);
    if (asOf === this.#asOf && !this.#wasMissing && this.#unreadable.size === 0) return false;
    this.#wasMissing = this.#isMissing();
    if (this.#wasMissing) {
      this.#logOnce(this.#missingMessage());
      return false;
    }
    this.#loggedLines.delete(this.#missingMessage().text);
    const names = new Set(readdirSync(directory));
    const unknown = [...names]
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((base) => isBase(base) && !this.#owners.has(base));
    // The writer may have been killed, or be waiting for the disk: sync before relying on the entries.
    if (unknown.length > 0) syncDirectory(directory);
    for (const base of unknown) {
      const entry = this.#read(base);
      if (entry !== 'missing') this.#cacheEntry(base, entry);
    }
    const missing = [...this.#owners].filter(([base]) => !names.has(String(base)));
    for (const [base] of missing) if (names.has(releasedName(base))) this.#forget(base);
    for (const base of this.#unreadable) if (!names.has(String(base))) this.#unreadable.delete(base);
    const lost = missing.filter(([base]) => this.#owners.has(base));
    if (lost.length > 0) {
      log(`${lost.length} entries of ${directory} were missing and are written again`);
      for (const [base, owner] of lost) if (!this.#rewrite(base, owner)) return unknown.length > 0;
      syncDirectory(directory);
    }
    // Not as of now: what another planner has recorded since the listing is read the next time.
    this.#asOf = asOf;
    return unknown.length > 0;
  }

  #rewrite(base: number, owner: RangeOwner): boolean {
    try {
      if (this.#write(base, owner)) return true;
      const entry = this.#read(base);
      if (entry !== 'missing') this.#cacheEntry(base, entry);
      return true;
    } catch (error) {
      this.#logOnce(`${this.#options.directory}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  /** Writes the entry; its content is on the disk, its name not yet. False if the entry exists. */
  #write(base: number, owner: RangeOwner): boolean {
    const { directory } = this.#options;
    const entry: z.infer<typeof entrySchema> = { version: 1, base, owner };
    const temporary = writeTemporary(directory, entry, 0o600, true);
    try {
      return linkNew(temporary, this.#file(String(base)));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  #read(base: number): RangeOwner | 'unreadable' | 'missing' {
    const file = this.#file(String(base));
    // Checked first: constructing the error takes longer than everything else here.
    if (!existsSync(file)) return 'missing';
    try {
      const entry = entrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (entry.base === base) return entry.owner;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 'missing';
    }
    this.#logOnce(message('planner-refusals.owner-unreadable', { file }));
    return 'unreadable';
  }

  #cacheEntry(base: number, owner: RangeOwner | 'unreadable'): void {
    this.#forget(base);
    if (owner === 'unreadable') {
      this.#unreadable.add(base);
      return;
    }
    this.#owners.set(base, owner);
    const bases = this.#byOwner.get(owner) ?? new Set();
    bases.add(base);
    this.#byOwner.set(owner, bases);
  }

  #forget(base: number): void {
    this.#confirmed.delete(base);
    this.#unreadable.delete(base);
    const owner = this.#owners.get(base);
    if (owner === undefined) return;
    this.#owners.delete(base);
    this.#byOwner.get(owner)?.delete(base);
  }

  #isMissing(): boolean {
    return !existsSync(this.#file(formatFile));
  }

  #missingMessage(): Message {
    const { directory } = this.#options;
    return message('planner-refusals.owners-missing', {
      directory,
      command: `mkdir -p -m 700 ${directory} && touch ${directory}/${formatFile}`,
    });
  }

  #file(name: string): string {
    return path.join(this.#options.directory, name);
  }

  /** Logs each line once. */
  #logOnce(line: string | Message): void {
    const text = plainText(line);
    if (this.#loggedLines.has(text)) return;
    this.#loggedLines.add(text);
    this.#options.log(line);
  }
}

/** Creates an empty ledger, which is on the disk when this returns. */
function makeLedger(directory: string): void {
  // That of engines, too: their users open files and sockets below it.
  mkdirSync(path.dirname(directory), { recursive: true, mode: 0o711 });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(directory, formatFile), '', { mode: 0o600, flush: true });
  syncDirectory(directory);
  syncDirectory(path.dirname(directory));
}

/** A stamp that changes with the names in a directory or the content of a file; '' if it does not exist. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
