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
  TREE_FLAGS_MASK = 15,
};

/* What an object must be, as somebody checked it before: stops a path that was swapped in between. */
struct expected_file {
  bool given;
  uint64_t device;
  uint64_t inode;
};

/* Opens `path` without following any symlink and compares it with `expected` (ESTALE when it is another object). */
int open_exactly(const char *path, const struct expected_file *expected);

/* A user namespace carrying `map` for users and groups, as an fd. */
int make_user_namespace(const char *map);

/* A detached private copy of the mount tree at `dirfd` (an O_PATH or mount fd), id-mapped by `userns` unless -1. */
int clone_tree(int dirfd, int userns, unsigned flags);

/* A detached copy of what is at `relative` below mount `tree`; never leaves it, follows no symlink. */
int clone_below(int tree, const char *relative, bool read_only);

struct overlay_request {
  uint32_t base;        /* the mounter's fsuid and fsgid; 0 for a plain overlay */
  const int *lowers;    /* fds, top first */
  int n_lowers;
  int upper_parent;     /* fd of the directory that holds upper and work; -1: read-only */
  const char *upper, *work;
  const char *const *options; /* "key=value" or "flag" */
  int n_options;
};

/* A new detached overlay from layer fds. On failure `why` (size bytes) holds the kernel's own message, when it gave one. */
int make_overlay(const struct overlay_request *request, char *why, size_t size);

/* Puts detached `mount` on the existing `target`, which must not be a symlink. */
int attach(int mount, const char *target);

/* Detaches everything stacked at `target`; a target that is no mount point or does not exist is fine. */
int detach_all(const char *target);

#endif
