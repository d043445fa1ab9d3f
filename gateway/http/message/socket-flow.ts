import type { Socket } from 'node:net';

/** Whether nothing waits to be sent before. */
export function isWriteIdle(socket: Socket): boolean {
  return socket.writable && !socket.connecting && socket.writableLength === 0;
}

/**
 * Whether more should be written; false: `drain` will come. What `write` itself answers counts what it has
 * just sent, so that a stream would wait for nothing at every part.
 */
export function canWriteMore(socket: Socket): boolean {
  return socket.writableLength < socket.writableHighWaterMark;
}
