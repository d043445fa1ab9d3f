import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { libcFunction } from '../../libc.ts';
import type { Extent, Outcome } from './passage.ts';
import type { Order, Report, ThreadData } from './thread.ts';

interface Calls {
  readonly duplicate: (fd: number, command: number, type: 'int', least: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
}

/** At a time; whoever comes later goes through our memory. */
const maxPassages = 64;
const duplicateCloseOnExec = 1030;
const nonBlocking = 0x800, closeOnExec = 0x80000;
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
/** errno of a connection that broke: for what a thread that failed took with it. */
const connectionReset = 104;

/** A passage under way. */
export interface Underway {
  /** Nothing more is moved soon after, and nothing is told. */
  cancel(): void;
}

interface Waiting { readonly fds: readonly number[]; readonly done: (outcome: Outcome | null) => void }

/** Moves bytes between sockets in a thread of its own, which is started for the first of them and stays. */
export class Splicer {
  readonly #calls: Calls;
  readonly #wake: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #thread: Worker;
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  #lastId = 0;

  constructor(calls: Calls, wake: number) {
    this.#calls = calls;
    this.#wake = wake;
    // Beside this module, bundled or not. It needs next to no memory of its own.
    const own = fileURLToPath(import.meta.url);
    this.#thread = new Worker(path.join(path.dirname(own), own.endsWith('.ts') ? 'thread.ts' : `splice-thread${path.extname(own)}`), {
      workerData: { wake } satisfies ThreadData, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    this.#thread.on('message', (report: Report) => {
      if (report.kind === 'ready') this.#state = 'ready';
      else this.#ended(report.id, report.outcome);
    });
    this.#thread.once('error', () => { this.#gone(); }).once('exit', () => { this.#gone(); });
    // After the listeners, which hold it. What is under way is held by its sockets.
    this.#thread.unref();
    // The process's end waits for a thread that is in poll(2).
    process.once('exit', () => { this.#order({ kind: 'quit' }); });
  }

  /** Whether a passage can start now. */
  get ready(): boolean { return this.#state === 'ready' && this.#waiting.size < maxPassages; }

  /**
   * Starts one between two sockets' descriptors; `before` goes first. Null: not possible now. `done` is told how it ended; null: it could not
   * begin, nothing was moved.
   */
  start(from: number, to: number, extent: Extent, before: string, done: (outcome: Outcome | null) => void): Underway | null {
    if (!this.ready) return null;
    // Of its own, so that a socket that is closed here does not become another one there.
    const fds = [this.#duplicate(from), this.#duplicate(to)] as const;
    if (fds[0] < 0 || fds[1] < 0) {
      for (const fd of fds) if (fd >= 0) this.#calls.close(fd);
      return null;
    }
    const id = ++this.#lastId;
    this.#waiting.set(id, { fds, done });
    this.#order({ kind: 'start', id, from: fds[0], to: fds[1], extent, before });
    return {
      cancel: () => {
        if (!this.#waiting.delete(id)) return;
        this.#order({ kind: 'cancel', id });
      },
    };
  }

  #duplicate(fd: number): number { return this.#calls.duplicate(fd, duplicateCloseOnExec, 'int', 0); }

  #order(order: Order): void {
    this.#thread.postMessage(order);
    this.#calls.write(this.#wake, one, one.length);
  }

  #ended(id: number, outcome: Outcome | null): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.done(outcome);
  }

  /** What was under way is in an unknown state: its connections are broken. */
  #gone(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    for (const { fds, done } of this.#waiting.values()) {
      for (const fd of fds) this.#calls.close(fd);
      done({ ended: 'receiver', content: 0, inChunk: false, errno: connectionReset });
    }
    this.#waiting.clear();
  }
}

let splicer: Splicer | null | undefined;

/** The process's one; started at the first call. Null where it can't be had (another system, no koffi). */
export function theSplicer(): Splicer | null {
  if (splicer !== undefined) return splicer;
  const duplicate = libcFunction<Calls['duplicate']>('int fcntl(int fd, int command, ...)');
  const eventfd = libcFunction<Calls['eventfd']>('int eventfd(unsigned int initial, int flags)');
  const write = libcFunction<Calls['write']>('intptr_t write(int fd, const void *bytes, size_t length)');
  const close = libcFunction<Calls['close']>('int close(int fd)');
  if (duplicate === null || eventfd === null || write === null || close === null) return splicer = null;
  const wake = eventfd(0, nonBlocking | closeOnExec);
  return splicer = wake < 0 ? null : new Splicer({ duplicate, eventfd, write, close }, wake);
}
