import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync } from 'node:fs';

/** Write permission of a directory for others than its owner. */
const othersWrite = 0o022;

/** Ids and permission bits of a directory. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/**
 * Runs `use` with the directory open. Throws where it is missing, or a link. All of it is synchronous, and by
 * descriptor: each change is made to the directory that was checked, although a path may be another mount the
 * next moment, and nothing delays the second of two changes, between which a container may make its own.
 */
export function withDirectory<T>(directory: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes `owner` the owner of an open directory that has the permission bits `mode`, and removes the write
 * permission of others, that of an ACL included (the group bits mask it). Throws where that has no effect.
 */
export function lockDirectory(descriptor: number, owner: number, mode: number): void {
  fchownSync(descriptor, owner, owner);
  if ((mode & othersWrite) !== 0) fchmodSync(descriptor, mode & ~othersWrite);
  const now = fstatSync(descriptor);
  if (now.uid !== owner || (now.mode & othersWrite) !== 0)
    throw new Error('the root directory cannot be kept from the container');
}

/**
 * Restores an open directory that `lockDirectory` has locked for `owner`. One that has another owner by now
 * was restored, or the container has changed the owner: its overlay may have read that before the lock. The
 * mode is restored all the same if `wasJustLocked`, because then it is the lock's.
 */
export function restoreDirectory(
  descriptor: number,
  owner: number,
  { uid, gid, mode }: Ownership,
  wasJustLocked: boolean,
): void {
  const now = fstatSync(descriptor);
  const hadOthersWrite = (mode & othersWrite) !== 0;
  if (now.uid === owner) {
    if (hadOthersWrite) fchmodSync(descriptor, mode);
    fchownSync(descriptor, uid, gid);
  } else if (wasJustLocked && hadOthersWrite && (now.mode & 0o7777) === (mode & ~othersWrite)) {
    fchmodSync(descriptor, mode);
  }
}
