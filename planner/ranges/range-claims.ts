import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { linkNew, writeTemporary } from './claim-files.ts';
import { isBase } from './id-ranges.ts';
import { removeFile } from '../base/remove-file.ts';

const claimSchema = z.object({ root: z.string(), id: z.string() });
/** The holder of a range's claim for this boot: the engine's root directory, and the container. */
export type Claim = z.infer<typeof claimSchema>;

/** Removes the `.free.<base>` files of processes that were killed while freeing. */
export function removeTurns(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^\.free\.\d+$/.test(name) ? pidIn(path.join(directory, name)) : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeFile(path.join(directory, name));
  }
}

function pidIn(turn: string): number | undefined {
  try {
    return z.object({ pid: z.int() }).parse(JSON.parse(readFileSync(turn, 'utf8'))).pid;
  } catch {
    return undefined; // it is gone already
  }
}

/** Removes claims that a power failure left empty: from before this boot, if the directory outlived it. */
export function removeTruncatedClaims(directory: string): void {
  const booted = Date.now() - os.uptime() * 1000;
  for (const base of claimedBases(directory)) {
    const file = claimFile(directory, base);
    // A minute of tolerance for clocks that were set meanwhile: a claim of this boot is complete anyway.
    if (
      readClaim(file) === null &&
      (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < booted - 60_000
    )
      removeFile(file);
  }
}

/** The file that claims `base`. */
export const claimFile = (directory: string, base: number): string => path.join(directory, String(base));

/**
 * Frees the claim of an engine whose root is gone. If two planners find the same one, only one of them frees
 * it, so that a new claim made in between is not removed.
 */
export function freeAbandoned(directory: string, base: number): void {
  const file = claimFile(directory, base);
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

/** Bases that are claimed in the directory, unordered. */
export function claimedBases(directory: string): number[] {
  return existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter(isBase)
    : [];
}

/** The claim in a file; null if there is none, or if it is of another version. */
export function readClaim(file: string): Claim | null {
  try {
    return claimSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // gone, or of another version
  }
}
