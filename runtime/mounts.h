#ifndef BULKHEAD_MOUNTS_H
#define BULKHEAD_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The kernel's file-descriptor mount API, one function per step. All return a new close-on-exec fd or 0, and
 * -1 with errno.
 */

enum tree_flags {
  TREE_RECURSIVE = 1, /* take the mounts below too */
  TREE_READ_ONLY = 2, /* the top mount read-only */
  TREE_ALL_READ_ONLY = 4, /* the mounts below too */
  TREE_IDMAP_BELOW = 8, /* id-map the mounts below too, not only the top */
  TREE_SLAVE = 16, /* later mounts in the original appear in the copy, too; never the other way round */
  TREE_LINKS = 32, /* links are followed in the copy, whatever guard_directory made of the original */
  TREE_NO_DEVICES = 64, /* device files of the top mount cannot be opened */
  TREE_ALL_NO_DEVICES = 128, /* those of the mounts below neither */
  TREE_SET_ID = 256, /* set-user-ID files work in the copy, whatever guard_directory made of the original */
  TREE_FLAGS_MASK = 511,
};

/* The expected identity of an object, from an earlier check: detects a path that was exchanged in between. */
struct expected_file {
  bool given;
  uint64_t device;
  uint64_t inode;
};

/*
 * Opens `path` without following any symlink and compares it with `expected` (ESTALE when it is another
 * object).
 */
int open_exactly(const char *path, const struct expected_file *expected);

/* Opens the directory at `relative` below `tree`, without leaving it and without following symlinks. */
int open_below(int tree, const char *relative);

/* A user namespace carrying these maps, as an fd. */
int make_user_namespace(const char *users, const char *groups);

/*
 * Waits for the processes that were needed to create user namespaces. Call before exit: not every init
 * process reaps children that it did not start.
 */
void reap_namespace_holders(void);

/*
 * A detached copy, private unless a slave, of the mount tree at `dirfd` (an O_PATH or mount fd), id-mapped by
 * `userns` unless -1.
 */
int clone_tree(int dirfd, int userns, unsigned flags);

/*
 * A detached copy of `*tree`, or of what is at `relative` below it when that is given (never leaves the tree,
 * follows no symlink). Kernels before 6.15 copy attached mounts only: then a detached tree is copied in the
 * scratch place, and `*tree` becomes another fd of the same. `attached_only` does so on every kernel, for
 * tests.
 */
int copy_tree(int *tree, const char *relative, bool read_only, bool attached_only);

/*
 * Attaches detached `mount` to the existing `target`, which must not be a symlink, in the mount namespace of
 * the engine and the rest of the machine: set-user-ID files and device files do not work there.
 * `engine_view`: no file there can be executed and no symbolic link is followed either.
 */
int attach(int mount, const char *target, bool engine_view);

/*
 * Moves this process into a mount namespace of its own, a copy of the previous one, with an empty file system
 * at the directory `at` that every user may search. Mounts made here stay here; what is mounted or unmounted
 * in the previous namespace follows here. Returns a descriptor of that directory.
 */
int enter_private_namespace(const char *at);

/* Attaches detached `mount` at the new name `name` in the directory `at`. */
int place(int mount, int at, const char *name);

/*
 * Guards the directory at `path`, in which the engine reads and writes as root while containers may do so:
 * lookups by that path follow no symbolic link and open no device file, and set-user-ID files do not work.
 * What is mounted there stays visible. If it is not a mount point, the directory is mounted on itself; a
 * mount of another owner keeps its own flag for set-user-ID files.
 */
int guard_directory(const char *path);

/*
 * Makes the file system that the mount `fd` shows read-only, even for processes that hold directories of it
 * open: not the mount, the whole file system. EBUSY while a file is open for writing. This also writes its
 * data out, so that unmounting need not.
 */
int freeze_file_system(int fd);

/*
 * Detaches everything stacked at `target`; a target that is no mount point or does not exist is not an error.
 */
int detach_all(const char *target);

#endif
