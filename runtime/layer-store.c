#define _GNU_SOURCE
#include "layer-store.h"

#include "log.h"
#include "mounts.h"
#include "syscalls.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum { MAX_STACKED = 64, LINE_MAX_BYTES = 3 * PATH_MAX };

static int open_directory(const char *path) {
  return sys_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
}

/* Whether `fd` is the top of a mount. */
static bool is_mount_point(int fd) {
  struct statx st;
  return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 && (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Whether the store is a mount of its own in which no link is followed. */
static bool is_guarded(const char *store) {
  int fd = open_directory(store);
  if (fd < 0) return false;
  struct statfs fs;
  bool result =
      is_mount_point(fd) && fstatfs(fd, &fs) == 0 && ((unsigned long)fs.f_flags & NO_LINKS_FLAG) != 0;
  (void)close(fd);
  return result;
}

/*
 * Mounts the tree at `at` on itself. Its top gets peers of its own: what dockerd mounts there later must
 * neither appear below it a second time, nor stay in other namespaces when it is unmounted.
 */
static int mount_on_itself(int at, unsigned flags) {
  int tree = clone_tree(at, -1, flags);
  if (tree < 0) return -1;
  struct mount_attr shared = {.propagation = SHARED_FLAG};
  if (sys_mount_setattr(tree, 0, &shared) != 0 || sys_move_mount(tree, at) != 0)
    return close_and_fail(tree);
  return close(tree);
}

/* Decodes the octal escapes of mountinfo in place. */
static void unescape(char *text) {
  char *out = text;
  for (const char *p = text; *p != '\0'; out++) {
    unsigned octal;
    if (*p == '\\' && sscanf(p + 1, "%3o", &octal) == 1) {
      *out = (char)octal;
      p += 4;
    } else {
      *out = *p++;
    }
  }
  *out = '\0';
}

/*
 * Unmounts what is mounted at `relative` below `old`, the store before it was mounted on itself. What was
 * mounted after that was copied is copied now.
 */
static int uncover(int old, const char *store, const char *relative) {
  char covered[PATH_MAX], visible[PATH_MAX];
  int n = snprintf(covered, sizeof covered, "/proc/self/fd/%d/%s", old, relative);
  int m = snprintf(visible, sizeof visible, "%s/%s", store, relative);
  if (n < 0 || (size_t)n >= sizeof covered || m < 0 || (size_t)m >= sizeof visible) {
    errno = ENAMETOOLONG;
    return -1;
  }
  for (int i = 0; i < MAX_STACKED; i++) {
    int from = open(covered, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || !is_mount_point(from)) return from < 0 ? 0 : close(from);
    int to = open(visible, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    bool is_missing = to >= 0 && !is_mount_point(to);
    int tree = is_missing ? clone_tree(from, -1, TREE_RECURSIVE) : -1;
    bool failed = is_missing && (tree < 0 || sys_move_mount(tree, to) != 0);
    if (tree >= 0) (void)close(tree);
    if (to >= 0) (void)close(to);
    if (failed) return close_and_fail(from);
    (void)close(from);
    if (umount2(covered, DETACH_FLAG | NO_FOLLOW_FLAG) != 0) return -1;
  }
  return 0;
}

/* Unmounts everything below `old`, which only that descriptor still reaches. */
static int uncover_all(int old, const char *store) {
  FILE *table = fopen("/proc/self/mountinfo", "re");
  if (table == NULL) return -1;
  static char line[LINE_MAX_BYTES], point[LINE_MAX_BYTES];
  size_t length = strlen(store);
  int result = 0;
  while (fgets(line, sizeof line, table) != NULL) {
    if (sscanf(line, "%*s %*s %*s %*s %s", point) != 1) continue;
    unescape(point);
    if (strncmp(point, store, length) != 0 || point[length] != '/') continue;
    if (uncover(old, store, point + length + 1) != 0) result = -1;
  }
  (void)fclose(table);
  return result;
}

/* Ensures that the store, and its directory `l`, are mount points. */
static int make_mount_points(const char *store) {
  int old = open_directory(store);
  if (old < 0) return -1;
  if (!is_mount_point(old) &&
      (mount_on_itself(old, TREE_RECURSIVE) != 0 || uncover_all(old, store) != 0))
    return close_and_fail(old);
  (void)close(old);
  char links[PATH_MAX];
  int n = snprintf(links, sizeof links, "%s/l", store);
  if (n < 0 || (size_t)n >= sizeof links) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int at = open_directory(links);
  if (at < 0) return -1;
  if (!is_mount_point(at) && mount_on_itself(at, 0) != 0) return close_and_fail(at);
  return close(at);
}

/* Sets or clears the flag of the store's mount. */
static int set_follows_links(const char *store, bool follows) {
  int fd = open_directory(store);
  if (fd < 0) return -1;
  struct mount_attr attr = {0};
  if (follows)
    attr.attr_clr = MOUNT_ATTR_NOSYMFOLLOW;
  else
    attr.attr_set = MOUNT_ATTR_NOSYMFOLLOW;
  if (sys_mount_setattr(fd, 0, &attr) != 0) return close_and_fail(fd);
  return close(fd);
}

/* Two at a time would each mount the store on itself. The lock ends with the process. */
static bool lock_store(const char *store) {
  int fd = sys_openat2(AT_FDCWD, store, O_RDONLY | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (fd >= 0 && flock(fd, LOCK_EX) == 0) return true;
  log_errno("cannot lock %s", store);
  return false;
}

int guard_layer_store(const char *store) {
  if (!lock_store(store)) return 1;
  if (is_guarded(store) || (make_mount_points(store) == 0 && set_follows_links(store, false) == 0)) return 0;
  log_errno("cannot keep the engine from following links in %s", store);
  return 1;
}

int release_layer_store(const char *store) {
  if (!lock_store(store)) return 1;
  if (!is_guarded(store) || set_follows_links(store, true) == 0) return 0;
  log_errno("cannot have links followed in %s again", store);
  return 1;
}
