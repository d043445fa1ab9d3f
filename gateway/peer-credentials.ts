import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** Who is on the other end of a unix socket, as the kernel recorded it when the connection was made. */
export interface PeerCredentials { readonly pid: number; readonly uid: number; readonly gid: number }

type GetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: Buffer) => number;

const solSocket = 1;
const soPeerCred = 17;
let getsockopt: GetSockOpt | null | undefined;

function load(): GetSockOpt | null {
  if (process.platform !== 'linux') return null;
  try {
    // koffi is a native addon: loaded when first needed, and its absence only costs the caller's identity.
    // The require's result has no static type; these are the two members used of koffi's documented interface.
    const koffi = createRequire(import.meta.url)('koffi') as { load(name: string): { func(definition: string): GetSockOpt } };
    return koffi.load('libc.so.6').func('int getsockopt(int fd, int level, int optname, void *optval, void *optlen)');
  } catch {
    return null;
  }
}

/** SO_PEERCRED of a connected unix socket; null where it can't be had (other systems, closed socket, no koffi). */
export function peerCredentials(socket: Socket): PeerCredentials | null {
  getsockopt ??= load();
  if (!getsockopt) return null;
  // Node has no public way to a socket's descriptor; the handle's fd has been there since 0.x.
  const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (fd === undefined || fd < 0) return null;
  const value = Buffer.alloc(12);
  const length = Buffer.alloc(4);
  length.writeInt32LE(12);
  if (getsockopt(fd, solSocket, soPeerCred, value, length) !== 0) return null;
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}
