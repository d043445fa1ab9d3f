import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, removeUnfinished, writeTemporary } from './claim-files.ts';
import { firstBase, isBase, lastBase, nextBase, rangeSize } from './id-ranges.ts';
import { refuse } from './options.ts';
import type { RangeLedger } from './range-ledger.ts';
import { describeOwner, rangeQuota, type RangeOwner } from './range-owner.ts';
import { idsInUse, listedIds, type IdSpan } from './taken-ids.ts';
import { removeFile } from './remove-file.ts';
import { engineDiskId } from '../shared/isolation/disk-ids.ts';

export { firstBase, isBase, lastBase, rangeSize } from './id-ranges.ts';

const claimSchema = z.object({ root: z.string(), id: z.string() });
type Claim = z.infer<typeof claimSchema>;

/**
 * Exclusive 64K ranges of host ids (A3), claimed as files `<base>` in one directory of the machine. A claim
 * appears complete or not at all (a temporary file is linked; `link` refuses an existing name), so that
 * neither a crash nor a second planner can hand out a range twice. Not synced to the disk: no container
 * outlives the machine's boot, and waiting for the disk is most of what a claim would cost. Several
 * containers hold one range only where one joined the namespaces of another.
 *
 * A claim is valid for this boot, and names the current holder of the range. Its permanent owner is recorded
 * in the ledger, which only the holder of the claim may change.
 */
export interface RangeStore {
  /**
   * Claims a free range for container `id` and returns its base: the one of `owner`'s that rested longest,
   * else one that nobody ever had, which is the owner's from then on. Refuses when none is left for the
   * owner; throws when the disk fails.
   */
  claim(id: string, owner: RangeOwner): number;
  /**
   * Makes `id` a holder of `base` too: a joined range, or one read back after a restart. Throws when another
   * engine has it.
   */
  addHolder(base: number, id: string): void;
  /** Removes `id` as a holder; with the last one the range is free for its owner. Unknown ids are ignored. */
  release(id: string): void;
  /** The permanent owner of the range; `unreadable`: it has one, unknown; null: it has none yet. */
  ownerOf(base: number): RangeOwner | 'unreadable' | null;
  /** Bases this engine claimed on disk that nobody holds: left by a crash. */
  orphans(): { readonly base: number; readonly id: string }[];
  /** Bases of engines whose root is no longer there, unless a process still lives in them (`inUse`). */
  abandoned(inUse: ReadonlySet<number>): number[];
  /** Frees an orphan or an abandoned base. */
  free(base: number): void;
  /**
   * Reads again which ranges are in use: ranges that others took meanwhile are not handed out, those that are
   * empty again are.
   */
  refresh(): void;
  /** Whether a container holds `base`. */
  hasHolder(base: number): boolean;
  /** Whether a container other than `id` holds `base`. */
  hasOtherHolder(base: number, id: string): boolean;
}

export interface RangeStoreOptions {
  /** Claims of this boot. */
  readonly directory: string;
  /** The engine that claims. */
  readonly root: string;
  readonly ledger: RangeLedger;
  /** The owner for the range of a container that was created before ranges had owners. */
  readonly ownerOf: (id: string) => RangeOwner;
  /**
   * Bases that processes live in: not given out, be they other container managers' or of a directory that was
   * lost.
   */
  readonly inUse?: () => ReadonlySet<number>;
  /** Ids that are listed for others: given out only when nothing else is left. */
  readonly listed?: () => readonly IdSpan[];
  readonly log: (line: string) => void;
}

/** Opens the store. Synchronous: a claim is on disk when the call returns. */
export function openRangeStore(options: RangeStoreOptions): RangeStore {
  const { directory, root, ledger, ownerOf, inUse = basesInUse, listed = listedIds(), log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeUnfinished(directory);
  removeTurns(directory);
  removeTruncatedClaims(directory);
  let unclaimed = inUse();
  /** Released since `unclaimed` was read, with processes in them then: mostly those of the container. */
  const emptied = new Set<number>();
  const refresh = () => {
    unclaimed = inUse();
    emptied.clear();
  };
  const holders = new Map<number, Set<string>>();
  const fileOf = (base: number) => path.join(directory, String(base));
  let next = nextBase(Math.max(firstBase - rangeSize, ...bases(directory)));

  const writeClaim = (claim: Claim): string => writeTemporary(directory, claim, 0o600, false);
  const addHolder = (base: number, id: string) => {
    const containerIds = holders.get(base) ?? new Set();
    containerIds.add(id);
    holders.set(base, containerIds);
  };

  /**
   * Restores our claims after /run was emptied; other engines restore theirs at their next claim, and until
   * then ranges in use are not handed out.
   */
  const restoreDirectory = () => {
    if (existsSync(directory)) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    unclaimed = inUse();
    for (const [base, containerIds] of holders) {
      const temporary = writeClaim({ root, id: containerIds.values().next().value ?? '' });
      linkNew(temporary, fileOf(base));
      rmSync(temporary, { force: true });
    }
  };

  type RangeFilter = (base: number) => boolean;

  /** Claims one of the owner's ranges; null: none is free. */
  const claimOwned = (temporary: string, owner: RangeOwner, accepts: RangeFilter): number | null => {
    for (const base of ledger.owned(owner)) {
      if (!accepts(base) || !linkNew(temporary, fileOf(base))) continue;
      if (withClaim(base, () => ledger.confirm(base, owner))) {
        ledger.markUsed(base);
        return base;
      }
    }
    return null;
  };

  /** Claims a range without an owner, and records it as the owner's; null: there is none. */
  const claimNew = (temporary: string, owner: RangeOwner, accepts: RangeFilter): number | null => {
    if (ledger.owned(owner).size >= rangeQuota(owner)) return null;
    for (let attempts = 0; attempts <= (lastBase - firstBase) / rangeSize; attempts++) {
      const base = next;
      next = nextBase(next);
      if (ledger.ownerOf(base) !== null || !accepts(base) || !linkNew(temporary, fileOf(base))) continue;
      if (withClaim(base, () => ledger.record(base, owner))) return base;
      ledger.refresh();
    }
    return null;
  };

  /** Performs an action under a claim of this store; removes the claim unless that succeeds. */
  const withClaim = (base: number, does: () => boolean): boolean => {
    let done = false;
    try {
      done = does();
      return done;
    } finally {
      if (!done) rmSync(fileOf(base), { force: true });
    }
  };

  /**
   * Ensures that the range has a permanent owner: one claimed before ranges had owners is recorded as that of
   * the user who created container `id`. False where recording fails.
   */
  const ensureOwned = (base: number, id: string): boolean => {
    if (ledger.ownerOf(base) !== null) return true;
    try {
      ledger.record(base, ownerOf(id));
      return true;
    } catch (error) {
      log(`container ${id}: ${error instanceof Error ? error.message : String(error)}; the range is kept`);
      return false;
    }
  };

  return {
    refresh: () => {
      refresh();
      ledger.refresh();
    },
    hasHolder: (base) => holders.has(base),
    hasOtherHolder: (base, id) => [...(holders.get(base) ?? [])].some((holder) => holder !== id),
    ownerOf: (base) => ledger.ownerOf(base),
    claim(id, owner) {
      restoreDirectory();
      const others = listed();
      const isFree = (base: number) => !holders.has(base) && !unclaimed.has(base);
      const isBest = (base: number) => isFree(base) && !others.some((span) => overlaps(base, span));
      let failure: unknown = null;
      const temporary = writeClaim({ root, id });
      try {
        const strategies = [
          () => claimOwned(temporary, owner, isBest),
          () => {
            // Both are cheaper than a new range.
            const isAnyEmptied = [...emptied].some((base) => ledger.ownerOf(base) === owner);
            if (isAnyEmptied) refresh();
            return ledger.refresh() || isAnyEmptied ? claimOwned(temporary, owner, isBest) : null;
          },
          () => claimNew(temporary, owner, isBest),
          () => claimOwned(temporary, owner, isFree),
          () => claimNew(temporary, owner, isFree),
        ];
        for (const strategy of strategies) {
          try {
            const base = strategy();
            if (base === null) continue;
            addHolder(base, id);
            return base;
          } catch (error) {
            failure = error;
          }
        }
      } finally {
        rmSync(temporary, { force: true });
      }
      if (failure instanceof Error) throw failure;
      const has = ledger.owned(owner).size;
      const ownerText = describeOwner(owner);
      const handBack = 'root can hand back what nobody needs any more (bulkhead ranges list)';
      if (has >= rangeQuota(owner)) {
        refuse(
          `${ownerText} had ${has} id ranges, which is the most, and all of them are in use: ` +
            `remove containers, and end processes outside that have ids of containers; ${handBack}`,
        );
      }
      return refuse(
        `no id range of this machine is left that nobody had, and none that ${ownerText} had is free: ` +
          `remove containers; ${handBack}`,
      );
    },
    addHolder(base, id) {
      if (!isBase(base)) throw new Error(`not the base of a range: ${base}`);
      restoreDirectory();
      if (!holders.has(base)) {
        const temporary = writeClaim({ root, id });
        try {
          if (!linkNew(temporary, fileOf(base)) && readClaim(fileOf(base))?.root !== root)
            throw new Error(`id range ${base} belongs to another engine`);
        } finally {
          rmSync(temporary, { force: true });
        }
      }
      addHolder(base, id);
      ensureOwned(base, id);
    },
    release(id) {
      for (const [base, containerIds] of holders) {
        if (!containerIds.delete(id)) continue;
        const heir = containerIds.values().next();
        if (heir.done === true) {
          holders.delete(base);
          ledger.markUsed(base);
          if (unclaimed.has(base)) emptied.add(base);
          if (ensureOwned(base, id)) rmSync(fileOf(base), { force: true });
        } else {
          restoreDirectory();
          renameSync(writeClaim({ root, id: heir.value }), fileOf(base));
        }
      }
    },
    orphans: () =>
      bases(directory).flatMap((base) => {
        const claim = holders.has(base) ? null : readClaim(fileOf(base));
        return claim?.root === root ? [{ base, id: claim.id }] : [];
      }),
    abandoned: (inUse) =>
      bases(directory).filter((base) => {
        const claim = holders.has(base) || inUse.has(base) ? null : readClaim(fileOf(base));
        return claim !== null && claim.root !== root && !existsSync(claim.root);
      }),
    free(base) {
      if (holders.has(base)) throw new Error(`id range ${base} is held`);
      const file = fileOf(base);
      const claim = readClaim(file);
      if (claim === null || !ensureOwned(base, claim.root === root ? claim.id : '')) return;
      if (claim.root === root) {
        rmSync(file, { force: true });
      } else {
        // Two planners may find the same abandoned claim: only one frees it, so that a new claim made
        // in between is not removed.
        const turn = path.join(directory, `.free.${base}`);
        const temporary = writeTemporary(directory, { pid: process.pid }, 0o600, false);
        const acquired = linkNew(temporary, turn);
        rmSync(temporary, { force: true });
        if (!acquired) return;
        try {
          const current = readClaim(file);
          if (current !== null && !existsSync(current.root)) rmSync(file, { force: true });
        } finally {
          rmSync(turn, { force: true });
        }
      }
    },
  };
}

/** Bases of the ranges that ids of some process of this machine are in. */
export function basesInUse(): Set<number> {
  const found = new Set<number>();
  for (const { start, count } of idsInUse()) {
    const first = firstBase + Math.floor((start - firstBase) / rangeSize) * rangeSize;
    for (let base = Math.max(first, firstBase); base < start + count && base <= lastBase; base += rangeSize)
      found.add(base);
  }
  return found;
}

function overlaps(base: number, { start, count }: IdSpan): boolean {
  return start < base + rangeSize && base < start + count;
}

/** Removes the `.free.<base>` files of processes that were killed while freeing. */
function removeTurns(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^\.free\.\d+$/.test(name) ? pidIn(path.join(directory, name)) : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeFile(path.join(directory, name));
  }
}

function pidIn(turn: string): number | undefined {
  try {
    return z.object({ pid: z.int() }).parse(JSON.parse(readFileSync(turn, 'utf8'))).pid;
  } catch {
    return undefined; // over already
  }
}

/**
 * Removes claims that a power cut left without content: of before this boot, where the directory outlived it.
 */
function removeTruncatedClaims(directory: string): void {
  const booted = Date.now() - os.uptime() * 1000;
  for (const base of bases(directory)) {
    const file = path.join(directory, String(base));
    // A minute for clocks that were set meanwhile: a claim of this boot is whole anyway.
    if (
      readClaim(file) === null &&
      (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < booted - 60_000
    )
      removeFile(file);
  }
}

/**
 * The map of an id-mapped mount of layers and volumes for the range at `base`, one line `disk host size`: no
 * id on disk is one of the machine's own, or another container's, whoever makes files with it. Ids from 65536
 * on are nobody's in the container and can't be written.
 */
export function diskMap(base: number): string {
  return `0 ${base} ${rangeSize}\n`;
}

/**
 * The map of the layer that a container writes to. dockerd, which is the machine's root, makes files there
 * before it gives them to an id of the container (`docker cp`), and a directory to change its root to
 * (`docker export`): the kernel lets nobody make a file whose id is in no line.
 */
export function upperMap(base: number): string {
  return `${diskMap(base)}${engineDiskId} 0 1\n`;
}

function bases(directory: string): number[] {
  return existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter(isBase)
    : [];
}

function readClaim(file: string): Claim | null {
  try {
    return claimSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // gone, or of another version
  }
}
