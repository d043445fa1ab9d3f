import type { Socket } from 'node:net';
import type { BodyStream } from './body-stream.ts';
import { descriptorOf, libcFunction } from '../libc.ts';

// A shorter way for the content of large files: from one socket's kernel buffer to another's with one buffer of ours between them. Node reads
// 64 KB at a time into new memory each time, which costs several times what the copying does.

type Transfer = (fd: number, bytes: Buffer, length: number, flags: number) => number;

const dontWait = 0x40;
const noSignal = 0x4000;
/** Received at a time: about what a sender's buffer holds. */
const partBytes = 256 * 1024;
/** Before and after what is received: for the head of a chunk, and for its end. */
const headBytes = 16, endBytes = 2;
/** Received in one go, each time but the first after the sender had its turn; not of one that sends little at a time. */
const maxRounds = 4, worthWaitingFor = 4096;
/** Moved without looking at other connections. */
const turnBytes = 4 * 1024 * 1024;

interface Calls { readonly recv: Transfer; readonly send: Transfer; readonly yieldTurn: () => number; readonly space: Buffer }
let calls: Calls | null | undefined;
/** Of what a receiver did not take at once, while Node sends it. Used again: memory outside of V8's heap makes it collect the whole heap. */
const spare: Buffer[] = [];
const maxSpare = 4;

/** One space for all connections: what is in it is gone with the next part. Null where the calls can't be had. */
function directCalls(): Calls | null {
  if (calls !== undefined) return calls;
  const recv = libcFunction<Transfer>('intptr_t recv(int fd, void *bytes, size_t length, int flags)');
  const send = libcFunction<Transfer>('intptr_t send(int fd, const void *bytes, size_t length, int flags)');
  const yieldTurn = libcFunction<() => number>('int sched_yield()');
  calls = recv === null || send === null || yieldTurn === null ? null : { recv, send, yieldTurn, space: Buffer.allocUnsafeSlow(headBytes + partBytes + endBytes) };
  return calls;
}

/** What `socket` has received, as far as Node has not read it; null: nothing now. Holds until the next call. */
export function receiveNow(socket: Socket): Buffer | null {
  const direct = directCalls();
  const fd = descriptorOf(socket);
  // What Node has read, or is told to leave, comes first.
  if (direct === null || fd === null || socket.readableLength > 0 || socket.isPaused()) return null;
  const room = direct.space.subarray(headBytes, headBytes + partBytes);
  let received = 0;
  for (let round = 0, more = room.length; round < maxRounds && more >= worthWaitingFor && received < room.length; round++) {
    // Whoever sends gets its turn, where it waits for one, to send more: waking up for each part of it, and waking the engine, costs more than the parts.
    if (received > 0) direct.yieldTurn();
    more = direct.recv(fd, room.subarray(received), room.length - received, dontWait);
    if (more > 0) received += more;
  }
  // Ends and errors are left to Node, which sees them too.
  return received > 0 ? room.subarray(0, received) : null;
}

/** Sends what `socket` takes at once; returns how much that is. */
export function sendNow(socket: Socket, bytes: Buffer): number {
  const direct = directCalls();
  const fd = descriptorOf(socket);
  if (direct === null || fd === null || !takesNow(socket)) return 0;
  return Math.max(0, direct.send(fd, bytes, bytes.length, dontWait | noSignal));
}

/** Whether nothing waits to be sent before. */
export function takesNow(socket: Socket): boolean { return socket.writable && !socket.connecting && socket.writableLength === 0; }

/**
 * Whether more should be written; false: `drain` will come. What `write` itself answers counts what it has just sent, so that a stream would
 * wait for nothing at every part.
 */
export function takesMore(socket: Socket): boolean { return socket.writableLength < socket.writableHighWaterMark; }

/** Two sides of a connection, and the body that goes from one to the other. */
export interface DirectRoad {
  readonly from: { receiveNow(): Buffer | null };
  readonly to: { readonly takesNow: boolean; sendNow(bytes: Buffer): number; write(bytes: Buffer, sent: () => void): boolean };
  readonly stream: BodyStream;
  /** Whether content is sent in chunks. */
  readonly chunked: boolean;
  /** Takes what belongs to the body, with its content in parts; returns how many bytes that is. Fewer than all: the body is over, or broken. */
  consume(bytes: Buffer, sink: (content: Buffer) => void): number;
  /** What came after the body. */
  after(bytes: Buffer): void;
}

/** Moves what is there and may pass unseen. False when the sender should wait, until the stream is hungry again. */
export function moveDirectly({ from, to, stream, chunked, consume, after }: DirectRoad): boolean {
  for (let moved = 0; moved < turnBytes && stream.passing > 0 && to.takesNow;) {
    const received = from.receiveNow();
    const space = calls?.space;
    if (received === null || space === undefined) return true;
    moved += received.length;
    let end = headBytes;
    // Parts move together over the framing between them.
    const taken = consume(received, (part) => {
      if (part.byteOffset !== end) space.copyWithin(end, part.byteOffset, part.byteOffset + part.length);
      end += part.length;
    });
    const over = taken < received.length;
    if (over) after(Buffer.from(received.subarray(taken)));
    const passes = Math.min(end - headBytes, stream.passing);
    const rest = headBytes + passes < end ? Buffer.from(space.subarray(headBytes + passes, end)) : null;
    let more = true;
    if (passes > 0) {
      const sent = chunked ? framed(space, passes) : space.subarray(headBytes, headBytes + passes);
      const gone = to.sendNow(sent);
      if (gone < sent.length) more = sendLater(to, sent.subarray(gone));
      stream.passed(passes, more);
    }
    if (rest !== null) more = stream.push(rest) && more;
    if (!more) return false;
    if (over) return true;
  }
  return true;
}

/** Has Node send a copy of `bytes`. */
function sendLater(to: DirectRoad['to'], bytes: Buffer): boolean {
  const own = spare.pop() ?? Buffer.allocUnsafeSlow(headBytes + partBytes + endBytes);
  bytes.copy(own);
  return to.write(own.subarray(0, bytes.length), () => { if (spare.length < maxSpare) spare.push(own); });
}

/** The content at its place in `space` as one chunk: written around it. */
function framed(space: Buffer, bytes: number): Buffer {
  const head = `${bytes.toString(16)}\r\n`;
  const start = headBytes - head.length;
  space.write(head, start, 'latin1');
  space.write('\r\n', headBytes + bytes, 'latin1');
  return space.subarray(start, headBytes + bytes + endBytes);
}
