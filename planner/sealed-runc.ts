import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { started } from './base/started.ts';

export interface SealedRuncOptions {
  /** The runtime, which makes the copy: Node cannot. */
  readonly runtimeBinary: string;
  readonly runc: string;
  readonly log: (line: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * The runtime's exit status for a program that can never be run from memory: `SEAL_NO_PROGRAM` in
 * runtime/sealed.h.
 */
const noProgram = 3;
/** Delay after a failure that may be temporary, ms. */
const retryDelayMs = 30_000;
/** Timeout of the smoke test of the copy, ms. */
const smokeTestMs = 10_000;

/**
 * Keeps a copy of runc in memory that nobody can write to (runtime/sealed.h). Without it, runc makes one at
 * every start of a container, which takes a considerable part of the start. If none can be made, or if runc
 * is a script, runc is run by its path.
 */
export class SealedRunc {
  readonly #options: SealedRuncOptions;
  readonly #now: () => number;
  /** Without a descriptor: this runc can never be copied. */
  #copy: { readonly of: string; readonly descriptor: number | null } | null = null;
  #failed: { readonly of: string; readonly at: number } | null = null;
  #making: Promise<void> | null = null;
  /** The runc for which the missing copy has been logged. */
  #loggedFor = '';
  #closed = false;

  constructor(options: SealedRuncOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * The copy's descriptor; null: there is no copy of the runc that is installed now. Then one is made for
   * later requests; after a failure, only some time later.
   */
  descriptor(): number | null {
    const of = identityOf(this.#options.runc);
    if (of === null || this.#closed) return null;
    if (of === this.#copy?.of) return this.#copy.descriptor;
    if (of !== this.#failed?.of || this.#now() - this.#failed.at >= retryDelayMs) void this.make();
    return null;
  }

  /** Resolves when the copy exists, or cannot be made for now. Never rejects. */
  async make(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    await this.#making;
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forget(): void {
    if (this.#copy !== null && this.#copy.descriptor !== null) closeSync(this.#copy.descriptor);
    this.#copy = null;
  }

  async #make(): Promise<void> {
    const { runc } = this.#options;
    const of = identityOf(runc);
    if (of === null) return;
    const copied = await this.#seal();
    // If runc was replaced meanwhile, the copy may contain parts of both.
    if (this.#closed || identityOf(runc) !== of) {
      if (copied.descriptor !== null) closeSync(copied.descriptor);
      return;
    }
    this.#forget();
    if (copied.descriptor === null && this.#loggedFor !== of) {
      this.#loggedFor = of;
      this.#options.log(`runc is not kept in memory, so starts of containers take longer: ${copied.why}`);
    }
    const isSettled = copied.descriptor !== null || copied.isPermanent;
    this.#copy = isSettled ? { of, descriptor: copied.descriptor } : null;
    this.#failed = isSettled ? null : { of, at: this.#now() };
  }

  async #seal(): Promise<CopyResult> {
    const { runtimeBinary, runc } = this.#options;
    let descriptor: number | null = null;
    try {
      const child = await started(() =>
        spawn(runtimeBinary, ['--bulkhead-seal', runc], { stdio: ['pipe', 'pipe', 'pipe'] }),
      );
      child.stdin.on('error', () => undefined); // it ended early: its exit status gives the reason
      const errors = text(child.stderr).catch(String);
      const ended = once(child, 'close');
      // The printed descriptor stays open until the process's stdin ends.
      const number = await Promise.race([
        once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
        ended.then(() => null),
      ]);
      try {
        if (number !== null) descriptor = openSync(`/proc/${child.pid}/fd/${number}`, 'r');
      } finally {
        child.stdin.end();
        await ended;
      }
      if (descriptor === null)
        return {
          descriptor,
          isPermanent: child.exitCode === noProgram,
          why:
            (await errors).trim() ||
            `the runtime ended with ${child.exitCode ?? child.signalCode ?? 'nothing'}`,
        };
      await smokeTest(descriptor);
      return { descriptor };
    } catch (error) {
      if (descriptor !== null) closeSync(descriptor);
      return { descriptor: null, isPermanent: false, why: String(error) };
    }
  }
}

type CopyResult =
  | { readonly descriptor: number }
  | { readonly descriptor: null; readonly isPermanent: boolean; readonly why: string };

/**
 * Rejects unless the copy runs: a wrapper in place of runc may look for files next to itself, and a memory
 * file has none.
 */
async function smokeTest(descriptor: number): Promise<void> {
  const child = await started(() =>
    spawn(`/proc/self/fd/${descriptor}`, ['--version'], {
      argv0: 'runc',
      stdio: 'ignore',
      timeout: smokeTestMs,
      killSignal: 'SIGKILL',
    }),
  );
  await once(child, 'exit');
  if (child.exitCode !== 0)
    throw new Error(
      `its copy ended with ${child.exitCode ?? child.signalCode ?? 'nothing'} when it was asked for its ` +
        'version',
    );
}

/** Changes when another program is installed at `file`; null: the file does not exist. */
function identityOf(file: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return null;
  }
}
