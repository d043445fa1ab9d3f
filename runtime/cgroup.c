#define _GNU_SOURCE
#include "cgroup.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The files listed in /sys/kernel/cgroup/delegate, and v1's tasks: what a delegate needs to manage cgroups of
 * its own.
 */
static const char *const delegated[] = {
    "cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "memory.oom.group", "tasks"};

long pid_from_state(void) {
  static char state[1 << 16];
  size_t length = 0;
  while (length < sizeof state - 1) {
    ssize_t n = read(STDIN_FILENO, state + length, sizeof state - 1 - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    length += (size_t)n;
  }
  state[length] = '\0';
  /* Inside a JSON string the quotes would be escaped, and only id and status precede it. */
  for (const char *p = state; (p = strstr(p, "\"pid\":")) != NULL;) {
    bool quoted = p > state && p[-1] == '\\';
    p += 6;
    if (quoted || *p < '1' || *p > '9') continue;
    char *end;
    errno = 0;
    long pid = strtol(p, &end, 10);
    if (errno == 0 && (*end == ',' || *end == '}')) return pid;
  }
  return -1;
}

static int chown_at(int dir, const char *name, uid_t owner) {
  if (fchownat(dir, name, owner, owner, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT) return 0;
  return -1;
}

static int delegate(const char *mount_point, const char *cgroup, uid_t owner) {
  char directory[PATH_MAX];
  int n = snprintf(directory, sizeof directory, "%s%s", mount_point, cgroup);
  if (n < 0 || (size_t)n >= sizeof directory) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int dir = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (dir < 0) return errno == ENOENT ? 0 : -1;
  int result = fchown(dir, owner, owner);
  for (size_t i = 0; result == 0 && i < sizeof delegated / sizeof delegated[0]; i++)
    result = chown_at(dir, delegated[i], owner);
  int saved = errno;
  (void)close(dir);
  errno = saved;
  return result;
}

/*
 * Whether the last component of `cgroup` names container `id` (`<id>`, `docker-<id>.scope`): never a
 * directory shared with others.
 */
static bool is_own(const char *cgroup, const char *id) {
  const char *last = strrchr(cgroup, '/');
  return last != NULL && strstr(last, id) != NULL && strstr(cgroup, "/../") == NULL;
}

int chown_cgroup(int argc, char **argv) {
  if (argc < 2 || strlen(argv[1]) < 8) {
    log_error("--bulkhead-chown-cgroup is called by runc only, with a base id and a container id");
    return 2;
  }
  char *end;
  errno = 0;
  unsigned long base = strtoul(argv[0], &end, 10);
  if (errno != 0 || *end != '\0' || base < 65536 || base > UINT_MAX - 65536UL) {
    log_error("not a base id: %s", argv[0]);
    return 2;
  }
  long pid = pid_from_state();
  if (pid <= 0) {
    log_error("the container's state holds no process id: runc is of a version this runtime does not know");
    return 1;
  }
  char path[64], line[PATH_MAX + 256];
  (void)snprintf(path, sizeof path, "/proc/%ld/cgroup", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    log_errno("cannot read %s", path);
    return 1;
  }
  int result = 0;
  while (result == 0 && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *cgroup = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (controllers == NULL || cgroup == NULL) continue;
    controllers++;
    *cgroup++ = '\0';
    if (!is_own(cgroup, argv[1])) continue;
    size_t length = strlen(controllers);
    for (int i = 2; i < argc; i++) {
      if (strncmp(argv[i], controllers, length) != 0 || argv[i][length] != '=') {
        /* `name=systemd` contains an equals sign: the mount point always starts with a slash. */
        continue;
      }
      if (argv[i][length + 1] != '/') continue;
      if (delegate(argv[i] + length + 1, cgroup, (uid_t)base) != 0) {
        log_errno("cannot give the cgroup %s%s to the container", argv[i] + length + 1, cgroup);
        result = 1;
      }
    }
  }
  (void)fclose(file);
  return result;
}
