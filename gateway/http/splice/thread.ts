import os from 'node:os';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { libcFunction } from '../../base/libc.ts';
import {
  SpliceTransfer,
  type TransferExtent,
  type TransferOutcome,
  type TransferDescriptors,
} from './transfer.ts';
import { loadSpliceSyscalls } from './splice-syscalls.ts';

// A thread of its own, so that bytes that bypass user space also bypass the event loop: a loop turn for each
// part costs more than the part. It waits in poll(2) while there are transfers, and for messages while there
// are none.

/** Commands to the thread. `before`: text to send first. */
export type ThreadCommand =
  | {
      readonly kind: 'start';
      readonly id: number;
      readonly descriptors: TransferDescriptors;
      readonly extent: TransferExtent;
      readonly before: string;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  /** The process exits: cancels everything. */
  | { readonly kind: 'quit' };
/**
 * From the thread. `ready`: it accepts commands. `ended`: a transfer has ended, and its descriptors are not
 * used any more; `outcome` null: it was cancelled.
 */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly id: number; readonly outcome: TransferOutcome | null };
/** The thread's worker data: an eventfd, written to after each command. */
export interface ThreadData {
  readonly wake: number;
}

type PollFunction = (fds: Buffer, count: number, milliseconds: number) => number;
type ReadFunction = (fd: number, bytes: Buffer, length: number) => number;

/**
 * Lower priority than both sides, which then send and receive more at a time; not so low that a busy machine
 * starves copies. Linux has a nice value per thread.
 */
const niceness = 5;
const pollIn = 1,
  pollOut = 4;
/** struct pollfd: an int, two shorts. */
const entryBytes = 8,
  eventsOffset = 4,
  reventsOffset = 6;
/** Timeout of poll(2), ms: this thread must not keep the process from exiting. */
const pollTimeoutMs = 1000;

function serve(port: MessagePort, wake: number): void {
  const poll = libcFunction<PollFunction>('int poll(void *fds, unsigned long count, int milliseconds)');
  const read = libcFunction<ReadFunction>('intptr_t read(int fd, void *bytes, size_t length)');
  const syscalls = loadSpliceSyscalls();
  if (poll === null || read === null || syscalls === null)
    throw new Error('the C library has no poll, read or splice');
  os.setPriority(niceness);
  const transfers = new Map<number, SpliceTransfer>();
  const wakeBuffer = Buffer.alloc(8);

  const post = (message: ThreadMessage): void => {
    port.postMessage(message);
  };
  const execute = (command: ThreadCommand): void => {
    switch (command.kind) {
      case 'start':
        transfers.set(
          command.id,
          new SpliceTransfer(syscalls, command.descriptors, command.extent, command.before),
        );
        return;
      case 'cancel':
        if (transfers.delete(command.id)) post({ kind: 'ended', id: command.id, outcome: null });
        return;
      case 'quit':
        transfers.clear();
    }
  };
  const step = (id: number, transfer: SpliceTransfer): void => {
    const outcome = transfer.move();
    if (outcome === null) return;
    transfers.delete(id);
    post({ kind: 'ended', id, outcome });
  };
  /** Until no transfer is left. */
  const run = (): void => {
    for (const [id, transfer] of transfers) step(id, transfer);
    while (transfers.size > 0) {
      const polled = [...transfers];
      const fds = Buffer.alloc((polled.length + 1) * entryBytes);
      fds.writeInt32LE(wake, 0);
      fds.writeInt16LE(pollIn, eventsOffset);
      for (const [i, [, transfer]] of polled.entries()) {
        fds.writeInt32LE(transfer.awaitedDescriptor, (i + 1) * entryBytes);
        fds.writeInt16LE(
          transfer.awaitedReadiness === 'readable' ? pollIn : pollOut,
          (i + 1) * entryBytes + eventsOffset,
        );
      }
      poll(fds, polled.length + 1, pollTimeoutMs);
      if (fds.readInt16LE(reventsOffset) !== 0) read(wake, wakeBuffer, wakeBuffer.length);
      // Commands first: a cancelled transfer moves no more.
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        execute(next.message as ThreadCommand); // from splicer.ts
      for (const [id, transfer] of transfers) {
        const at = polled.findIndex(([one]) => one === id);
        if (at < 0 || fds.readInt16LE((at + 1) * entryBytes + reventsOffset) !== 0) step(id, transfer);
      }
    }
  };
  port.on('message', (command: ThreadCommand) => {
    execute(command);
    run();
  });
  post({ kind: 'ready' });
}

// The splicer's own data.
if (parentPort !== null) serve(parentPort, (workerData as ThreadData).wake);
