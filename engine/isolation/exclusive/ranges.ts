import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, writeAside } from './claim-files.ts';

/** Ids in a container: 0 … 65535. */
export const rangeSize = 65536;
/** First host id handed out: above what distributions give to users in /etc/subuid. */
export const firstBase = 1_000_013_824;
/** Last base: the range and the ids above it (to 2^32 - 2) must both exist, see `diskMap`. */
export const lastBase = 4_294_836_224;

const claimSchema = z.object({ root: z.string(), id: z.string() });
type Claim = z.infer<typeof claimSchema>;

/**
 * Exclusive 64K ranges of host ids (A3), claimed as files `<base>` in one directory of the machine. A claim appears complete or not
 * at all (written aside, linked: `link` refuses an existing name), so that neither a crash nor a second planner can hand out a range
 * twice. Not synced to the disk: no container outlives the machine's boot, and waiting for the disk is most of what a claim would cost. Several containers hold one range only where one joined the namespaces of another.
 */
export interface RangeStore {
  /** Claims a free range for container `id` and returns its base. Throws when none is left or the disk fails. */
  claim(id: string): number;
  /** Makes `id` a holder of `base` too: a joined range, or one read back after a restart. Throws when another engine owns it. */
  hold(base: number, id: string): void;
  /** Ends `id`'s hold; the range is free when it was the last. Unknown ids are fine. */
  release(id: string): void;
  /** Bases this engine owns on disk that nobody holds: left by a crash. */
  orphans(): { readonly base: number; readonly id: string }[];
  /** Bases of engines whose root is no longer there, unless a process still lives in them (`inUse`). */
  abandoned(inUse: ReadonlySet<number>): number[];
  /** Frees an orphan or an abandoned base. */
  free(base: number): void;
  /** Whether a container other than `id` holds `base`. */
  heldByOthers(base: number, id: string): boolean;
}

/**
 * Opens the store in `directory` for the engine at `root`. Synchronous: a claim is on disk when the call returns. `inUse` tells the
 * bases processes live in: where the directory was lost under running containers, theirs are not given out again.
 */
export function openRangeStore(directory: string, root: string, inUse: () => ReadonlySet<number> = basesInUse): RangeStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeUnfinished(directory);
  removeLost(directory);
  let unclaimed = inUse();
  const holders = new Map<number, Set<string>>();
  const fileOf = (base: number) => path.join(directory, String(base));
  // Next fit, not first fit: a range just freed rests before somebody else's processes get its ids.
  let next = nextBase(Math.max(firstBase - rangeSize, ...bases(directory)));

  const written = (claim: Claim): string => writeAside(directory, claim, 0o600, false);
  const hold = (base: number, id: string) => {
    const held = holders.get(base) ?? new Set();
    held.add(id);
    holders.set(base, held);
  };

  /** Somebody emptied /run: our claims come back, those of other engines when they claim next; until then nobody gets what is lived in. */
  const restoreDirectory = () => {
    if (existsSync(directory)) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    unclaimed = inUse();
    for (const [base, held] of holders) {
      const aside = written({ root, id: held.values().next().value ?? '' });
      linkNew(aside, fileOf(base));
      rmSync(aside, { force: true });
    }
  };

  return {
    heldByOthers: (base, id) => [...holders.get(base) ?? []].some((holder) => holder !== id),
    claim(id) {
      restoreDirectory();
      const aside = written({ root, id });
      try {
        const total = (lastBase - firstBase) / rangeSize + 1;
        for (let tried = 0; tried < total; tried++) {
          const base = next;
          next = nextBase(next);
          if (holders.has(base) || unclaimed.has(base) || !linkNew(aside, fileOf(base))) continue;
          hold(base, id);
          return base;
        }
      } finally {
        rmSync(aside, { force: true });
      }
      throw new Error(`all id ranges of this machine are taken (${directory})`);
    },
    hold(base, id) {
      if (!isBase(base)) throw new Error(`not the base of a range: ${base}`);
      restoreDirectory();
      if (!holders.has(base)) {
        const aside = written({ root, id });
        try {
          if (!linkNew(aside, fileOf(base)) && readClaim(fileOf(base))?.root !== root) throw new Error(`id range ${base} belongs to another engine`);
        } finally {
          rmSync(aside, { force: true });
        }
      }
      hold(base, id);
    },
    release(id) {
      for (const [base, held] of holders) {
        if (!held.delete(id)) continue;
        const heir = held.values().next();
        if (heir.done === true) {
          holders.delete(base);
          rmSync(fileOf(base), { force: true });
        } else {
          restoreDirectory();
          renameSync(written({ root, id: heir.value }), fileOf(base));
        }
      }
    },
    orphans: () => bases(directory).flatMap((base) => {
      const claim = holders.has(base) ? null : readClaim(fileOf(base));
      return claim?.root === root ? [{ base, id: claim.id }] : [];
    }),
    abandoned: (inUse) => bases(directory).filter((base) => {
      const claim = holders.has(base) || inUse.has(base) ? null : readClaim(fileOf(base));
      return claim !== null && claim.root !== root && !existsSync(claim.root);
    }),
    free(base) {
      if (holders.has(base)) throw new Error(`id range ${base} is held`);
      const file = fileOf(base);
      const claim = readClaim(file);
      if (claim === null) return;
      if (claim.root === root) {
        rmSync(file, { force: true });
      } else {
        // Two planners may find the same abandoned claim: one frees it, and who claims the range then keeps it.
        const turn = path.join(directory, `.free.${base}`);
        if (!linkNew(file, turn)) return;
        try {
          const still = readClaim(file);
          if (still !== null && !existsSync(still.root)) rmSync(file, { force: true });
        } finally {
          rmSync(turn, { force: true });
        }
      }
    },
  };
}

/** Bases of the ranges some process of this machine lives in now. */
export function basesInUse(): Set<number> {
  const found = new Set<number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const base = Number(readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/)[1]);
      // One that ended and was not waited for yet has a place in the table only.
      if (isBase(base) && !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) found.add(base);
    } catch {
      // ended meanwhile
    }
  }
  return found;
}

/** Removes claims that were written aside by processes that ended before linking them. */
function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^\.(\d+)\.[0-9a-z]+$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(path.join(directory, name), { force: true });
  }
}

/** Removes claims that a power cut left without content: of before this boot, where the directory outlived it. */
function removeLost(directory: string): void {
  const booted = Date.now() - os.uptime() * 1000;
  for (const base of bases(directory)) {
    const file = path.join(directory, String(base));
    // A minute for clocks that were set meanwhile: a claim of this boot is whole anyway.
    if (readClaim(file) === null && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < booted - 60_000) rmSync(file, { force: true });
  }
}

/** Whether `base` is one this store hands out. */
export function isBase(base: number): boolean {
  return Number.isInteger(base) && base >= firstBase && base <= lastBase && (base - firstBase) % rangeSize === 0;
}

/**
 * The map of an id-mapped mount for the range at `base`, lines `disk host size`: a bijection of all ids, so that ids above 65535
 * stay true in export, commit and cp.
 */
export function diskMap(base: number): string {
  const above = base + rangeSize;
  return [[0, base, rangeSize], [rangeSize, rangeSize, base - rangeSize], [base, 0, rangeSize], [above, above, 4_294_967_295 - above]]
    .map((line) => `${line.join(' ')}\n`).join('');
}

function nextBase(base: number): number {
  return base + rangeSize > lastBase ? firstBase : base + rangeSize;
}

function bases(directory: string): number[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => /^\d+$/.test(name)).map(Number).filter(isBase) : [];
}

function readClaim(file: string): Claim | null {
  try {
    return claimSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // gone, or not ours to understand
  }
}
