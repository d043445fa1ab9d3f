#define _GNU_SOURCE
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* sys/mount.h and linux/mount.h don't mix on every libc; these two are all we need of the former. */
int umount2(const char *target, int flags);
#define DETACH_FLAG 2          /* MNT_DETACH */
#define NO_FOLLOW_FLAG 8       /* UMOUNT_NOFOLLOW */
#define PRIVATE_FLAG (1 << 18) /* MS_PRIVATE */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

static int sys_mount_setattr(int fd, unsigned flags, struct mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, fd, "", flags | AT_EMPTY_PATH, attr, sizeof *attr);
}

static int sys_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux) {
  return (int)syscall(SYS_fsconfig, fd, command, key, value, aux);
}

static int close_and_fail(int fd) {
  int saved = errno;
  (void)close(fd);
  errno = saved;
  return -1;
}

int open_exactly(const char *path, const struct expected_file *expected) {
  int fd = sys_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
  if (fd < 0 || !expected->given) return fd;
  struct stat st;
  if (fstat(fd, &st) != 0) return close_and_fail(fd);
  if ((uint64_t)st.st_dev != expected->device || (uint64_t)st.st_ino != expected->inode) {
    errno = ESTALE;
    return close_and_fail(fd);
  }
  return fd;
}

/* Writes the whole of `text` at once, as the kernel wants id maps. */
static int write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  size_t size = strlen(text);
  ssize_t n = write(fd, text, size);
  if (n < 0) return close_and_fail(fd);
  if ((size_t)n != size) {
    errno = EIO;
    return close_and_fail(fd);
  }
  return close(fd);
}

int make_user_namespace(const char *map) {
  int hold[2];
  if (pipe2(hold, O_CLOEXEC) != 0) return -1;
  /* The child only keeps the namespace alive until we have an fd of it: it waits for us to close our end. */
  pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    char byte;
    (void)close(hold[1]);
    ssize_t ignored = read(hold[0], &byte, 1);
    _exit(ignored == 0 ? 0 : 1);
  }
  int fd = -1;
  if (child > 0) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    int written = write_file(path, map);
    if (written == 0) {
      (void)snprintf(path, sizeof path, "/proc/%d/gid_map", child);
      written = write_file(path, map);
    }
    if (written == 0) {
      (void)snprintf(path, sizeof path, "/proc/%d/ns/user", child);
      fd = open(path, O_RDONLY | O_CLOEXEC);
    }
  }
  int saved = errno;
  (void)close(hold[0]);
  (void)close(hold[1]);
  if (child > 0)
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  errno = saved;
  return fd;
}

int clone_tree(int dirfd, int userns, unsigned flags) {
  bool recursive = (flags & TREE_RECURSIVE) != 0;
  unsigned below = recursive ? AT_RECURSIVE : 0;
  int fd = (int)syscall(SYS_open_tree, dirfd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | below);
  if (fd < 0) return -1;

  struct mount_attr attr = {.propagation = PRIVATE_FLAG};
  if ((flags & TREE_ALL_READ_ONLY) != 0) attr.attr_set |= MOUNT_ATTR_RDONLY;
  if (sys_mount_setattr(fd, below, &attr) != 0) return close_and_fail(fd);

  struct mount_attr top = {0};
  if ((flags & TREE_READ_ONLY) != 0) top.attr_set |= MOUNT_ATTR_RDONLY;
  if (userns >= 0 && (flags & TREE_IDMAP_BELOW) == 0) {
    top.attr_set |= MOUNT_ATTR_IDMAP;
    top.userns_fd = (uint64_t)userns;
  }
  if (top.attr_set != 0 && sys_mount_setattr(fd, 0, &top) != 0) return close_and_fail(fd);

  if (userns >= 0 && (flags & TREE_IDMAP_BELOW) != 0) {
    struct mount_attr all = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
    if (sys_mount_setattr(fd, below, &all) != 0) return close_and_fail(fd);
  }
  return fd;
}

int clone_below(int tree, const char *relative, bool read_only) {
  int at = sys_openat2(tree, relative, O_PATH | O_CLOEXEC | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (at < 0) return -1;
  int fd = clone_tree(at, -1, read_only ? TREE_READ_ONLY : 0);
  if (fd < 0) return close_and_fail(at);
  if (close(at) != 0) return close_and_fail(fd);
  return fd;
}

/* Gives this thread the file-system identity `id` with all capabilities it has (changing fsuid drops the file-system ones). */
static int set_fs_identity(uint32_t id) {
  (void)setfsgid(id);
  (void)setfsuid(id);
  /* setfs?id report no error: asking again (an invalid id changes nothing) tells what is in force. */
  if ((uint32_t)setfsgid((gid_t)-1) != id || (uint32_t)setfsuid((uid_t)-1) != id) {
    errno = EPERM;
    return -1;
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) data[i].effective = data[i].permitted;
  return (int)syscall(SYS_capset, &header, data);
}

/* The kernel's message on a failed fsconfig call, if any, into `why`; keeps errno. */
static int fs_failure(int fs, char *why, size_t size) {
  int saved = errno;
  ssize_t n = size > 1 ? read(fs, why, size - 1) : -1;
  why[n > 0 ? (size_t)n : 0] = '\0';
  for (char *p = why; *p != '\0'; p++)
    if (*p == '\n') *p = ' ';
  errno = saved;
  return close_and_fail(fs);
}

static int set_layer(int fs, const char *key, int fd) { return sys_fsconfig(fs, FSCONFIG_SET_FD, key, NULL, fd); }

static int set_upper(int fs, const struct overlay_request *request) {
  const char *names[2] = {request->upper, request->work};
  const char *keys[2] = {"upperdir", "workdir"};
  for (int i = 0; i < 2; i++) {
    int fd = sys_openat2(request->upper_parent, names[i], O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (fd < 0) return -1;
    if (set_layer(fs, keys[i], fd) != 0) return close_and_fail(fd);
    if (close(fd) != 0) return -1;
  }
  return 0;
}

static int set_option(int fs, const char *option) {
  char key[256];
  const char *equals = strchr(option, '=');
  if (equals == NULL) return sys_fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL, 0);
  size_t length = (size_t)(equals - option);
  if (length == 0 || length >= sizeof key) {
    errno = EINVAL;
    return -1;
  }
  memcpy(key, option, length);
  key[length] = '\0';
  return sys_fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1, 0);
}

int make_overlay(const struct overlay_request *request, char *why, size_t size) {
  why[0] = '\0';
  int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) != 0) return fs_failure(fs, why, size);
  for (int i = 0; i < request->n_lowers; i++)
    if (set_layer(fs, "lowerdir+", request->lowers[i]) != 0) return fs_failure(fs, why, size);
  if (request->upper_parent >= 0 && set_upper(fs, request) != 0) return fs_failure(fs, why, size);
  for (int i = 0; i < request->n_options; i++)
    if (set_option(fs, request->options[i]) != 0) return fs_failure(fs, why, size);

  /* Overlay reaches its layers as whoever created it: through id-mapped layers that must be the container's root. */
  if (request->base != 0 && set_fs_identity(request->base) != 0) {
    int saved = errno;
    (void)set_fs_identity(0);
    errno = saved;
    return close_and_fail(fs);
  }
  int created = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  int saved = errno;
  if (request->base != 0 && set_fs_identity(0) != 0) return close_and_fail(fs);
  errno = saved;
  if (created != 0) return fs_failure(fs, why, size);

  int mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
  if (mount < 0) return fs_failure(fs, why, size);
  if (close(fs) != 0) return close_and_fail(mount);
  struct mount_attr attr = {.propagation = PRIVATE_FLAG};
  if (request->upper_parent < 0) attr.attr_set |= MOUNT_ATTR_RDONLY;
  if (sys_mount_setattr(mount, 0, &attr) != 0) return close_and_fail(mount);
  return mount;
}

int attach(int mount, const char *target) {
  int at = sys_openat2(AT_FDCWD, target, O_PATH | O_CLOEXEC | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
  if (at < 0) return -1;
  if (syscall(SYS_move_mount, mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) return close_and_fail(at);
  if (close(at) != 0) return -1;
  /* Below a shared mount the kernel made it shared; what is mounted on it must not spread to other namespaces. */
  struct mount_attr attr = {.propagation = PRIVATE_FLAG};
  if (sys_mount_setattr(mount, AT_RECURSIVE, &attr) == 0) return 0;
  int saved = errno;
  (void)umount2(target, DETACH_FLAG | NO_FOLLOW_FLAG);
  errno = saved;
  return -1;
}

int detach_all(const char *target) {
  /* More than one can be stacked there; the limit only stops a loop that somebody else feeds. */
  for (int i = 0; i < 64; i++) {
    if (umount2(target, DETACH_FLAG | NO_FOLLOW_FLAG) == 0) continue;
    return errno == EINVAL || errno == ENOENT ? 0 : -1;
  }
  errno = EBUSY;
  return -1;
}
