import { lastErrno, libcFunction } from '../base/libc.ts';

type Syscall = (
  number: number,
  directory: number,
  path: string,
  flags: number,
  attributes: Buffer,
  size: number,
) => number;
let syscall: Syscall | null | undefined;

/** Number of mount_setattr(2), on every architecture, and its constants. */
const mountSetattr = 442;
const atFdcwd = -100;
const noSymlinkFollow = 0x100; // AT_SYMLINK_NOFOLLOW: of the path itself
const nosymfollow = 0x200000n; // MOUNT_ATTR_NOSYMFOLLOW
const notMounted = 22; // EINVAL

/**
 * Sets or clears `nosymfollow` on the mount at `mountPoint`, for everybody who accesses it there. Does
 * nothing where it is no mount point. Throws where the kernel refuses.
 */
export function setLinkFollowing(mountPoint: string, follow: boolean): void {
  syscall ??= libcFunction<Syscall>(
    'long syscall(long number, long directory, const char *path, long flags, void *attributes, long size)',
  );
  if (syscall === null) throw new Error('the C library cannot be called');
  // struct mount_attr: what is set, what is cleared, propagation, the user namespace.
  const attributes = Buffer.alloc(32);
  attributes.writeBigUInt64LE(nosymfollow, follow ? 8 : 0);
  if (syscall(mountSetattr, atFdcwd, mountPoint, noSymlinkFollow, attributes, attributes.length) === 0)
    return;
  const errno = lastErrno();
  if (errno !== notMounted)
    throw new Error(`how links are followed at ${mountPoint} cannot be changed (error ${errno})`);
}
