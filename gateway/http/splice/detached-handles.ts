import type { Socket } from 'node:net';
import { descriptorOf } from '../../base/libc.ts';
import { isWriteIdle } from '../message/socket-flow.ts';

/** A socket's reading, given away: Node leaves alone what comes. */
export interface DetachedReadHandle {
  readonly fd: number;
  reattach(): void;
}

/** A socket's writing, given away while nothing waited to be sent. */
export interface DetachedWriteHandle {
  readonly fd: number;
  write(bytes: Buffer): void;
  /** It broke while it was given away. */
  failed(error: Error): void;
}

/**
 * What Node has no public way to: whether it reads, and that it should not, at once (`pause` lets one more
 * read happen). There since 0.x. `reading` is what Node believes, and is left alone: it would start again by
 * itself.
 */
interface Handle {
  readonly reading: boolean;
  readStart(): number;
  readStop(): number;
}

function handleOf(socket: Socket): Handle | null {
  // Looked at before it is used.
  const handle = (socket as unknown as { _handle?: Partial<Handle> | null })._handle;
  return typeof handle?.reading === 'boolean' &&
    typeof handle.readStart === 'function' &&
    typeof handle.readStop === 'function'
    ? (handle as Handle)
    : null;
}

/** Null where Node has read ahead, or reading is paused. */
export function detachReading(socket: Socket): DetachedReadHandle | null {
  const fd = descriptorOf(socket);
  const handle = handleOf(socket);
  if (
    fd === null ||
    handle === null ||
    !handle.reading ||
    socket.readableLength > 0 ||
    socket.isPaused() ||
    socket.readableEnded
  )
    return null;
  handle.readStop();
  return {
    fd,
    reattach: () => {
      // None: it was closed meanwhile.
      if (handleOf(socket) === handle) handle.readStart();
    },
  };
}

/**
 * Detaches the writing side; null where something waits to be sent. After a failed write the socket is still
 * read for `drainTimeoutMs`, for the peer's last response, and then destroyed; usually it ends before.
 */
export function detachWriting(socket: Socket, drainTimeoutMs: number): DetachedWriteHandle | null {
  const fd = descriptorOf(socket);
  if (fd === null || !isWriteIdle(socket)) return null;
  return {
    fd,
    write: (bytes) => {
      socket.write(bytes);
    },
    failed: (error) => {
      if (drainTimeoutMs === 0) {
        socket.destroy(error);
        return;
      }
      const timer = setTimeout(() => {
        socket.destroy(error);
      }, drainTimeoutMs);
      socket.once('close', () => {
        clearTimeout(timer);
      });
    },
  };
}
