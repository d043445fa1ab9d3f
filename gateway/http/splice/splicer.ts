import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { libcFunction } from '../../base/libc.ts';
import type { Extent, Outcome, Way } from './transfer.ts';
import type { Order, Report, ThreadData } from './thread.ts';

interface Calls {
  readonly fcntl: (fd: number, command: number, type: 'int', value: number) => number;
  readonly pipe2: (fds: Int32Array, flags: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
}

/** At a time; whoever comes later goes through our memory. */
const maxPassages = 64;
const duplicateCloseOnExec = 1030,
  setPipeSize = 1031;
const nonBlocking = 0x800,
  closeOnExec = 0x80000;
const pipeBytes = 1024 * 1024;
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
/** errno of a connection that broke: for what a thread that failed took with it. */
const connectionReset = 104;

/** A passage under way. */
export interface Underway {
  /** Nothing more is moved soon after, and nothing is told. */
  cancel(): void;
}

/**
 * `done` null: nobody wants to know. The descriptors are closed once the thread has said that it uses them no
 * more.
 */
interface Waiting {
  readonly way: Way;
  done: ((outcome: Outcome) => void) | null;
}

/** Moves bytes between sockets in a thread of its own, which is started for the first of them and stays. */
export class Splicer {
  readonly #calls: Calls;
  readonly #wake: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #thread: Worker;
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  #lastId = 0;

  /** Throws where no thread can be had. */
  constructor(calls: Calls, wake: number) {
    this.#calls = calls;
    this.#wake = wake;
    // Beside this module, bundled or not. It needs next to no memory of its own.
    const own = fileURLToPath(import.meta.url);
    this.#thread = new Worker(
      path.join(path.dirname(own), own.endsWith('.ts') ? 'thread.ts' : `splice-thread${path.extname(own)}`),
      {
        workerData: { wake } satisfies ThreadData,
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
      },
    );
    this.#thread.on('message', (report: Report) => {
      if (report.kind === 'ready') this.#state = 'ready';
      else this.#ended(report.id, report.outcome);
    });
    this.#thread.once('error', (error: unknown) => {
      this.#state = 'gone';
      process.emitWarning(
        `copies of large files take longer from now on: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    // What it said before has been heard by then.
    this.#thread.once('exit', () => {
      this.#gone();
    });
    // After the listeners, which hold it. What is under way is held by its sockets.
    this.#thread.unref();
    // The process's end waits for a thread that is in poll(2).
    process.once('exit', () => {
      this.#order({ kind: 'quit' });
    });
  }

  /** Whether a passage can start now. */
  get ready(): boolean {
    return this.#state === 'ready' && this.#waiting.size < maxPassages;
  }

  /**
   * Starts one between two sockets' descriptors; `before` goes first. Null: not possible now. `done` is told
   * how it ended.
   */
  start(
    from: number,
    to: number,
    extent: Extent,
    before: string,
    done: (outcome: Outcome) => void,
  ): Underway | null {
    if (!this.ready) return null;
    const way = this.#way(from, to);
    if (way === null) return null;
    const id = ++this.#lastId;
    const waiting: Waiting = { way, done };
    this.#waiting.set(id, waiting);
    this.#order({ kind: 'start', id, way, extent, before });
    return {
      cancel: () => {
        if (waiting.done === null) return;
        waiting.done = null;
        this.#order({ kind: 'cancel', id });
      },
    };
  }

  /** Descriptors of their own, so that a socket that is closed here does not become another one there. */
  #way(from: number, to: number): Way | null {
    const { fcntl, pipe2 } = this.#calls;
    const pipe = new Int32Array([-1, -1]);
    pipe2(pipe, nonBlocking | closeOnExec);
    const [pipeOut = -1, pipeIn = -1] = pipe;
    const way = {
      from: fcntl(from, duplicateCloseOnExec, 'int', 0),
      to: fcntl(to, duplicateCloseOnExec, 'int', 0),
      pipeOut,
      pipeIn,
    };
    if (Object.values(way).some((fd) => fd < 0)) {
      this.#close(way);
      return null;
    }
    // Without more it takes more turns.
    fcntl(pipeIn, setPipeSize, 'int', pipeBytes);
    return way;
  }

  #close(way: Way): void {
    for (const fd of Object.values(way) as number[]) if (fd >= 0) this.#calls.close(fd);
  } // a Way has nothing else

  #order(order: Order): void {
    this.#thread.postMessage(order);
    this.#calls.write(this.#wake, one, one.length);
  }

  #ended(id: number, outcome: Outcome | null): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#close(waiting.way);
    const { done } = waiting;
    waiting.done = null;
    if (outcome !== null) done?.(outcome);
  }

  /** What was under way is in an unknown state: its connections are broken. */
  #gone(): void {
    this.#state = 'gone';
    for (const id of [...this.#waiting.keys()])
      this.#ended(id, { ended: 'broken', side: 'receiver', errno: connectionReset });
  }
}

let splicer: Splicer | null | undefined;

/**
 * The process's one; started at the first call. Null where it can't be had (another system, no koffi, no
 * thread).
 */
export function theSplicer(): Splicer | null {
  if (splicer !== undefined) return splicer;
  splicer = null;
  const fcntl = libcFunction<Calls['fcntl']>('int fcntl(int fd, int command, ...)');
  const pipe2 = libcFunction<Calls['pipe2']>('int pipe2(_Out_ int *fds, int flags)');
  const eventfd = libcFunction<Calls['eventfd']>('int eventfd(unsigned int initial, int flags)');
  const write = libcFunction<Calls['write']>('intptr_t write(int fd, const void *bytes, size_t length)');
  const close = libcFunction<Calls['close']>('int close(int fd)');
  if (fcntl === null || pipe2 === null || eventfd === null || write === null || close === null) return null;
  const wake = eventfd(0, nonBlocking | closeOnExec);
  if (wake < 0) return null;
  try {
    splicer = new Splicer({ fcntl, pipe2, eventfd, write, close }, wake);
  } catch {
    close(wake);
  }
  return splicer;
}
