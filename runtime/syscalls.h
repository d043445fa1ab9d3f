#ifndef BULKHEAD_SYSCALLS_H
#define BULKHEAD_SYSCALLS_H

/*
 * The kernel's mount calls, which the C libraries of older distributions lack. sys/mount.h and linux/mount.h
 * cannot be combined on all of them.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
#define DETACH_FLAG 2 /* MNT_DETACH */
#define NO_FOLLOW_FLAG 8 /* UMOUNT_NOFOLLOW */
#define PRIVATE_FLAG (1 << 18) /* MS_PRIVATE */
#define SHARED_FLAG (1 << 20) /* MS_SHARED */
#define SLAVE_FLAG (1 << 19) /* MS_SLAVE */
#define RECURSIVE_FLAG (1 << 14) /* MS_REC */
#define NO_SET_ID_FLAG 2 /* MS_NOSUID */
#define NO_DEVICES_FLAG 4 /* MS_NODEV, ST_NODEV */
#define NO_EXEC_FLAG 8 /* MS_NOEXEC */
#define NO_LINKS_FLAG 0x2000 /* ST_NOSYMFOLLOW */
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static inline int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

static inline int sys_mount_setattr(int fd, unsigned flags, struct mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, fd, "", flags | AT_EMPTY_PATH, attr, sizeof *attr);
}

static inline int sys_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux) {
  return (int)syscall(SYS_fsconfig, fd, command, key, value, aux);
}

/* The file system mounted at `fd`, to be reconfigured. */
static inline int sys_fspick(int fd) {
  return (int)syscall(SYS_fspick, fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
}

/* A detached copy of the mount `fd` is on, from there. */
static inline int sys_open_tree(int fd, unsigned flags) {
  return (int)syscall(SYS_open_tree, fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
}

/* Attaches the detached mount `fd` to the object of `at`. */
static inline int sys_move_mount(int fd, int at) {
  return (int)syscall(SYS_move_mount, fd, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static inline int close_and_fail(int fd) {
  int saved = errno;
  (void)close(fd);
  errno = saved;
  return -1;
}

#endif
