#define _GNU_SOURCE
#include "mounts.h"

#include "scratch.h"
#include "syscalls.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

int open_exactly(const char *path, const struct expected_file *expected) {
  int fd = sys_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (fd < 0 || !expected->given) return fd;
  struct stat st;
  if (fstat(fd, &st) != 0) return close_and_fail(fd);
  if ((uint64_t)st.st_dev != expected->device || (uint64_t)st.st_ino != expected->inode) {
    errno = ESTALE;
    return close_and_fail(fd);
  }
  return fd;
}

int open_below(int tree, const char *relative) {
  return sys_openat2(tree, relative, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

/* Writes all of `text` in one write(2), as the kernel requires for id maps. */
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

enum { MAX_HOLDERS = 8 }; /* as many as a plan may have: PLAN_MAX_NAMESPACES */
enum { HOLDER_STACK = 16384 };
/* A process that keeps a user namespace alive, and what it needs of our memory while it runs. */
static struct holder {
  pid_t pid;
  int ends[2];
  _Alignas(16) char stack[HOLDER_STACK];
} holders[MAX_HOLDERS];
static int n_holders;

static void reap(pid_t child) {
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
}

void reap_namespace_holders(void) {
  while (n_holders > 0) reap(holders[--n_holders].pid);
}

/* Waits until the other end of the pipe is closed; runs in a process that shares our memory. */
static int hold_namespace(void *argument) {
  const struct holder *holder = argument;
  char byte;
  (void)close(holder->ends[1]);
  return read(holder->ends[0], &byte, 1) == 0 ? 0 : 1;
}

/* Shares our memory, since copying it is the most expensive part; all signals are blocked in it. */
static int start_holder(struct holder *holder) {
  sigset_t all, mask;
  (void)sigfillset(&all);
  if (sigprocmask(SIG_BLOCK, &all, &mask) != 0) return -1;
  holder->pid =
      clone(hold_namespace, holder->stack + HOLDER_STACK, CLONE_VM | CLONE_NEWUSER | SIGCHLD, holder);
  int saved = errno;
  (void)sigprocmask(SIG_SETMASK, &mask, NULL);
  errno = saved;
  return holder->pid;
}

int make_user_namespace(const char *users, const char *groups) {
  if (n_holders == MAX_HOLDERS) {
    errno = EMFILE;
    return -1;
  }
  struct holder *holder = &holders[n_holders];
  if (pipe2(holder->ends, O_CLOEXEC) != 0) return -1;
  pid_t child = start_holder(holder);
  int fd = -1;
  if (child > 0) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/uid_map", child);
    int written = write_file(path, users);
    if (written == 0) {
      (void)snprintf(path, sizeof path, "/proc/%d/gid_map", child);
      written = write_file(path, groups);
    }
    if (written == 0) {
      (void)snprintf(path, sizeof path, "/proc/%d/ns/user", child);
      fd = open(path, O_RDONLY | O_CLOEXEC);
    }
  }
  int saved = errno;
  (void)close(holder->ends[0]);
  (void)close(holder->ends[1]);
  /* It now exits by itself, which takes a moment: reaped later. */
  if (child > 0) n_holders++;
  errno = saved;
  return fd;
}

int clone_tree(int dirfd, int userns, unsigned flags) {
  bool recursive = (flags & TREE_RECURSIVE) != 0;
  unsigned below = recursive ? AT_RECURSIVE : 0;
  int fd = sys_open_tree(dirfd, below);
  if (fd < 0) return -1;

  struct mount_attr attr = {.propagation = (flags & TREE_SLAVE) != 0 ? SLAVE_FLAG : PRIVATE_FLAG};
  if ((flags & TREE_ALL_READ_ONLY) != 0) attr.attr_set |= MOUNT_ATTR_RDONLY;
  if ((flags & TREE_LINKS) != 0) attr.attr_clr |= MOUNT_ATTR_NOSYMFOLLOW;
  if ((flags & TREE_SET_ID) != 0) attr.attr_clr |= MOUNT_ATTR_NOSUID;
  if ((flags & TREE_ALL_NO_DEVICES) != 0) attr.attr_set |= MOUNT_ATTR_NODEV;
  if (sys_mount_setattr(fd, below, &attr) != 0) return close_and_fail(fd);

  struct mount_attr top = {0};
  if ((flags & TREE_READ_ONLY) != 0) top.attr_set |= MOUNT_ATTR_RDONLY;
  if ((flags & TREE_NO_DEVICES) != 0) top.attr_set |= MOUNT_ATTR_NODEV;
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

struct copy_request {
  int tree;
  const char *relative; /* NULL: the whole again */
  bool read_only;
};

/* The copy itself, from a tree that the kernel can copy. */
static int copy_of(const struct copy_request *request) {
  if (request->relative == NULL) return clone_tree(request->tree, -1, 0);
  int at = sys_openat2(
      request->tree, request->relative, O_PATH | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (at < 0) return -1;
  int fd = clone_tree(at, -1, request->read_only ? TREE_READ_ONLY : 0);
  if (fd < 0) return close_and_fail(at);
  if (close(at) != 0) return close_and_fail(fd);
  return fd;
}

/*
 * In the scratch mount, since the kernel copies attached trees only. It is copied twice, since the original
 * stays behind.
 */
static int copy_attached(const void *argument, int *made) {
  const struct copy_request *request = argument;
  if (attach_here(request->tree, "tree") != 0) return -1;
  made[0] = clone_tree(request->tree, -1, 0);
  if (made[0] < 0) return -1;
  made[1] = copy_of(request);
  return made[1] < 0 ? -1 : 0;
}

int copy_tree(int *tree, const char *relative, bool read_only, bool attached_only) {
  struct copy_request request = {.tree = *tree, .relative = relative, .read_only = read_only};
  if (!attached_only) {
    int fd = copy_of(&request);
    if (fd >= 0 || errno != EINVAL) return fd;
  }
  int made[2];
  if (in_scratch(copy_attached, &request, made, 2) != 0) return -1;
  (void)close(*tree);
  *tree = made[0];
  return made[1];
}

/* Attaches detached `mount` to the existing `target`, with the flags it has. */
static int move_to(int mount, const char *target) {
  int at = sys_openat2(AT_FDCWD, target, O_PATH | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (at < 0) return -1;
  if (sys_move_mount(mount, at) != 0) return close_and_fail(at);
  if (close(at) != 0) return -1;
  /*
   * Below a shared mount the kernel made it shared; what is mounted on it must not propagate to other
   * namespaces.
   */
  struct mount_attr attr = {.propagation = PRIVATE_FLAG};
  if (sys_mount_setattr(mount, AT_RECURSIVE, &attr) == 0) return 0;
  int saved = errno;
  (void)umount2(target, DETACH_FLAG | NO_FOLLOW_FLAG);
  errno = saved;
  return -1;
}

int attach(int mount, const char *target, bool engine_view) {
  struct mount_attr harmless = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
          (engine_view ? MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW : 0)};
  if (sys_mount_setattr(mount, AT_RECURSIVE, &harmless) != 0) return -1;
  return move_to(mount, target);
}

int enter_private_namespace(const char *at) {
  if (unshare(CLONE_NEWNS) != 0) return -1;
  /* What is unmounted outside is unmounted here, too: else a running build step would keep it busy. */
  if (mount(NULL, "/", NULL, SLAVE_FLAG | RECURSIVE_FLAG, NULL) != 0) return -1;
  /* The container's root, an unprivileged id here, has to traverse it. */
  if (mount("bulkhead", at, "tmpfs", NO_SET_ID_FLAG | NO_DEVICES_FLAG | NO_EXEC_FLAG, "mode=0711") != 0)
    return -1;
  return open(at, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int place(int mount, int at, const char *name) {
  struct stat st;
  if (fstat(mount, &st) != 0) return -1;
  if (S_ISDIR(st.st_mode)) {
    if (mkdirat(at, name, 0700) != 0) return -1;
  } else {
    int file = openat(at, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 || close(file) != 0) return -1;
  }
  int target = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0) return -1;
  if (sys_move_mount(mount, target) != 0) return close_and_fail(target);
  return close(target);
}

/* Whether the mount that `fd` is on has all of `flags` (ST_…). */
static bool has_flags(int fd, unsigned long flags) {
  struct statfs fs;
  return fstatfs(fd, &fs) == 0 && ((unsigned long)fs.f_flags & flags) == flags;
}

int guard_directory(const char *path) {
  int at = sys_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (at < 0) return -1;
  if (has_flags(at, NO_LINKS_FLAG | NO_DEVICES_FLAG)) return close(at);
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NODEV};
  if (sys_mount_setattr(at, 0, &attr) == 0) return close(at);
  if (errno != EINVAL) return close_and_fail(at); /* EINVAL: nothing is mounted right there */
  int fd = clone_tree(at, -1, TREE_RECURSIVE);
  int saved = errno;
  (void)close(at);
  errno = saved;
  if (fd < 0) return -1;
  attr.attr_set |= MOUNT_ATTR_NOSUID;
  if (sys_mount_setattr(fd, 0, &attr) != 0 || move_to(fd, path) != 0) return close_and_fail(fd);
  return close(fd);
}

int freeze_file_system(int fd) {
  int context = sys_fspick(fd);
  if (context < 0) return -1;
  if (sys_fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0) != 0 ||
      sys_fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) != 0)
    return close_and_fail(context);
  return close(context);
}

int detach_all(const char *target) {
  /* Mounts can be stacked there; the limit bounds the loop if another process keeps mounting. */
  for (int i = 0; i < 64; i++) {
    if (umount2(target, DETACH_FLAG | NO_FOLLOW_FLAG) == 0) continue;
    return errno == EINVAL || errno == ENOENT ? 0 : -1;
  }
  errno = EBUSY;
  return -1;
}
