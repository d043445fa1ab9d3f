import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface SealedRuncOptions {
  /** The runtime, which makes the copy: Node can't. */
  readonly runtimeBinary: string;
  readonly runc: string;
  readonly log: (line: string) => void;
}

/**
 * Keeps a copy of runc in memory that nobody can write (runtime/sealed.h). runc makes one at every start of a container otherwise, which is
 * a good part of what a start takes. Where none can be made, or of a runc that is a script, there is none, and runc is run by its path.
 */
export class SealedRunc {
  readonly #options: SealedRuncOptions;
  #copy: { readonly of: string; readonly descriptor: number | null } | null = null;
  #making: Promise<void> | null = null;
  #closed = false;

  constructor(options: SealedRuncOptions) { this.#options = options; }

  /** The copy's descriptor; null: there is none of the runc that is installed now. Then one is made for the next that asks. */
  descriptor(): number | null {
    const now = identityOf(this.#options.runc);
    if (now !== null && now === this.#copy?.of) return this.#copy.descriptor;
    void this.make();
    return null;
  }

  /** Resolves when there is a copy, or can't be one. */
  async make(): Promise<void> {
    this.#making ??= this.#make().finally(() => { this.#making = null; });
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
    const { runtimeBinary, runc, log } = this.#options;
    const of = identityOf(runc);
    if (of === null) return;
    const child = spawn(runtimeBinary, ['--bulkhead-seal', runc], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').catch((error: unknown) => { errors += String(error); });
    const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)), ended.then(() => null)]);
    let descriptor: number | null = null;
    try {
      if (line !== null) descriptor = openSync(`/proc/${child.pid}/fd/${line}`, 'r');
    } catch (error) {
      errors += String(error);
    }
    child.stdin.end();
    await ended;
    // Replaced meanwhile, it may be half of each.
    const isSame = identityOf(runc) === of;
    if (this.#closed || !isSame) {
      if (descriptor !== null) closeSync(descriptor);
      return;
    }
    if (descriptor === null) log(`runc is not kept in memory, so starts of containers take longer: ${errors.trim()}`);
    this.#forget();
    this.#copy = { of, descriptor };
  }
}

/** What changes when another program is installed at `file`; null: there is none. */
function identityOf(file: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return null;
  }
}
