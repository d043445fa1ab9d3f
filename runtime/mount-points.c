#define _GNU_SOURCE
#include "mount-points.h"

#include "fs-identity.h"
#include "syscalls.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PARENT_MODE = 0755, MAX_LINKS = 40, MAX_TRIES = 1000 };

/* At a `..` the kernel gives up (EAGAIN) if anything on the machine was renamed or mounted meanwhile. */
static int open_in(int tree, const char *path) {
  int fd, tries = 0;
  do {
    fd = sys_openat2(
        tree, path, O_PATH | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
  } while (fd < 0 && errno == EAGAIN && ++tries < MAX_TRIES);
  return fd;
}

/* What is to be created, of which a part exists. */
struct request {
  int tree;
  mode_t mode;
  char path[PATH_MAX];
  int n_links;
};

/*
 * The component of `path` from `begin` to `end`, `name`, is a link to nothing in `parent`: replaces it by its
 * target. Returns 1 for "restart the walk".
 */
static int follow(struct request *request, int parent, const char *name, size_t begin, size_t end) {
  char target[PATH_MAX], path[PATH_MAX];
  if (++request->n_links > MAX_LINKS) {
    errno = ELOOP;
    return -1;
  }
  ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
  if (length < 0) return -1;
  target[length] = '\0';
  int size = snprintf(path, sizeof path, "%.*s%s%s", target[0] == '/' ? 0 : (int)begin, request->path, target,
      request->path + end);
  if (size < 0 || (size_t)size >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(request->path, path, (size_t)size + 1);
  return 1;
}

/* Creates the component from `begin` to `end` of `path` in `parent`. 0, 1 for "restart the walk", or -1. */
static int make_component(struct request *request, int parent, size_t begin, size_t end) {
  char name[NAME_MAX + 1];
  if (end - begin >= sizeof name) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(name, request->path + begin, end - begin);
  name[end - begin] = '\0';
  /* As for runc, slashes at a link's end do not make it one to a directory. */
  bool is_last = request->path[end + strspn(request->path + end, "/")] == '\0';
  bool is_file = is_last && S_ISREG(request->mode);
  int made = is_file ? mknodat(parent, name, request->mode, 0)
                     : mkdirat(parent, name, is_last ? request->mode & ALLPERMS : PARENT_MODE);
  return made != 0 && errno == EEXIST ? follow(request, parent, name, begin, end) : made;
}

/* Goes through the path once, creating what is missing. 0, 1 for "restart the walk", or -1. */
static int make_missing(struct request *request) {
  char prefix[PATH_MAX];
  int parent = open_in(request->tree, ".");
  if (parent < 0) return -1;
  int result = 0;
  for (size_t begin = 0; result == 0 && request->path[begin] != '\0';) {
    size_t end = begin + strcspn(request->path + begin, "/");
    memcpy(prefix, request->path, end);
    prefix[end] = '\0';
    int next = end == begin ? parent : open_in(request->tree, prefix);
    if (next < 0 && errno == ENOENT) {
      result = make_component(request, parent, begin, end);
      if (result == 0) next = open_in(request->tree, prefix);
    }
    if (result == 0 && next < 0) result = -1;
    if (result == 0 && next != parent) {
      (void)close(parent);
      parent = next;
    }
    begin = end + (request->path[end] == '/');
  }
  if (result < 0) return close_and_fail(parent);
  (void)close(parent);
  return result;
}

/* With what `make_mount_point` was given. */
struct mount_point {
  int tree;
  const char *path;
  mode_t mode;
};

static int create_point(const void *argument) {
  const struct mount_point *point = argument;
  struct request request = {.tree = point->tree, .mode = point->mode};
  if (strlen(point->path) >= sizeof request.path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(request.path, point->path, strlen(point->path) + 1);
  mode_t mask = umask(0);
  int result = 1;
  while (result > 0) result = make_missing(&request);
  (void)umask(mask);
  return result;
}

int make_mount_point(int tree, const char *path, mode_t mode, uint32_t owner) {
  const struct mount_point point = {.tree = tree, .path = path, .mode = mode};
  return as_fs_identity(owner, create_point, &point);
}
