import type { Socket } from 'node:net';
import { descriptorOf, libcFunction } from './libc.ts';

/** Who is on the other end of a unix socket, as the kernel recorded it when the connection was made. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

type GetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: Buffer) => number;

const solSocket = 1;
const soPeerCred = 17;
let getsockopt: GetSockOpt | null | undefined;

/**
 * SO_PEERCRED of a connected unix socket; null where unavailable (other systems, closed socket, no koffi).
 */
export function peerCredentials(socket: Socket): PeerCredentials | null {
  // Without koffi only the caller's identity is missing.
  getsockopt ??= libcFunction<GetSockOpt>(
    'int getsockopt(int fd, int level, int optname, void *optval, void *optlen)',
  );
  const fd = descriptorOf(socket);
  if (getsockopt === null || fd === null) return null;
  const value = Buffer.alloc(12);
  const length = Buffer.alloc(4);
  length.writeInt32LE(12);
  if (getsockopt(fd, solSocket, soPeerCred, value, length) !== 0) return null;
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}
