#define _GNU_SOURCE
#include "overlay.h"

#include "fs-identity.h"
#include "log.h"
#include "plan-fields.h"
#include "scratch.h"
#include "syscalls.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Size of mount(2)'s options: one page, at least 4096 bytes. */
enum { OPTIONS_MAX = 4096, KEY_MAX = 64 };

int layers_wanted(void) {
  const char *wanted = getenv("BULKHEAD_LAYERS");
  if (wanted == NULL) return LAYERS_TRY;
  if (strcmp(wanted, "attached") == 0) return LAYERS_ATTACHED;
  log_error("the environment variable BULKHEAD_LAYERS may be `attached` only, not `%s`", wanted);
  return -1;
}

static bool has_option(const struct overlay_request *request, const char *option) {
  for (int i = 0; i < request->n_options; i++)
    if (strcmp(request->options[i], option) == 0) return true;
  return false;
}

/* A directory `name` in upper's parent, never through a link. */
static int open_layer(const struct overlay_request *request, const char *name) {
  return sys_openat2(
      request->upper_parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

/*
 * A volatile overlay marks its work directory, and another overlay is refused while the mark exists: it means
 * that a crash may have lost content. Our overlay follows the engine's own, on the same boot, which was just
 * unmounted: nothing is lost, so the mark is removed.
 */
static int unmark_volatile(const struct overlay_request *request) {
  if (request->upper_parent < 0 || !has_option(request, "volatile")) return 0;
  int work = open_layer(request, request->work);
  if (work < 0) return -1;
  int mark = sys_openat2(
      work, "work/incompat", O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  int result = mark >= 0 && (unlinkat(mark, "volatile/dirty", 0) == 0 || errno == ENOENT)
      ? unlinkat(mark, "volatile", AT_REMOVEDIR)
      : -1;
  if (result != 0 && errno == ENOENT) result = 0;
  int saved = errno;
  if (mark >= 0) (void)close(mark);
  (void)close(work);
  errno = saved;
  return result;
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

static int set_layer(int fs, const char *key, int fd) {
  return sys_fsconfig(fs, FSCONFIG_SET_FD, key, NULL, fd);
}

static int set_upper(int fs, const struct overlay_request *request) {
  const char *names[2] = {request->upper, request->work};
  const char *keys[2] = {"upperdir", "workdir"};
  for (int i = 0; i < 2; i++) {
    int fd = open_layer(request, names[i]);
    if (fd < 0) return -1;
    if (set_layer(fs, keys[i], fd) != 0) return close_and_fail(fd);
    if (close(fd) != 0) return -1;
  }
  return 0;
}

static int set_option(int fs, const char *option) {
  char key[KEY_MAX];
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

/* Overlay accesses its layers as its creator: through id-mapped layers that must be the container's root. */
static int create_configured(const void *argument) {
  const int *fs = argument;
  return sys_fsconfig(*fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

/* Kernel 6.13 and newer. `supported` becomes false if it does not accept layers by descriptor. */
static int overlay_by_fd(const struct overlay_request *request, bool *supported, char *why, size_t size) {
  int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) != 0) return fs_failure(fs, why, size);
  for (int i = 0; i < request->n_lowers; i++)
    if (set_layer(fs, "lowerdir+", request->lowers[i]) != 0) {
      /* 6.5 to 6.12 do not accept such a descriptor; older kernels do not have the key. */
      if (i == 0 && (errno == EBADF || errno == EINVAL)) *supported = false;
      return fs_failure(fs, why, size);
    }
  if (request->upper_parent >= 0 && set_upper(fs, request) != 0) return fs_failure(fs, why, size);
  for (int i = 0; i < request->n_options; i++)
    if (set_option(fs, request->options[i]) != 0) return fs_failure(fs, why, size);
  if (as_fs_identity(request->base, create_configured, &fs) != 0) return fs_failure(fs, why, size);
  int made = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
  if (made < 0) return fs_failure(fs, why, size);
  if (close(fs) != 0) return close_and_fail(made);
  return made;
}

struct options {
  char text[OPTIONS_MAX];
  size_t length;
};

static int append(struct options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int append(struct options *options, const char *format, ...) {
  va_list args;
  va_start(args, format);
  size_t left = sizeof options->text - options->length;
  int n = vsnprintf(options->text + options->length, left, format, args);
  va_end(args);
  if (n < 0 || (size_t)n >= left) {
    errno = E2BIG;
    return -1;
  }
  options->length += (size_t)n;
  return 0;
}

/* In a list of options a value with commas is quoted, which works only for security labels. */
static int append_option(struct options *options, const char *option) {
  if (strpbrk(option, ",\"\\") == NULL) return append(options, ",%s", option);
  const char *equals = strchr(option, '=');
  if (equals == NULL || strchr(option, '"') != NULL || strstr(option, "context=") == NULL ||
      strstr(option, "context=") > equals) {
    errno = EINVAL;
    return -1;
  }
  return append(options, ",%.*s=\"%s\"", (int)(equals - option), option, equals + 1);
}

static int create_mounted(const void *argument) {
  const struct options *options = argument;
  return mount("overlay", "merged", "overlay", 0, options->text);
}

/*
 * Only a mount can be attached, not a directory in a detached mount, unless that mount is attached itself:
 * then a copy of what is below.
 */
static int attach_layer(int layer, bool inside, const char *name) {
  int mount = inside ? sys_open_tree(layer, 0) : layer;
  if (mount < 0) return -1;
  int result = attach_here(mount, name);
  if (!inside) return result;
  if (result != 0) return close_and_fail(mount);
  return close(mount);
}

/* Layer `n` is a lower one, or upper's parent after the last. */
static bool is_inside(const struct overlay_request *request, int n) {
  if (n == request->n_lowers) return request->is_upper_inside;
  return request->is_inside != NULL && request->is_inside[n];
}

/* Names are short and relative, so that as many layers as overlay supports fit into the page of options. */
static int attach_and_mount(const void *argument, int *made) {
  static struct options options;
  const struct overlay_request *request = argument;
  for (int i = 0; i < request->n_stores; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "s%d", i);
    if (attach_here(request->stores[i], name) != 0) return -1;
  }
  for (int i = 0; i < request->n_lowers; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "%d", i);
    if (attach_layer(request->lowers[i], is_inside(request, i), name) != 0 ||
        append(&options, i == 0 ? "lowerdir=%s" : ":%s", name) != 0)
      return -1;
  }
  if (request->upper_parent >= 0) {
    if (!is_layer_name(request->upper) || !is_layer_name(request->work)) {
      errno = EINVAL;
      return -1;
    }
    if (attach_layer(request->upper_parent, request->is_upper_inside, "u") != 0 ||
        append(&options, ",upperdir=u/%s,workdir=u/%s", request->upper, request->work) != 0)
      return -1;
  }
  for (int i = 0; i < request->n_options; i++)
    if (append_option(&options, request->options[i]) != 0) return -1;
  if (mkdir("merged", 0700) != 0 || as_fs_identity(request->base, create_mounted, &options) != 0) return -1;
  int merged = open("merged", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (merged < 0) return -1;
  made[0] = sys_open_tree(merged, 0);
  return made[0] < 0 ? -1 : 0;
}

/* Kernel 5.19 and newer. */
static int overlay_attached(const struct overlay_request *request) {
  static int layers[512];
  struct overlay_request copies = *request;
  int n = 0, made = -1, failed = 0;
  if (request->n_lowers + 1 > (int)(sizeof layers / sizeof layers[0])) {
    errno = E2BIG;
    return -1;
  }
  /*
   * Directories become mounts; detached mounts are used directly where the kernel cannot copy them (before
   * 6.15).
   */
  for (; n < request->n_lowers + (request->upper_parent >= 0 ? 1 : 0) && failed == 0; n++) {
    int from = n < request->n_lowers ? request->lowers[n] : request->upper_parent;
    bool inside = is_inside(request, n);
    layers[n] = inside ? -1 : sys_open_tree(from, 0);
    if (layers[n] < 0 && (inside || errno == EINVAL)) layers[n] = fcntl(from, F_DUPFD_CLOEXEC, 0);
    failed = layers[n] < 0;
  }
  if (failed != 0) n--;
  else {
    copies.lowers = layers;
    if (request->upper_parent >= 0) copies.upper_parent = layers[request->n_lowers];
    failed = in_scratch(attach_and_mount, &copies, &made, 1);
  }
  int saved = errno;
  for (int i = 0; i < n; i++) (void)close(layers[i]);
  errno = saved;
  return failed != 0 ? -1 : made;
}

int make_overlay(const struct overlay_request *request, char *why, size_t size) {
  why[0] = '\0';
  if (unmark_volatile(request) != 0) return -1;
  bool by_fd = request->layers != LAYERS_ATTACHED;
  int made = by_fd ? overlay_by_fd(request, &by_fd, why, size) : -1;
  if (!by_fd && request->layers != LAYERS_BY_FD) {
    why[0] = '\0';
    made = overlay_attached(request);
  }
  if (made < 0) return -1;
  struct mount_attr attr = {.propagation = PRIVATE_FLAG};
  if (request->upper_parent < 0) attr.attr_set |= MOUNT_ATTR_RDONLY;
  /*
   * Device files of images cannot be opened by anyone, even through a passed descriptor; containers get their
   * devices by other means.
   */
  if (request->base != 0) attr.attr_set |= MOUNT_ATTR_NODEV;
  if (sys_mount_setattr(made, 0, &attr) != 0) return close_and_fail(made);
  return made;
}
