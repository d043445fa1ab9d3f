#define _GNU_SOURCE
#include "confine.h"

#include "device-program.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/*
 * What dockerd, containerd, the shims and runc open. Not /dev/console (5:1), nor /dev/net/tun: none of them
 * opens it. A terminal (136) opens on devpts alone, whatever nodes exist elsewhere.
 */
static const struct open_device openable[] = {
    {1, 3}, /* null */
    {1, 5}, /* zero */
    {1, 7}, /* full */
    {1, 8}, /* random */
    {1, 9}, /* urandom */
    {5, 0}, /* tty */
    {5, 2}, /* ptmx */
    {136, ANY_MINOR}, /* terminals */
    {10, 229}, /* fuse, for the fuse-overlayfs storage driver */
};
static const size_t openable_count = sizeof openable / sizeof openable[0];

static int write_file(int directory, const char *name, const char *text) {
  int fd = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -1;
  ssize_t n = write(fd, text, strlen(text));
  int saved = errno;
  (void)close(fd);
  errno = n >= 0 ? EIO : saved;
  return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* EPERM: the parent cgroup does not allow the device, so it is refused in this one anyway. */
static bool allow(int directory, const char *path, const char *rule) {
  if (write_file(directory, "devices.allow", rule) == 0 || errno == EPERM) return true;
  log_errno("cannot allow the devices %s in the cgroup %s", rule, path);
  return false;
}

static bool limit_v1(int directory, const char *path) {
  if (write_file(directory, "devices.deny", "a") != 0) {
    log_errno("cannot deny the devices of the cgroup %s (one with cgroups below it can't be changed)", path);
    return false;
  }
  if (!allow(directory, path, "c *:* m") || !allow(directory, path, "b *:* m")) return false;
  for (size_t i = 0; i < openable_count; i++) {
    char rule[64], minor[16] = "*";
    if (openable[i].minor != ANY_MINOR) (void)snprintf(minor, sizeof minor, "%d", openable[i].minor);
    (void)snprintf(rule, sizeof rule, "c %u:%s rwm", openable[i].major, minor);
    if (!allow(directory, path, rule)) return false;
  }
  return true;
}

static bool limit_v2(int directory, const char *path) {
  const char *what = "";
  if (attach_device_program(directory, openable, openable_count, &what) == 0) return true;
  log_errno("cannot %s the cgroup %s", what, path);
  return false;
}

static bool limit(int directory, const char *path) {
  struct statfs fs;
  if (fstatfs(directory, &fs) != 0) {
    log_errno("cannot tell the file system of %s", path);
    return false;
  }
  if (fs.f_type == CGROUP2_SUPER_MAGIC) return limit_v2(directory, path);
  if (fs.f_type == CGROUP_SUPER_MAGIC && faccessat(directory, "devices.deny", W_OK, 0) == 0)
    return limit_v1(directory, path);
  log_error("%s is no cgroup of v2 or of v1's devices controller", path);
  return false;
}

/* Only a cgroup created for this purpose may be changed. */
static bool is_ours(const char *path) {
  const char *last = strrchr(path, '/');
  return path[0] == '/' && last != NULL && strncmp(last + 1, "bulkhead-", strlen("bulkhead-")) == 0;
}

static bool enter(const char *path) {
  bool made = mkdir(path, 0755) == 0;
  if (!made && errno != EEXIST) {
    log_errno("cannot make the cgroup %s", path);
    return false;
  }
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) {
    log_errno("cannot open the cgroup %s", path);
    return false;
  }
  bool entered = limit(directory, path);
  if (entered && write_file(directory, "cgroup.procs", "0") != 0) {
    log_errno("cannot enter the cgroup %s", path);
    entered = false;
  }
  (void)close(directory);
  if (!entered) {
    if (made) (void)rmdir(path);
    return false;
  }
  /* Test the confinement: /dev/kmsg is not in the list. */
  int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return true;
  (void)close(fd);
  log_error("the cgroup %s does not keep devices from being opened: /dev/kmsg could be", path);
  return false;
}

int confine_devices(int argc, char **argv) {
  if (argc < 2 || strcmp(argv[1], "--") != 0 || !is_ours(argv[0])) {
    log_error("--bulkhead-confine-devices needs the absolute path of a cgroup called bulkhead-…, \"--\" and "
              "a program");
    return 2;
  }
  if (!enter(argv[0])) return 1;
  if (argc == 2) return 0;
  (void)execvp(argv[2], argv + 2);
  log_errno("cannot run %s", argv[2]);
  return 127;
}
