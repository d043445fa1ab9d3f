#define _GNU_SOURCE
#include "check.h"

#include "log.h"
#include "mounts.h"
#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BASE = 1999962112 };

static int unmet;

static void say(const char *code, bool met, const char *found) {
  char escaped[1024];
  size_t n = 0;
  for (const unsigned char *p = (const unsigned char *)found; *p != '\0' && n + 2 < sizeof escaped; p++) {
    if (*p == '"' || *p == '\\') escaped[n++] = '\\';
    escaped[n++] = *p < 0x20 ? ' ' : (char)*p;
  }
  escaped[n] = '\0';
  (void)printf("{\"code\":\"%s\",\"met\":%s,\"found\":\"%s\"}\n", code, met ? "true" : "false", escaped);
  if (!met) unmet = 1;
}

/* The map of disk ids of the range, as the planner writes it. */
static int shifted_namespace(void) {
  char map[32];
  (void)snprintf(map, sizeof map, "0 %u 65536\n", (unsigned)BASE);
  return make_user_namespace(map, map);
}

static int clone_path(const char *path, int userns) {
  struct expected_file any = {.given = false};
  int at = open_exactly(path, &any);
  if (at < 0) return -1;
  int fd = clone_tree(at, userns, 0);
  int saved = errno;
  (void)close(at);
  errno = saved;
  return fd;
}

/*
 * Tries an overlay of `lower` and the upper directory `up` with `layers`. Returns whether it is correct;
 * otherwise `found` describes the problem.
 */
static bool try_overlay(enum layers layers, int lower, const char *up, int userns, char *found, size_t size) {
  char why[256] = "", copied[64];
  struct stat through, disk;
  int upper = clone_path(up, userns);
  struct overlay_request request = {.layers = layers,
      .base = BASE,
      .lowers = &lower,
      .n_lowers = 1,
      .upper_parent = upper,
      .upper = "diff",
      .work = "work"};
  int mount = upper < 0 ? -1 : make_overlay(&request, why, sizeof why);
  if (mount < 0) {
    (void)snprintf(found, size, "%s%s%s", strerror(errno), why[0] != '\0' ? ": " : "", why);
    if (upper >= 0) (void)close(upper);
    return false;
  }
  (void)snprintf(copied, sizeof copied, "%s/diff/lower-file", up);
  errno = 0;
  /*
   * Root's file in the lower layer must appear as the container's root's, and be root's again when copied up.
   */
  bool right = fstatat(mount, "lower-file", &through, 0) == 0 && through.st_uid == BASE &&
      fchmodat(mount, "lower-file", 0640, 0) == 0 && stat(copied, &disk) == 0 && disk.st_uid == 0;
  if (!right) (void)snprintf(found, size, "a copied-up file has the wrong owner: %s", strerror(errno));
  (void)close(mount);
  (void)close(upper);
  return right;
}

static void check_overlays(int lower, int userns) {
  char by_fd[400] = "not tried", attached[400] = "", found[1024];
  bool forced = layers_wanted() == LAYERS_ATTACHED;
  bool one = !forced && try_overlay(LAYERS_BY_FD, lower, "up-fd", userns, by_fd, sizeof by_fd);
  bool other = try_overlay(LAYERS_ATTACHED, lower, "up-attached", userns, attached, sizeof attached);
  if (one)
    (void)snprintf(found, sizeof found, "overlay takes id-mapped layers by file descriptor%s",
        other ? ", and attached ones" : "");
  else if (other)
    (void)snprintf(
        found, sizeof found, "overlay takes id-mapped layers attached (by file descriptor: %s)", by_fd);
  else
    (void)snprintf(found, sizeof found,
        "overlay takes no id-mapped layers: by file descriptor: %s; attached: %s", by_fd, attached);
  say("overlay-layers", one || other, found);
}

/* In the scratch directory. */
static void check_here(void) {
  char found[512];
  int userns = shifted_namespace();
  if (userns < 0) {
    (void)snprintf(found, sizeof found, "no user namespace can be made: %s", strerror(errno));
    say("mount-api", false, found);
    return;
  }
  int plain = clone_path("low", -1);
  (void)snprintf(found, sizeof found,
      plain >= 0 ? "user namespaces, open_tree and mount_setattr work" : "open_tree or mount_setattr: %s",
      strerror(errno));
  say("mount-api", plain >= 0, found);
  if (plain >= 0) (void)close(plain);

  int lower = clone_path("low", userns);
  struct stat st;
  errno = 0;
  bool shifted = lower >= 0 && fstatat(lower, "lower-file", &st, 0) == 0 && st.st_uid == BASE;
  (void)snprintf(found, sizeof found,
      shifted ? "works on this file system" : "this file system cannot be id-mapped: %s", strerror(errno));
  say("idmapped-mounts", shifted, found);
  if (shifted) check_overlays(lower, userns);
  else say("overlay-layers", false, "not tried: needs id-mapped mounts");
  if (lower >= 0) (void)close(lower);
  (void)close(userns);
  reap_namespace_holders();
}

static int make_files(void) {
  static const char *const directories[] = {
      "low", "up-fd", "up-fd/diff", "up-fd/work", "up-attached", "up-attached/diff", "up-attached/work"};
  for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
    if (mkdir(directories[i], 0700) != 0) return -1;
  int fd = open("low/lower-file", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  return close(fd);
}

/*
 * Deletes exactly what was created (including overlay's own directories in work): no recursion, so never
 * anything else.
 */
static void remove_files(void) {
  static const char *const names[] = {"diff/lower-file", "work/work", "work/index", "work", "diff", ""};
  static const char *const uppers[] = {"up-fd", "up-attached"};
  char path[64];
  for (size_t u = 0; u < 2; u++)
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      (void)snprintf(path, sizeof path, "%s/%s", uppers[u], names[i]);
      if (remove(path) != 0 && errno != ENOENT) log_errno("cannot delete %s", path);
    }
  if ((remove("low/lower-file") != 0 && errno != ENOENT) || (remove("low") != 0 && errno != ENOENT))
    log_errno("cannot delete what was tried");
}

int check_requirements(const char *directory) {
  char dir[PATH_MAX];
  int n = snprintf(dir, sizeof dir, "%s/.bulkhead-check-XXXXXX", directory);
  if (n < 0 || (size_t)n >= sizeof dir || directory[0] != '/') {
    log_error("--bulkhead-check needs an absolute path of an existing directory");
    return 2;
  }
  if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
    log_errno("cannot make a mount namespace to try in (run as root)");
    return 2;
  }
  if (mkdtemp(dir) == NULL) {
    log_errno("cannot write in %s", directory);
    return 2;
  }
  if (chdir(dir) == 0) {
    if (make_files() == 0) check_here();
    else {
      log_errno("cannot write in %s", dir);
      unmet = 2;
    }
    remove_files();
    if (chdir("/") != 0) log_errno("cannot leave %s", dir);
  }
  if (rmdir(dir) != 0) log_errno("cannot delete %s", dir);
  return fflush(stdout) == 0 ? unmet : 2;
}
