import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { maxSlowness } from '../../shared/process/time-limits.ts';

/**
 * Limits are measured on a machine where starting a program takes about this long, ms. A slower machine
 * (emulated, loaded) gets more time: slow is not stuck.
 */
const referenceMs = 3;
const samples = 3;
const keptMs = 10_000;

/** The slowness set for this process: from a time limit of a user who knows that the machine is slow. */
let expected = 1;

let measured: { readonly at: number; readonly factor: Promise<number> } | null = null;

/**
 * How many times slower than the reference this machine is now: from 1 to `maxSlowness`, measured at most
 * every ten seconds, or at least as set by `expectSlowness`. Never rejects: where no program can be started
 * (no memory), it is 1, and measured again at the next call.
 */
export async function slowness(): Promise<number> {
  const now = performance.now();
  if (measured === null || now - measured.at > keptMs) {
    const factor = measure().catch(() => {
      measured = null;
      return 1;
    });
    measured = { at: now, factor };
  }
  return Math.max(await measured.factor, expected);
}

/** Makes all limits of this process at least `factor` times the usual ones, until the next call. */
export function expectSlowness(factor: number): void {
  expected = factor;
}

/** A time limit for this machine, ms: the usual one, or more if it is slow. */
export async function scaledLimit(usualMs: number): Promise<number> {
  return Math.round(usualMs * (await slowness()));
}

/** The factor for a machine that takes these times to start a program, ms. Pure. */
export function slownessOf(durationsMs: readonly number[]): number {
  const median = durationsMs.toSorted((a, b) => a - b)[Math.floor(durationsMs.length / 2)] ?? referenceMs;
  return Math.min(Math.max(median / referenceMs, 1), maxSlowness);
}

/** Rejects where a program cannot be started. */
async function measure(): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < samples; i++) {
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      // If the program is missing, the attempt takes as long. Without memory, this throws.
      execFile('/bin/true', { timeout: 2000 }, () => {
        resolve();
      });
    });
    durations.push(performance.now() - begun);
  }
  return slownessOf(durations);
}
