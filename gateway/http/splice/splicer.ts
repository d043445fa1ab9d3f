import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { libcFunction } from '../../base/libc.ts';
import type { TransferExtent, TransferOutcome, TransferDescriptors } from './transfer.ts';
import type { ThreadCommand, ThreadMessage, ThreadData } from './thread.ts';

interface Syscalls {
  readonly fcntl: (fd: number, command: number, type: 'int', value: number) => number;
  readonly pipe2: (fds: Int32Array, flags: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
}

/** Concurrent transfers; further ones are copied through user space. */
const maxTransfers = 64;
const duplicateCloseOnExec = 1030,
  setPipeSize = 1031;
const nonBlocking = 0x800,
  closeOnExec = 0x80000;
const pipeBytes = 1024 * 1024;
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
/** ECONNRESET: for transfers of a thread that has failed. */
const connectionReset = 104;

const own = fileURLToPath(import.meta.url);
/** The thread's program: beside this module, bundled or not. */
const threadFile = path.join(
  path.dirname(own),
  own.endsWith('.ts') ? 'thread.ts' : `splice-thread${path.extname(own)}`,
);
/** Its text, where it was loaded. */
let threadText: string | null = null;

/**
 * Loads the thread's program, for a process that may still run when an upgrade replaces the file. The thread
 * itself starts at its first use: it takes 11 MB, and most gateways never use it.
 */
export function loadThread(): void {
  // In the sources it is a module, which a text cannot be.
  if (!threadFile.endsWith('.cjs')) return;
  try {
    threadText = readFileSync(threadFile, 'utf8');
  } catch {
    // Without a thread, copies of large files only take longer.
  }
}

function startThread(data: ThreadData): Worker {
  const options = {
    workerData: data,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  };
  if (threadText === null) return new Worker(threadFile, options);
  // It looks up its native module from its file's name, which a text does not have.
  const script = `((__filename) => {${threadText}\n})(${JSON.stringify(threadFile)})`;
  return new Worker(script, { ...options, eval: true });
}

/** A running transfer. */
export interface RunningTransfer {
  /** Stops the transfer without calling `done`. */
  cancel(): void;
}

/**
 * `done` null: cancelled. The descriptors are closed once the thread has reported that it uses them no
 * more.
 */
interface PendingTransfer {
  readonly descriptors: TransferDescriptors;
  done: ((outcome: TransferOutcome) => void) | null;
}

/** Moves bytes between sockets in a worker thread, which runs for as long as the process. */
export class Splicer {
  readonly #syscalls: Syscalls;
  readonly #wake: number;
  readonly #pending = new Map<number, PendingTransfer>();
  readonly #thread: Worker;
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  #lastId = 0;

  /** Throws where no thread can be started. */
  constructor(calls: Syscalls, wake: number) {
    this.#syscalls = calls;
    this.#wake = wake;
    this.#thread = startThread({ wake });
    this.#thread.on('message', (report: ThreadMessage) => {
      if (report.kind === 'ready') this.#state = 'ready';
      else this.#ended(report.id, report.outcome);
    });
    this.#thread.once('error', (error: unknown) => {
      this.#state = 'gone';
      process.emitWarning(
        'copies of large files take longer from now on: ' +
          `${error instanceof Error ? error.message : String(error)}`,
      );
    });
    // Its earlier messages have been handled by then.
    this.#thread.once('exit', () => {
      this.#threadExited();
    });
    // After the listeners, which would ref it. Running transfers are kept alive by their sockets.
    this.#thread.unref();
    // The process's exit waits for a thread that is in poll(2).
    process.once('exit', () => {
      this.#sendCommand({ kind: 'quit' });
    });
  }

  /** Whether a transfer can start now. */
  get ready(): boolean {
    return this.#state === 'ready' && this.#pending.size < maxTransfers;
  }

  /**
   * Starts one between two sockets' descriptors; `before` goes first. Null: not possible now. `done` gets
   * the outcome.
   */
  start(
    from: number,
    to: number,
    extent: TransferExtent,
    before: string,
    done: (outcome: TransferOutcome) => void,
  ): RunningTransfer | null {
    if (!this.ready) return null;
    const descriptors = this.#duplicate(from, to);
    if (descriptors === null) return null;
    const id = ++this.#lastId;
    const pending: PendingTransfer = { descriptors: descriptors, done };
    this.#pending.set(id, pending);
    this.#sendCommand({ kind: 'start', id, descriptors: descriptors, extent, before });
    return {
      cancel: () => {
        if (pending.done === null) return;
        pending.done = null;
        this.#sendCommand({ kind: 'cancel', id });
      },
    };
  }

  /**
   * Duplicates the descriptors, so that closing a socket here can't make the thread use another one of the
   * same number.
   */
  #duplicate(from: number, to: number): TransferDescriptors | null {
    const { fcntl, pipe2 } = this.#syscalls;
    const pipe = new Int32Array([-1, -1]);
    pipe2(pipe, nonBlocking | closeOnExec);
    const [pipeOut = -1, pipeIn = -1] = pipe;
    const descriptors = {
      from: fcntl(from, duplicateCloseOnExec, 'int', 0),
      to: fcntl(to, duplicateCloseOnExec, 'int', 0),
      pipeOut,
      pipeIn,
    };
    if (Object.values(descriptors).some((fd) => fd < 0)) {
      this.#close(descriptors);
      return null;
    }
    // Without a larger pipe it takes more turns.
    fcntl(pipeIn, setPipeSize, 'int', pipeBytes);
    return descriptors;
  }

  #close(descriptors: TransferDescriptors): void {
    for (const fd of Object.values(descriptors) as number[]) if (fd >= 0) this.#syscalls.close(fd);
  } // TransferDescriptors has only numbers

  #sendCommand(command: ThreadCommand): void {
    this.#thread.postMessage(command);
    this.#syscalls.write(this.#wake, one, one.length);
  }

  #ended(id: number, outcome: TransferOutcome | null): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#close(pending.descriptors);
    const { done } = pending;
    pending.done = null;
    if (outcome !== null) done?.(outcome);
  }

  /** Running transfers are in an unknown state: their connections are closed. */
  #threadExited(): void {
    this.#state = 'gone';
    for (const id of [...this.#pending.keys()])
      this.#ended(id, { ended: 'broken', side: 'receiver', errno: connectionReset });
  }
}

let splicer: Splicer | null | undefined;

/**
 * The splicer of the process; started at the first call. Null where it is unavailable (another system, no
 * koffi, no thread).
 */
export function getSplicer(): Splicer | null {
  if (splicer !== undefined) return splicer;
  splicer = null;
  const fcntl = libcFunction<Syscalls['fcntl']>('int fcntl(int fd, int command, ...)');
  const pipe2 = libcFunction<Syscalls['pipe2']>('int pipe2(_Out_ int *fds, int flags)');
  const eventfd = libcFunction<Syscalls['eventfd']>('int eventfd(unsigned int initial, int flags)');
  const write = libcFunction<Syscalls['write']>('intptr_t write(int fd, const void *bytes, size_t length)');
  const close = libcFunction<Syscalls['close']>('int close(int fd)');
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
