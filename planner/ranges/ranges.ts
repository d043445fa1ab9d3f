import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { linkNew, removeUnfinished, writeTemporary } from './claim-files.ts';
import { optionsOfRoot } from '../../engine/base/root-options.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase, isBase, lastBase, nextBase } from './id-ranges.ts';
import { refuse } from '../base/refuse.ts';
import type { RangeLedger } from './range-ledger.ts';
import { describeOwner, rangeQuota, type RangeOwner } from './range-owner.ts';
import { listedIds, type IdSpan } from './taken-ids.ts';
import { basesInUse, overlaps } from './taken-ranges.ts';
import {
  claimedBases,
  claimFile,
  freeAbandoned,
  readClaim,
  removeTruncatedClaims,
  removeTurns,
  type Claim,
} from './range-claims.ts';
import type { RangeStoreOptions, RangeStore } from './range-store.ts';

/** Opens the store. Synchronous: a claim is on disk when the call returns. */
export function openRangeStore(options: RangeStoreOptions): RangeStore {
  return new FileRangeStore(options);
}

type RangeFilter = (base: number) => boolean;

class FileRangeStore implements RangeStore {
  readonly #directory: string;
  readonly #root: string;
  readonly #ledger: RangeLedger;
  readonly #ownerOfContainer: (id: string) => RangeOwner;
  readonly #inUse: () => ReadonlySet<number>;
  readonly #listed: () => readonly IdSpan[];
  readonly #log: (line: string) => void;
  /** Bases that contained running processes when last read: not handed out. */
  #occupied: ReadonlySet<number>;
  /**
   * Bases released since `#occupied` was read, and in use by processes at that time: mostly those of the
   * container.
   */
  readonly #emptied = new Set<number>();
  /** Ids of the containers that hold a base. */
  readonly #holders = new Map<number, Set<string>>();
  /** The base to try next when a new range is needed. */
  #next: number;

  constructor(options: RangeStoreOptions) {
    const { directory, root, ledger, ownerOf, inUse = basesInUse, listed = listedIds(), log } = options;
    this.#directory = directory;
    this.#root = root;
    this.#ledger = ledger;
    this.#ownerOfContainer = ownerOf;
    this.#inUse = inUse;
    this.#listed = listed;
    this.#log = log;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    removeUnfinished(directory);
    removeTurns(directory);
    removeTruncatedClaims(directory);
    this.#occupied = inUse();
    this.#next = nextBase(Math.max(firstBase - rangeSize, ...claimedBases(directory)));
  }

  claim(id: string, owner: RangeOwner): number {
    this.#restoreDirectory();
    const temporary = this.#writeClaim(id);
    try {
      const base = this.#claimFirst(this.#strategies(temporary, owner));
      if (base === null) return refuseClaim(owner, this.#ledger.owned(owner).size, this.#root);
      this.#hold(base, id);
      return base;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  addHolder(base: number, id: string): void {
    if (!isBase(base)) throw new Error(`not the base of a range: ${base}`);
    this.#restoreDirectory();
    if (!this.#holders.has(base)) this.#claimBase(base, id);
    this.#hold(base, id);
    this.#ensureOwned(base, id);
  }

  release(id: string): void {
    for (const [base, containerIds] of this.#holders) {
      if (!containerIds.delete(id)) continue;
      const successor = containerIds.values().next();
      if (successor.done === true) {
        this.#releaseLast(base, id);
      } else {
        this.#restoreDirectory();
        renameSync(this.#writeClaim(successor.value), this.#fileOf(base));
      }
    }
  }

  ownerOf(base: number): RangeOwner | 'unreadable' | null {
    return this.#ledger.ownerOf(base);
  }

  orphans(): { readonly base: number; readonly id: string }[] {
    return claimedBases(this.#directory).flatMap((base) => {
      const claim = this.#holders.has(base) ? null : readClaim(this.#fileOf(base));
      return claim?.root === this.#root ? [{ base, id: claim.id }] : [];
    });
  }

  abandoned(inUse: ReadonlySet<number>): number[] {
    return claimedBases(this.#directory).filter((base) => {
      const claim = this.#holders.has(base) || inUse.has(base) ? null : readClaim(this.#fileOf(base));
      return claim !== null && claim.root !== this.#root && !existsSync(claim.root);
    });
  }

  free(base: number): void {
    if (this.#holders.has(base)) throw new Error(`id range ${base} has a holder`);
    const file = this.#fileOf(base);
    const claim = readClaim(file);
    if (claim === null || !this.#ensureOwned(base, claim.root === this.#root ? claim.id : '')) return;
    if (claim.root === this.#root) rmSync(file, { force: true });
    else freeAbandoned(this.#directory, base);
  }

  refresh(): void {
    this.#readOccupied();
    this.#ledger.refresh();
  }

  hasHolder(base: number): boolean {
    return this.#holders.has(base);
  }

  hasOtherHolder(base: number, id: string): boolean {
    return [...(this.#holders.get(base) ?? [])].some((holder) => holder !== id);
  }

  #fileOf(base: number): string {
    return claimFile(this.#directory, base);
  }

  #writeClaim(id: string): string {
    const claim: Claim = { root: this.#root, id };
    return writeTemporary(this.#directory, claim, 0o600, false);
  }

  #hold(base: number, id: string): void {
    const containerIds = this.#holders.get(base) ?? new Set();
    containerIds.add(id);
    this.#holders.set(base, containerIds);
  }

  #readOccupied(): void {
    this.#occupied = this.#inUse();
    this.#emptied.clear();
  }

  /**
   * Restores our claims after /run was emptied; other engines restore theirs at their next claim, and until
   * then ranges in use are not handed out.
   */
  #restoreDirectory(): void {
    if (existsSync(this.#directory)) return;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#occupied = this.#inUse();
    for (const [base, containerIds] of this.#holders) {
      const temporary = this.#writeClaim(containerIds.values().next().value ?? '');
      linkNew(temporary, this.#fileOf(base));
      rmSync(temporary, { force: true });
    }
  }

  /** Strategies to claim a range for an owner, in order of preference; each returns null if it finds none. */
  #strategies(temporary: string, owner: RangeOwner): readonly (() => number | null)[] {
    const listed = this.#listed();
    const isFree = (base: number) => !this.#holders.has(base) && !this.#occupied.has(base);
    const isUnlisted = (base: number) => isFree(base) && !listed.some((span) => overlaps(base, span));
    return [
      () => this.#claimOwned(temporary, owner, isUnlisted),
      () => (this.#findsMoreOwned(owner) ? this.#claimOwned(temporary, owner, isUnlisted) : null),
      () => this.#claimNew(temporary, owner, isUnlisted),
      () => this.#claimOwned(temporary, owner, isFree),
      () => this.#claimNew(temporary, owner, isFree),
    ];
  }

  /**
   * The first base that a strategy claims; null: none does. If none does and one failed, throws the last
   * failure.
   */
  #claimFirst(strategies: readonly (() => number | null)[]): number | null {
    let failure: unknown = null;
    for (const strategy of strategies) {
      try {
        const base = strategy();
        if (base !== null) return base;
      } catch (error) {
        failure = error;
      }
    }
    if (failure instanceof Error) throw failure;
    return null;
  }

  /** Reads again which ranges of the owner are free; false: nothing changed. Cheaper than a new range. */
  #findsMoreOwned(owner: RangeOwner): boolean {
    const isAnyEmptied = [...this.#emptied].some((base) => this.#ledger.ownerOf(base) === owner);
    if (isAnyEmptied) this.#readOccupied();
    return this.#ledger.refresh() || isAnyEmptied;
  }

  /** Claims one of the owner's ranges; null: none is free. */
  #claimOwned(temporary: string, owner: RangeOwner, accepts: RangeFilter): number | null {
    for (const base of this.#ledger.owned(owner)) {
      if (!accepts(base) || !linkNew(temporary, this.#fileOf(base))) continue;
      if (this.#recordUnderClaim(base, () => this.#ledger.confirm(base, owner))) {
        this.#ledger.markUsed(base);
        return base;
      }
    }
    return null;
  }

  /** Claims a range without an owner, and records the owner; null: there is none. */
  #claimNew(temporary: string, owner: RangeOwner, accepts: RangeFilter): number | null {
    const ledger = this.#ledger;
    if (ledger.owned(owner).size >= rangeQuota(owner)) return null;
    for (let attempts = 0; attempts <= (lastBase - firstBase) / rangeSize; attempts++) {
      const base = this.#next;
      this.#next = nextBase(this.#next);
      if (ledger.ownerOf(base) !== null || !accepts(base) || !linkNew(temporary, this.#fileOf(base)))
        continue;
      if (this.#recordUnderClaim(base, () => ledger.record(base, owner))) return base;
      ledger.refresh();
    }
    return null;
  }

  /** Changes the ledger while this store holds a claim; removes the claim if that fails. */
  #recordUnderClaim(base: number, record: () => boolean): boolean {
    let done = false;
    try {
      done = record();
      return done;
    } finally {
      if (!done) rmSync(this.#fileOf(base), { force: true });
    }
  }

  /** Claims one given base. Throws if another engine holds it. */
  #claimBase(base: number, id: string): void {
    const temporary = this.#writeClaim(id);
    try {
      if (!linkNew(temporary, this.#fileOf(base)) && readClaim(this.#fileOf(base))?.root !== this.#root)
        throw new Error(`id range ${base} belongs to another engine`);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Removes the claim of a base whose last holder, container `id`, has ended. */
  #releaseLast(base: number, id: string): void {
    this.#holders.delete(base);
    this.#ledger.markUsed(base);
    if (this.#occupied.has(base)) this.#emptied.add(base);
    if (this.#ensureOwned(base, id)) rmSync(this.#fileOf(base), { force: true });
  }

  /**
   * Ensures that the range has a permanent owner: for one claimed before ranges had owners, records the user
   * who created container `id`. False if that fails.
   */
  #ensureOwned(base: number, id: string): boolean {
    if (this.#ledger.ownerOf(base) !== null) return true;
    try {
      this.#ledger.record(base, this.#ownerOfContainer(id));
      return true;
    } catch (error) {
      this.#log(
        `container ${id}: ${error instanceof Error ? error.message : String(error)}; the range is kept`,
      );
      return false;
    }
  }
}

/** Refuses a claim of an owner whose `count` ranges are all in use. */
function refuseClaim(owner: RangeOwner, count: number, root: string): never {
  const who = { owner: describeOwner(owner), command: `bulkhead ranges list${optionsOfRoot(root)}` };
  if (count >= rangeQuota(owner)) refuse('planner-refusals.all-ranges-in-use', { ...who, number: count });
  return refuse('planner-refusals.no-range-left', who);
}
