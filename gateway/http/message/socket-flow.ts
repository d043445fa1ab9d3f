import type { Socket } from 'node:net';

/** Whether the write buffer is empty. */
export function isWriteIdle(socket: Socket): boolean {
  return socket.writable && !socket.connecting && socket.writableLength === 0;
}

/**
 * Whether more should be written; false: `drain` follows. The result of `write` counts the bytes just sent as
 * buffered, so that a stream would pause after every part.
 */
export function canWriteMore(socket: Socket): boolean {
  return socket.writableLength < socket.writableHighWaterMark;
}
