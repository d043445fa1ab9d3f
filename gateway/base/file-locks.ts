import { createHash } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { lastErrno, libcFunction } from './libc.ts';

/** What is locked; names of different kinds are different locks. */
const kinds = [
  'gateway',
  'copy',
  'beginning',
  'execs',
  'build',
  'volume-mounted',
  'volume-directory',
  'session',
] as const;
export type LockKind = (typeof kinds)[number];

type FcntlCall = (fd: number, command: number, type: 'void *', lock: Buffer) => number;

/** fcntl(2), on every 64-bit architecture of Linux that Node supports. */
const getLock = 36; // F_OFD_GETLK
const setLock = 37; // F_OFD_SETLK
/** Read locks of several gateways do not exclude each other. */
const lockTypes = { read: 0, write: 1, none: 2 } as const;
type LockType = keyof typeof lockTypes;
/** struct flock: type, whence (the file's start), start, length, pid. */
const lockBytes = 32;
const [startAt, lengthAt] = [8, 16];
const [accessDenied, tryAgain] = [13, 11];

/**
 * Locks by name that exclude gateways of other processes with the same state directory: one that was replaced
 * serves its open connections beside its successor. Each is an open file description lock (fcntl(2),
 * F_OFD_SETLK) on one byte of a file, chosen by a hash of the name: there are no files to remove, and the
 * kernel releases the locks of a process that ends, however it ends. They do not exclude each other within
 * one object; two objects in one process do.
 *
 * Where the C library cannot be called every lock is free: then no gateway is replaced either
 * (`duplicateDescriptor`).
 */
export class FileLocks {
  #fd: number | null;
  #isClosing = false;
  readonly #fcntl: FcntlCall | null;
  /** Acquired and not released. */
  readonly #held = new Set<string>();

  /** Throws where the file cannot be opened. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#fcntl = libcFunction<FcntlCall>('int fcntl(int fd, int command, ...)');
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    try {
      // Says that this gateway exists.
      this.tryLock('gateway', '', 'read');
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /**
   * Acquires a lock, or changes its type; false where another gateway has it, or these locks are closed. Does
   * not wait.
   */
  tryLock(kind: LockKind, name: string, type: Exclude<LockType, 'none'>): boolean {
    if (this.#isClosing || this.#call(setLock, kind, name, type) === null) return false;
    if (kind !== 'gateway') this.#held.add(keyOf(kind, name));
    return true;
  }

  /** Releases a lock, if this object has it. */
  unlock(kind: LockKind, name: string): void {
    if (this.#fd === null) return;
    this.#call(setLock, kind, name, 'none');
    this.#held.delete(keyOf(kind, name));
    this.#closeIfUnused();
  }

  /** Whether another gateway has a lock, of either type. Of closed locks: true. */
  isHeldElsewhere(kind: LockKind, name: string): boolean {
    return this.#fd === null || this.#call(getLock, kind, name, 'write') !== 'none';
  }

  /** Whether there is another gateway with these locks. */
  hasOthers(): boolean {
    return this.isHeldElsewhere('gateway', '');
  }

  /** No lock is acquired any more. */
  get isClosed(): boolean {
    return this.#isClosing;
  }

  /**
   * Acquires no more locks. Those that are held stay so until each is released: the engine may still be in
   * the operation that they protect, though the client has gone.
   */
  closeWhenUnused(): void {
    this.#isClosing = true;
    this.#closeIfUnused();
  }

  /** Releases all locks at once, as the end of the process does. */
  close(): void {
    this.#held.clear();
    this.closeWhenUnused();
  }

  #closeIfUnused(): void {
    if (!this.#isClosing || this.#held.size > 0 || this.#fd === null) return;
    closeSync(this.#fd);
    this.#fd = null;
  }

  /** The type that the kernel leaves in the structure; null: another one has the lock. */
  #call(command: number, kind: LockKind, name: string, type: LockType): LockType | null {
    if (this.#fd === null || this.#fcntl === null) return 'none';
    const lock = Buffer.alloc(lockBytes);
    lock.writeInt16LE(lockTypes[type], 0);
    lock.writeBigInt64LE(offsetOf(kind, name), startAt);
    lock.writeBigInt64LE(1n, lengthAt);
    if (this.#fcntl(this.#fd, command, 'void *', lock) === 0)
      return lock.readInt16LE(0) === lockTypes.none ? 'none' : type;
    const errno = lastErrno();
    if (errno === tryAgain || errno === accessDenied) return null;
    throw new Error(`a lock of the gateway cannot be used (error ${errno})`);
  }
}

const keyOf = (kind: LockKind, name: string): string => `${kind} ${name}`;

/** The byte of a lock: the kind in the three highest bits of a positive offset, then 60 bits of a hash. */
function offsetOf(kind: LockKind, name: string): bigint {
  const hash = createHash('sha256').update(name).digest().readBigUInt64LE(0);
  return (BigInt(kinds.indexOf(kind)) << 60n) | (hash >> 4n);
}

export const locksFile = (runDirectory: string): string => path.join(runDirectory, 'gateway-locks');
