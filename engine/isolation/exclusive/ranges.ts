import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, writeAside } from './claim-files.ts';
import { idsInUse, listedIds, type IdSpan } from './taken-ids.ts';
import { removeFile } from './remove-file.ts';

/** Ids in a container: 0 … 65535. */
export const rangeSize = 65536;
/** First host id handed out: above what distributions give to users in /etc/subuid by themselves. */
export const firstBase = 1_000_013_824;
/** Last base: all of its ids exist (to 2^32 - 2), and so do some above it. */
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
  /** Looks anew at who lives in which range: what others took meanwhile isn't given out, what is empty again is. */
  look(): void;
  /** Whether a container other than `id` holds `base`. */
  heldByOthers(base: number, id: string): boolean;
}

/**
 * Opens the store in `directory` for the engine at `root`. Synchronous: a claim is on disk when the call returns. `inUse` tells the
 * bases processes live in: where the directory was lost under running containers, theirs are not given out again, nor are other container
 * managers' and users'. What is `listed` for others is given out only when nothing else is left.
 */
export function openRangeStore(directory: string, root: string, inUse: () => ReadonlySet<number> = basesInUse, listed: () => readonly IdSpan[] = listedIds()): RangeStore {
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
    look: () => { unclaimed = inUse(); },
    heldByOthers: (base, id) => [...holders.get(base) ?? []].some((holder) => holder !== id),
    claim(id) {
      restoreDirectory();
      const aside = written({ root, id });
      const others = listed();
      const isFree = (base: number) => !holders.has(base) && !unclaimed.has(base);
      try {
        for (const isGood of [(base: number) => isFree(base) && !others.some((span) => overlaps(base, span)), isFree]) {
          for (let tried = 0; tried <= (lastBase - firstBase) / rangeSize; tried++) {
            const base = next;
            next = nextBase(next);
            if (!isGood(base) || !linkNew(aside, fileOf(base))) continue;
            hold(base, id);
            return base;
          }
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
        const aside = writeAside(directory, { pid: process.pid }, 0o600, false);
        const isMine = linkNew(aside, turn);
        rmSync(aside, { force: true });
        if (!isMine) return;
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

/** Bases of the ranges that ids of some process of this machine are in. */
export function basesInUse(): Set<number> {
  const found = new Set<number>();
  for (const { start, count } of idsInUse()) {
    const first = firstBase + Math.floor((start - firstBase) / rangeSize) * rangeSize;
    for (let base = Math.max(first, firstBase); base < start + count && base <= lastBase; base += rangeSize) found.add(base);
  }
  return found;
}

function overlaps(base: number, { start, count }: IdSpan): boolean {
  return start < base + rangeSize && base < start + count;
}

/** Removes what was written aside, and turns at freeing, of processes that ended before they were done. */
function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^\.free\.\d+$/.test(name) ? pidIn(path.join(directory, name)) : /^\.(\d+)\.[0-9a-z]+$/.exec(name)?.[1];
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

/** Removes claims that a power cut left without content: of before this boot, where the directory outlived it. */
function removeLost(directory: string): void {
  const booted = Date.now() - os.uptime() * 1000;
  for (const base of bases(directory)) {
    const file = path.join(directory, String(base));
    // A minute for clocks that were set meanwhile: a claim of this boot is whole anyway.
    if (readClaim(file) === null && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < booted - 60_000) removeFile(file);
  }
}

/** Whether `base` is one this store hands out. */
export function isBase(base: number): boolean {
  return Number.isInteger(base) && base >= firstBase && base <= lastBase && (base - firstBase) % rangeSize === 0;
}

/**
 * The map of an id-mapped mount of layers and volumes for the range at `base`, one line `disk host size`: no id on disk is one of the machine's
 * own, or another container's, whoever makes files with it. Ids from 65536 on are nobody's in the container and can't be written.
 */
export function diskMap(base: number): string {
  return `0 ${base} ${rangeSize}\n`;
}

/** Id on disk that the machine's root has in a container's own layer while the container runs. No image or volume is mapped with it. */
export const engineDiskId = 4_294_967_294;

/**
 * The map of the layer that a container writes to. dockerd, which is the machine's root, makes files there before it gives them to an id of the
 * container (`docker cp`), and a directory to change its root to (`docker export`): the kernel lets nobody make a file whose id is in no line.
 */
export function upperMap(base: number): string {
  return `${diskMap(base)}${engineDiskId} 0 1\n`;
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
