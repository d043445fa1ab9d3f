import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from '../base/libc.ts';
import { internalHandle } from '../../shared/process/internal-handle.ts';

type Ioctl = (fd: number, request: number, value: Buffer) => number;

/** SIOCOUTQ: bytes that the other end of a unix socket has not read yet. */
const siocOutQ = 0x5411;
let ioctl: Ioctl | null | undefined;

/**
 * How much of what was written to a unix socket its other end has not read yet, roughly: in Node, and in the
 * kernel. It changes whenever the other end has read something, so two calls tell whether it did.
 */
export function unreadBytes(socket: Socket): number {
  return socket.writableLength + libuvQueuedBytes(socket) + kernelQueuedBytes(socket);
}

/**
 * During a write, `writableLength` counts all of it until its end. Node's own socket timeout uses this value.
 */
function libuvQueuedBytes(socket: Socket): number {
  const handle = internalHandle(socket);
  const size = handle !== null && 'writeQueueSize' in handle ? handle.writeQueueSize : 0;
  return typeof size === 'number' ? size : 0;
}

function kernelQueuedBytes(socket: Socket): number {
  ioctl ??= libcFunction<Ioctl>('int ioctl(int fd, unsigned long request, void *value)');
  const fd = descriptorOf(socket);
  if (ioctl === null || fd === null) return 0;
  const value = Buffer.alloc(4);
  return ioctl(fd, siocOutQ, value) === 0 ? value.readInt32LE() : 0;
}
