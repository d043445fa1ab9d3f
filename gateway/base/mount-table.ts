import { openSync, readFileSync } from 'node:fs';
import { mayHang } from '../../shared/isolation/remote-file-systems.ts';
import { libcFunction } from './libc.ts';

/** A mount of a file system whose server may not answer. */
export interface RemoteMount {
  readonly mountPoint: string;
  readonly type: string;
}

type Poll = (fds: Buffer, count: number, timeout: number) => number;
const pollPriority = 0x002;
const pollError = 0x008;
const mountinfo = '/proc/self/mountinfo';
/** Without poll(2), the table is read again after this time, ms. */
const maxAgeMs = 20;

/** The remote mounts of this process's mount namespace; read again whenever the kernel reports a change. */
class RemoteMountTable {
  #poll: Poll | null = null;
  #fd: number | null | undefined;
  #readAt = -Infinity;
  #mounts: ReadonlyMap<string, RemoteMount> = new Map();

  current(): ReadonlyMap<string, RemoteMount> {
    if (!this.#hasChanged()) return this.#mounts;
    this.#readAt = performance.now();
    try {
      this.#mounts = parseRemoteMounts(readFileSync(mountinfo, 'utf8'));
    } catch {
      // No Linux, or no /proc.
      this.#mounts = new Map();
    }
    return this.#mounts;
  }

  #hasChanged(): boolean {
    if (this.#fd === undefined) {
      // Opened before the first read: later changes are reported on it.
      this.#fd = openTable();
      this.#poll = libcFunction<Poll>('int poll(void *fds, unsigned long nfds, int timeout)');
      return true;
    }
    if (this.#fd === null || this.#poll === null) return performance.now() - this.#readAt > maxAgeMs;
    const pollfd = Buffer.alloc(8);
    pollfd.writeInt32LE(this.#fd);
    pollfd.writeInt16LE(pollPriority, 4);
    return this.#poll(pollfd, 1, 0) !== 0 && (pollfd.readInt16LE(6) & (pollPriority | pollError)) !== 0;
  }
}

function openTable(): number | null {
  try {
    return openSync(mountinfo, 'r');
  } catch {
    return null;
  }
}

const table = new RemoteMountTable();

/**
 * The remote mount at `file` (absolute, without links) or above it, also where another mount is between them:
 * the kernel follows the path through both. Null: none. A remote root file system does not count: whoever
 * uses any file would hang with it.
 */
export function remoteMountAbove(
  file: string,
  mounts: ReadonlyMap<string, RemoteMount> = table.current(),
): RemoteMount | null {
  if (mounts.size === 0) return null;
  for (let at = file; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const mount = mounts.get(at);
    if (mount !== undefined) return mount;
  }
  return null;
}

/** The remote mounts in the text of a mountinfo, by mount point. */
export function parseRemoteMounts(text: string): Map<string, RemoteMount> {
  const mounts = new Map<string, RemoteMount>();
  for (const line of text.split('\n')) {
    const [type = ''] = line.slice(line.indexOf(' - ') + 3).split(' ', 1);
    if (!mayHang(type)) continue;
    const mountPoint = unescaped(line.split(' ', 5)[4] ?? '');
    if (mountPoint !== '/') mounts.set(mountPoint, { mountPoint, type });
  }
  return mounts;
}

/** The kernel writes blanks and the like as three octal digits. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
