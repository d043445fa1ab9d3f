import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { libcFunction } from '../../libc.ts';
import { Passage, type Extent, type Outcome } from './passage.ts';

// A thread of its own, so that what moves past our memory also moves past the event loop: a loop turn for each part costs more than the
// part. It waits in poll(2) while there are passages, and for messages while there are none.

/** To the thread. */
export type Order =
  | { readonly kind: 'start'; readonly id: number; readonly from: number; readonly to: number; readonly extent: Extent; readonly before: string }
  | { readonly kind: 'cancel'; readonly id: number }
  /** The process ends: everything is. */
  | { readonly kind: 'quit' };
/** From the thread: it takes orders; or how a passage ended. Its descriptors are closed, whatever became of it. `outcome` null: it could not be made, nothing was moved. */
export type Report = { readonly kind: 'ready' } | { readonly kind: 'ended'; readonly id: number; readonly outcome: Outcome | null };
/** What the thread is given: an eventfd, written to after each order. */
export interface ThreadData { readonly wake: number }

type Poll = (fds: Buffer, count: bigint, milliseconds: number) => number;
type Read = (fd: number, bytes: Buffer, length: number) => number;

const pollIn = 1, pollOut = 4;
/** struct pollfd: an int, two shorts. */
const entryBytes = 8, eventsAt = 4, answerAt = 6;
/** Looked up now and then all the same: this thread must not keep a process from ending. */
const lookUpMs = 1000;

function serve(port: MessagePort, wake: number): void {
  const poll = libcFunction<Poll>('int poll(void *fds, unsigned long count, int milliseconds)');
  const read = libcFunction<Read>('intptr_t read(int fd, void *bytes, size_t length)');
  const close = libcFunction<(fd: number) => number>('int close(int fd)');
  const passages = new Map<number, Passage>();
  const woken = Buffer.alloc(8);

  const say = (report: Report): void => { port.postMessage(report); };
  const take = (order: Order): void => {
    switch (order.kind) {
      case 'start': {
        const passage = poll === null ? null : Passage.open(order.from, order.to, order.extent, order.before);
        if (passage !== null) { passages.set(order.id, passage); return; }
        close?.(order.from);
        close?.(order.to);
        say({ kind: 'ended', id: order.id, outcome: null });
        return;
      }
      case 'cancel':
        passages.get(order.id)?.close();
        passages.delete(order.id);
        return;
      case 'quit':
        for (const passage of passages.values()) passage.close();
        passages.clear();
    }
  };

  /** Until no passage is left. */
  const run = (): void => {
    for (const [id, passage] of passages) step(id, passage);
    while (poll !== null && passages.size > 0) {
      const waiting = [...passages];
      const fds = Buffer.alloc((waiting.length + 1) * entryBytes);
      fds.writeInt32LE(wake, 0);
      fds.writeInt16LE(pollIn, eventsAt);
      for (const [i, [, passage]] of waiting.entries()) {
        fds.writeInt32LE(passage.awaited, (i + 1) * entryBytes);
        fds.writeInt16LE(passage.wants === 'readable' ? pollIn : pollOut, (i + 1) * entryBytes + eventsAt);
      }
      poll(fds, BigInt(waiting.length + 1), lookUpMs);
      if (fds.readInt16LE(answerAt) !== 0) read?.(wake, woken, woken.length);
      // Orders first: what was cancelled moves no more.
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) take(next.message as Order); // from splicer.ts
      for (const [i, [id, passage]] of waiting.entries()) {
        if (fds.readInt16LE((i + 1) * entryBytes + answerAt) !== 0 && passages.get(id) === passage) step(id, passage);
      }
    }
  };
  const step = (id: number, passage: Passage): void => {
    const outcome = passage.move();
    if (outcome === null) return;
    passages.delete(id);
    // Before it is told: a side that is closed then is closed for good.
    passage.close();
    say({ kind: 'ended', id, outcome });
  };
  port.on('message', (order: Order) => {
    take(order);
    run();
  });
  say({ kind: 'ready' });
}

// The splicer's own data.
if (parentPort !== null) serve(parentPort, (workerData as ThreadData).wake);
