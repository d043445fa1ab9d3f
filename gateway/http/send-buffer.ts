import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from '../base/libc.ts';

type SetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: number) => number;

const solSocket = 1;
const soSendBuffer = 7;
const soSendBufferForce = 32;
/**
 * What the kernel may hold of what was written: many parts, so that a stream need not wait for its receiver
 * at each of them.
 */
const bytes = 2 * 1024 * 1024;
/** More than this makes a stream. */
const streamBytes = 1024 * 1024;
let setsockopt: SetSockOpt | null | undefined;

/**
 * Lets what is written to a connected unix socket pile up in the kernel once it turns out to be a stream;
 * without effect where that can't be had.
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
  value.writeInt32LE(bytes);
  // Past the machine's limit, as root may; else as far as that.
  if (setsockopt(fd, solSocket, soSendBufferForce, value, 4) !== 0)
    setsockopt(fd, solSocket, soSendBuffer, value, 4);
}
