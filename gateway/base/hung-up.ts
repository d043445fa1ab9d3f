import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from './libc.ts';

type Poll = (fds: Buffer, count: number, timeout: number) => number;

const pollIn = 0x001;
const pollError = 0x008;
const pollHangUp = 0x010;
let poll: Poll | null | undefined;

/**
 * Whether the other end of a unix socket is closed, not only its sending half: nobody will read an answer.
 * Seen also while what the other end sent before is not read yet. False where it can't be told.
 */
export function hungUp(socket: Socket): boolean {
  return (polled(socket, 0) & (pollError | pollHangUp)) !== 0;
}

/** Whether the other end has sent something that is not read yet. False where it can't be told. */
export function hasUnread(socket: Socket): boolean {
  return (polled(socket, pollIn) & pollIn) !== 0;
}

/** What the kernel says of a socket, of `events` and of errors. */
function polled(socket: Socket, events: number): number {
  poll ??= libcFunction<Poll>('int poll(void *fds, unsigned long nfds, int timeout)');
  const fd = descriptorOf(socket);
  if (poll === null || fd === null) return 0;
  const asked = Buffer.alloc(8);
  asked.writeInt32LE(fd);
  asked.writeInt16LE(events, 4);
  return poll(asked, 1, 0) > 0 ? asked.readInt16LE(6) : 0;
}
