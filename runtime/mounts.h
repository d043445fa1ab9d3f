#ifndef BULKHEAD_MOUNTS_H
#define BULKHEAD_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's file-descriptor mount API, one function a step. All return a new close-on-exec fd or 0, and -1 with errno. */

enum tree_flags {
  TREE_RECURSIVE = 1,       /* take the mounts below too */
  TREE_READ_ONLY = 2,       /* the top mount read-only */
  TREE_ALL_READ_ONLY = 4,   /* the mounts below too */
  TREE_IDMAP_BELOW = 8,     /* id-map the mounts below too, not only the top */
  TREE_SLAVE = 16,          /* what is mounted in the original later appears in the copy, too; never the other way round */
  TREE_LINKS = 32,          /* links are followed in the copy, whatever forbid_links made of the original */
  TREE_FLAGS_MASK = 63,
};

/* What an object must be, as somebody checked it before: stops a path that was swapped in between. */
struct expected_file {
  bool given;
  uint64_t device;
  uint64_t inode;
};

/* Opens `path` without following any symlink and compares it with `expected` (ESTALE when it is another object). */
int open_exactly(const char *path, const struct expected_file *expected);

/* Opens the directory at `relative` below `tree`, which is never left, following no symlink. */
int open_below(int tree, const char *relative);

/* A user namespace carrying these maps, as an fd. */
int make_user_namespace(const char *users, const char *groups);

/* Waits for the processes that making user namespaces took. Call before ending: not every machine's init reaps what it did not start. */
void reap_namespace_holders(void);

/* A detached copy, private unless a slave, of the mount tree at `dirfd` (an O_PATH or mount fd), id-mapped by `userns` unless -1. */
int clone_tree(int dirfd, int userns, unsigned flags);

/*
 * A detached copy of `*tree`, or of what is at `relative` below it when that is given (never leaves the tree, follows no symlink).
 * Kernels before 6.15 copy attached mounts only: then a detached tree is copied in the scratch place, and `*tree` becomes another fd of
 * the same. `attached_only` does it that way on every kernel, for tests.
 */
int copy_tree(int *tree, const char *relative, bool read_only, bool attached_only);

/* Puts detached `mount` on the existing `target`, which must not be a symlink. `slave`: it stays one. */
int attach(int mount, const char *target, bool slave);

/*
 * Has the kernel follow no symbolic link in the directory at `path`, for whoever goes by that path: the engine, which reads and writes there
 * as root while containers may. What is mounted there stays in view; where nothing is, the directory is mounted on itself.
 */
int forbid_links(const char *path);

/*
 * Makes the file system at `path` read-only, whoever holds directories of it: not the mount, all of it. EBUSY while a file is open for writing.
 * Its unmounting writes out what this does, and then need not.
 */
int freeze_file_system(const char *path);

/* Detaches everything stacked at `target`; a target that is no mount point or does not exist is fine. */
int detach_all(const char *target);

#endif
