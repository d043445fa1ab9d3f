import { constants } from 'node:fs';

/** Numbers of Linux's headers, the same on every supported architecture. */
export const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_DIRECTORY, O_NONBLOCK } = constants;
export const O_PATH = 0o1000_0000;
/** "Below the current directory", for calls that take a directory. */
export const AT_FDCWD = -100;
export const AT_EMPTY_PATH = 0x1000;
export const AT_SYMLINK_FOLLOW = 0x400;

export const CLONE_NEWNS = 0x2_0000;
export const CLONE_NEWCGROUP = 0x200_0000;
export const CLONE_NEWIPC = 0x800_0000;
export const CLONE_NEWUSER = 0x1000_0000;
export const CLONE_NEWNET = 0x4000_0000;

export const S_IFBLK = 0o60000;
export const S_IFCHR = 0o20000;

/** `dev_t` in the format of mknod(2), for small numbers. */
export const device = (major: number, minor: number): number => major * 256 + minor;

/** Words of 32 bits, little-endian. */
export function u32(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, index * 4);
  return bytes;
}

/** Words of 64 bits, little-endian. */
export function u64(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 8);
  for (const [index, word] of words.entries()) bytes.writeBigInt64LE(BigInt(word), index * 8);
  return bytes;
}
