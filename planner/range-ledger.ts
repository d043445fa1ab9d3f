import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, removeUnfinished, syncDirectory, writeAside } from './claim-files.ts';
import { isBase } from './id-ranges.ts';
import { rangeOwnerSchema, type RangeOwner } from './range-owner.ts';

/** A directory without it is none of ours, or was lost. */
export const formatFile = 'format';
const entrySchema = z.strictObject({ version: z.literal(1), base: z.int(), owner: rangeOwnerSchema });
/** Left where root handed a range back: an entry that is missing without it was lost. */
const releasedName = (base: number): string => `released-${base}`;

export interface RangeLedgerOptions {
  /** The machine's directory: one file `<base>` a range. */
  readonly directory: string;
  /**
   * A file of the engine's own that says that the directory was there once; null: whoever opens it has none.
   */
  readonly mark: string | null;
  readonly log: (line: string) => void;
}

/**
 * Which owner each range of host ids belongs to, for good: files and processes with ids of a range may be
 * left outside its containers, and must meet nobody else's (A3). One file a range, which appears whole or not
 * at all (linked) and is on the disk, with its name, before the range is used: it outlives power cuts. Of
 * several planners that record one range, one does.
 *
 * What was read is kept in memory. An entry never changes; it goes only when root hands the range back.
 */
export class RangeLedger {
  readonly #options: RangeLedgerOptions;
  readonly #owners = new Map<number, RangeOwner>();
  /** Bases by owner, the least recently used first. */
  readonly #byOwner = new Map<RangeOwner, Set<number>>();
  /** Entries that could not be read: nobody gets these ranges. */
  readonly #unreadable = new Set<number>();
  /**
   * Entries as they were when they were last read for a claim: as long as they are the same files they say
   * the same.
   */
  readonly #confirmed = new Map<number, string>();
  readonly #said = new Set<string>();
  #asOf = '';
  #isLost = false;

  /**
   * Opens the ledger, and makes it where this engine never saw one. Throws where it is there and can't be
   * read.
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
      // On a full disk what runs must be looked after all the same.
      log(`${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!this.#isMissing()) removeUnfinished(directory);
    this.refresh();
  }

  /** Whose the range is; `unreadable`: somebody's; null: nobody's so far. */
  ownerOf(base: number): RangeOwner | 'unreadable' | null {
    return this.#unreadable.has(base) ? 'unreadable' : (this.#owners.get(base) ?? null);
  }

  /** Bases of the owner's, the least recently used first. */
  owned(owner: RangeOwner): ReadonlySet<number> {
    return this.#byOwner.get(owner) ?? new Set();
  }

  /** Puts the range behind the owner's others. */
  used(base: number): void {
    const owner = this.#owners.get(base);
    const bases = owner === undefined ? undefined : this.#byOwner.get(owner);
    if (bases?.delete(base) === true) bases.add(base);
  }

  /**
   * Whether the range is still the owner's by what is on the disk, for who has just claimed it. An entry that
   * was lost is written again; where the whole directory is, what is remembered counts.
   */
  confirm(base: number, owner: RangeOwner): boolean {
    const asOf = stampOf(this.#file(String(base)));
    if (asOf !== '' && this.#confirmed.get(base) === asOf && this.#owners.get(base) === owner) return true;
    const entry = this.#read(base);
    if (entry !== 'missing') {
      if (entry === owner) this.#confirmed.set(base, asOf);
      else this.#note(base, entry);
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
   * Records, on the disk when it returns, that the range is the owner's; false: it is somebody's already.
   * Throws, and leaves nothing, where it can't be recorded.
   */
  record(base: number, owner: RangeOwner): boolean {
    const { directory } = this.#options;
    if (this.#isMissing()) throw new Error(this.#lostText());
    try {
      const file = this.#file(String(base));
      if (!this.#write(base, owner)) {
        // Somebody was as quick. His entry may not be on the disk yet.
        syncDirectory(directory);
        const entry = this.#read(base);
        if (entry !== 'missing') this.#note(base, entry);
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
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `it cannot be recorded in ${directory} whose id range ${base} is (${why}); free space there, or mend the file system`,
        { cause: error },
      );
    }
    this.#note(base, owner);
    return true;
  }

  /**
   * Hands the range back: it is nobody's afterwards, on the disk when it returns. For who has claimed it,
   * when nothing lives in it and nothing with its ids is left. Throws where the disk fails.
   */
  handBack(base: number): void {
    const { directory } = this.#options;
    if (this.#isMissing()) throw new Error(this.#lostText());
    // First said, then done: an entry that is merely missing is written again.
    writeFileSync(this.#file(releasedName(base)), '', { mode: 0o600, flush: true });
    syncDirectory(directory);
    rmSync(this.#file(String(base)), { force: true });
    syncDirectory(directory);
    this.#forget(base);
  }

  /** Every owner with ranges. */
  owners(): readonly RangeOwner[] {
    return [...this.#byOwner].filter(([, bases]) => bases.size > 0).map(([owner]) => owner);
  }

  /**
   * Reads what others recorded meanwhile; whether there was anything. Entries that were lost are written
   * again.
   */
  refresh(): boolean {
    const { directory, log } = this.#options;
    const asOf = stampOf(directory);
    if (asOf === this.#asOf && !this.#isLost && this.#unreadable.size === 0) return false;
    this.#isLost = this.#isMissing();
    if (this.#isLost) {
      this.#say(this.#lostText());
      return false;
    }
    this.#said.delete(this.#lostText());
    const names = new Set(readdirSync(directory));
    const unknown = [...names]
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((base) => isBase(base) && !this.#owners.has(base));
    // Whoever recorded them may have been killed, or be waiting for the disk: they count once they are on it.
    if (unknown.length > 0) syncDirectory(directory);
    for (const base of unknown) {
      const entry = this.#read(base);
      if (entry !== 'missing') this.#note(base, entry);
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
    this.#asOf = stampOf(directory);
    return unknown.length > 0;
  }

  #rewrite(base: number, owner: RangeOwner): boolean {
    try {
      if (this.#write(base, owner)) return true;
      const entry = this.#read(base);
      if (entry !== 'missing') this.#note(base, entry);
      return true;
    } catch (error) {
      this.#say(`${this.#options.directory}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  /** Writes the entry, its content on the disk, its name not yet; false where there is one. */
  #write(base: number, owner: RangeOwner): boolean {
    const { directory } = this.#options;
    const entry: z.infer<typeof entrySchema> = { version: 1, base, owner };
    const aside = writeAside(directory, entry, 0o600, true);
    try {
      return linkNew(aside, this.#file(String(base)));
    } finally {
      rmSync(aside, { force: true });
    }
  }

  #read(base: number): RangeOwner | 'unreadable' | 'missing' {
    const file = this.#file(String(base));
    // Asked first: making the error takes longer than all else here.
    if (!existsSync(file)) return 'missing';
    try {
      const entry = entrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (entry.base === base) return entry.owner;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing';
    }
    this.#say(
      `${file} cannot be read as the owner of an id range: no container gets that range until root has mended or removed the file`,
    );
    return 'unreadable';
  }

  #note(base: number, owner: RangeOwner | 'unreadable'): void {
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

  #lostText(): string {
    const { directory } = this.#options;
    return (
      `${directory} is missing or incomplete, so it is not known whose the id ranges of this machine are: containers get only ranges that ` +
      `are known to be theirs. Restore it from a backup; or, if nothing that ran in a container left files or processes outside, begin anew: ` +
      `mkdir -p -m 700 ${directory} && touch ${directory}/${formatFile}`
    );
  }

  #file(name: string): string {
    return path.join(this.#options.directory, name);
  }

  /** Says it once. */
  #say(what: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#options.log(what);
  }
}

/** Makes an empty ledger, on the disk when it returns. */
function makeLedger(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(directory, formatFile), '', { mode: 0o600, flush: true });
  syncDirectory(directory);
  syncDirectory(path.dirname(directory));
}

/** Changes with every name in a directory, and with what a file holds; '' where there is none. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
