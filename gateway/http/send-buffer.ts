import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from '../base/libc.ts';

type SetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: number) => number;

const solSocket = 1;
const soSendBuffer = 7;
const soSendBufferForce = 32;
/**
 * Size of the kernel's send buffer for a stream: many parts, so that it need not wait for its receiver at
 * each of them.
 */
const sendBufferBytes = 2 * 1024 * 1024;
/** A connection with more written bytes is a stream. */
const streamBytes = 1024 * 1024;
let setsockopt: SetSockOpt | null | undefined;

/**
 * Enlarges the send buffer of a connected unix socket once it turns out to carry a stream; without effect
 * where that is not possible.
 */
export class SendBuffer {
  #written = 0;

  /** Counts a write; `Infinity` marks a known stream. */
  count(socket: Socket, length: number): void {
    if (this.#written > streamBytes) return;
    this.#written += length;
    if (this.#written > streamBytes) enlarge(socket);
  }
}

function enlarge(socket: Socket): void {
  setsockopt ??= libcFunction<SetSockOpt>(
    'int setsockopt(int fd, int level, int optname, const void *optval, int optlen)',
  );
  const fd = descriptorOf(socket);
  if (setsockopt === null || fd === null) return;
  const value = Buffer.alloc(4);
  value.writeInt32LE(sendBufferBytes);
  // Root may exceed the machine's limit; others get as much as it allows.
  if (setsockopt(fd, solSocket, soSendBufferForce, value, 4) !== 0)
    setsockopt(fd, solSocket, soSendBuffer, value, 4);
}
