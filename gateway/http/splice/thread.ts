import os from 'node:os';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { libcFunction } from '../../base/libc.ts';
import { SpliceTransfer, passageCalls, type Extent, type Outcome, type Way } from './transfer.ts';

// A thread of its own, so that what moves past our memory also moves past the event loop: a loop turn for
// each part costs more than the part. It waits in poll(2) while there are passages, and for messages while
// there are none.

/** To the thread. `before`: is sent first. */
export type Order =
  | {
      readonly kind: 'start';
      readonly id: number;
      readonly way: Way;
      readonly extent: Extent;
      readonly before: string;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  /** The process ends: everything is. */
  | { readonly kind: 'quit' };
/**
 * From the thread: it takes orders; or one ended, and its descriptors are not used any more. `outcome` null:
 * it was cancelled.
 */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly id: number; readonly outcome: Outcome | null };
/** What the thread is given: an eventfd, written to after each order. */
export interface ThreadData {
  readonly wake: number;
}

type Poll = (fds: Buffer, count: number, milliseconds: number) => number;
type Read = (fd: number, bytes: Buffer, length: number) => number;

/**
 * Below both sides, which then send and take more at a time; not so far that a busy machine starves copies.
 * Linux counts by thread.
 */
const niceness = 5;
const pollIn = 1,
  pollOut = 4;
/** struct pollfd: an int, two shorts. */
const entryBytes = 8,
  eventsAt = 4,
  answerAt = 6;
/** Looked up now and then all the same: this thread must not keep a process from ending. */
const lookUpMs = 1000;

function serve(port: MessagePort, wake: number): void {
  const poll = libcFunction<Poll>('int poll(void *fds, unsigned long count, int milliseconds)');
  const read = libcFunction<Read>('intptr_t read(int fd, void *bytes, size_t length)');
  const calls = passageCalls();
  if (poll === null || read === null || calls === null)
    throw new Error('the C library has no poll, read or splice');
  os.setPriority(niceness);
  const passages = new Map<number, SpliceTransfer>();
  const woken = Buffer.alloc(8);

  const say = (report: Report): void => {
    port.postMessage(report);
  };
  const take = (order: Order): void => {
    switch (order.kind) {
      case 'start':
        passages.set(order.id, new SpliceTransfer(calls, order.way, order.extent, order.before));
        return;
      case 'cancel':
        if (passages.delete(order.id)) say({ kind: 'ended', id: order.id, outcome: null });
        return;
      case 'quit':
        passages.clear();
    }
  };
  const step = (id: number, passage: SpliceTransfer): void => {
    const outcome = passage.move();
    if (outcome === null) return;
    passages.delete(id);
    say({ kind: 'ended', id, outcome });
  };
  /** Until no passage is left. */
  const run = (): void => {
    for (const [id, passage] of passages) step(id, passage);
    while (passages.size > 0) {
      const waiting = [...passages];
      const fds = Buffer.alloc((waiting.length + 1) * entryBytes);
      fds.writeInt32LE(wake, 0);
      fds.writeInt16LE(pollIn, eventsAt);
      for (const [i, [, passage]] of waiting.entries()) {
        fds.writeInt32LE(passage.awaited, (i + 1) * entryBytes);
        fds.writeInt16LE(passage.wants === 'readable' ? pollIn : pollOut, (i + 1) * entryBytes + eventsAt);
      }
      poll(fds, waiting.length + 1, lookUpMs);
      if (fds.readInt16LE(answerAt) !== 0) read(wake, woken, woken.length);
      // Orders first: what was cancelled moves no more.
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        take(next.message as Order); // from splicer.ts
      for (const [id, passage] of passages) {
        const at = waiting.findIndex(([one]) => one === id);
        if (at < 0 || fds.readInt16LE((at + 1) * entryBytes + answerAt) !== 0) step(id, passage);
      }
    }
  };
  port.on('message', (order: Order) => {
    take(order);
    run();
  });
  say({ kind: 'ready' });
}

// The splicer's own data.
if (parentPort !== null) serve(parentPort, (workerData as ThreadData).wake);
