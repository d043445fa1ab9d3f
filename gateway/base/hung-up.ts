import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from './libc.ts';

type Poll = (fds: Buffer, count: number, timeout: number) => number;

const pollIn = 0x001;
const pollError = 0x008;
const pollHangUp = 0x010;
let poll: Poll | null | undefined;

/**
 * Whether the other end of a unix socket is closed, not only its sending half.
 * Detected also while received bytes are still unread. False where unknown.
 */
export function isHungUp(socket: Socket): boolean {
  return (pollEvents(socket, 0) & (pollError | pollHangUp)) !== 0;
}

/** Whether the other end has sent something that is not read yet. False where it is unknown. */
export function hasUnread(socket: Socket): boolean {
  return (pollEvents(socket, pollIn) & pollIn) !== 0;
}

/** The result of poll(2) for a socket: `events` and errors. */
function pollEvents(socket: Socket, events: number): number {
  poll ??= libcFunction<Poll>('int poll(void *fds, unsigned long nfds, int timeout)');
  const fd = descriptorOf(socket);
  if (poll === null || fd === null) return 0;
  const pollfd = Buffer.alloc(8);
  pollfd.writeInt32LE(fd);
  pollfd.writeInt16LE(events, 4);
  return poll(pollfd, 1, 0) > 0 ? pollfd.readInt16LE(6) : 0;
}
