import type { Socket } from 'node:net';
import { descriptorOf } from '../../base/libc.ts';
import { isWriteIdle } from '../message/socket-flow.ts';
import { internalHandle } from '../../../shared/process/internal-handle.ts';

/** A socket's reading side, detached from Node, which reads nothing meanwhile. */
export interface DetachedReadHandle {
  readonly fd: number;
  reattach(): void;
}

/** A socket's writing side, detached while its write buffer was empty. */
export interface DetachedWriteHandle {
  readonly fd: number;
  write(bytes: Buffer): void;
  /** Writing failed while it was detached. */
  failed(error: Error): void;
}

/**
 * Node's internal handle, since there is no public way to stop reading at once (`pause` allows one more
 * read). Exists since 0.x. `reading` is Node's own state and is not changed: Node would start to read again
 * by itself.
 */
interface Handle {
  readonly reading: boolean;
  readStart(): number;
  readStop(): number;
}

function isReadable(handle: object): handle is Handle {
  return (
    'reading' in handle &&
    typeof handle.reading === 'boolean' &&
    'readStart' in handle &&
    typeof handle.readStart === 'function' &&
    'readStop' in handle &&
    typeof handle.readStop === 'function'
  );
}

function handleOf(socket: Socket): Handle | null {
  const handle = internalHandle(socket);
  return handle !== null && isReadable(handle) ? handle : null;
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
      // Otherwise it was closed meanwhile.
      if (handleOf(socket) === handle) handle.readStart();
    },
  };
}

/**
 * Detaches the writing side; null while the write buffer is not empty. After a failed write the socket is
 * still read for `drainTimeoutMs`, for the peer's last response, and then destroyed; usually it ends before.
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
