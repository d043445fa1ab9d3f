import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

type SetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: number) => number;

const solSocket = 1;
const soSendBuffer = 7;
const soSendBufferForce = 32;
/** What the kernel may hold of what was written: many parts, so that a stream need not wait for its receiver at each of them. */
const bytes = 2 * 1024 * 1024;
/** More than this makes a stream. */
const streamBytes = 1024 * 1024;
let setsockopt: SetSockOpt | null | undefined;

function load(): SetSockOpt | null {
  if (process.platform !== 'linux') return null;
  try {
    // The require's result has no static type; these are the two members used of koffi's documented interface.
    const koffi = createRequire(import.meta.url)('koffi') as { load(name: string): { func(definition: string): SetSockOpt } };
    return koffi.load('libc.so.6').func('int setsockopt(int fd, int level, int optname, const void *optval, int optlen)');
  } catch {
    return null;
  }
}

/** Lets what is written to a connected unix socket pile up in the kernel once it turns out to be a stream; without effect where that can't be had. */
export class SendBuffer {
  #written = 0;

  /** To be told of every write. */
  count(socket: Socket, length: number): void {
    if (this.#written > streamBytes) return;
    this.#written += length;
    if (this.#written > streamBytes) enlarge(socket);
  }
}

function enlarge(socket: Socket): void {
  setsockopt ??= load();
  // Node has no public way to a socket's descriptor; the handle's fd has been there since 0.x.
  const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (!setsockopt || fd === undefined || fd < 0) return;
  const value = Buffer.alloc(4);
  value.writeInt32LE(bytes);
  // Past the machine's limit, as root may; else as far as that.
  if (setsockopt(fd, solSocket, soSendBufferForce, value, 4) !== 0) setsockopt(fd, solSocket, soSendBuffer, value, 4);
}
