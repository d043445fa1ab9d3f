#define _GNU_SOURCE
#include "container-check.h"

#include "cgroup.h"
#include "log.h"
#include "plan-fields.h"
#include "streams.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Namespaces to join are named by a process id: the planner checked that process, but it may have exited
 * since, and its pid may have been reused before runc opened it.
 */
static bool has_own_namespaces(long pid) {
  static const char *const names[] = {"ipc", "mnt", "net", "pid", "uts"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[64];
    struct stat ours, its;
    (void)snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    int looked = stat(path, &ours);
    (void)snprintf(path, sizeof path, "/proc/%ld/ns/%s", pid, names[i]);
    if (looked != 0 || stat(path, &its) != 0) {
      log_errno("cannot look at the container's %s namespace; it was not started", names[i]);
      return false;
    }
    if (ours.st_ino != its.st_ino || ours.st_dev != its.st_dev) continue;
    log_error("runc created the container in the machine's %s namespace; it was not started", names[i]);
    return false;
  }
  return true;
}

bool is_isolated(long pid, unsigned base) {
  if (base == 0 || streams_range_of_process(pid) != base) {
    log_error("runc created the container without its own user namespace; it was not started");
    return false;
  }
  return has_own_namespaces(pid);
}

/*
 * Sets the domain name of the container's UTS namespace, which is not ours. Only the machine's root may write
 * the file for it, and runc before 1.2 has no other way.
 */
static bool set_domain(long pid, const char *domain) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%ld/ns/uts", pid);
  struct stat ours, its;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool is_own = fd >= 0 && fstat(fd, &its) == 0 && stat("/proc/self/ns/uts", &ours) == 0 &&
      (ours.st_ino != its.st_ino || ours.st_dev != its.st_dev);
  bool set = is_own && setns(fd, CLONE_NEWUTS) == 0 && setdomainname(domain, strlen(domain)) == 0;
  if (!set) log_errno("cannot set the container's domain name to %s; it was not started", domain);
  if (fd >= 0) (void)close(fd);
  return set;
}

int check_container(int argc, char **argv) {
  uint64_t base;
  if (argc < 1 || argc > 2 || !parse_number(argv[0], UINT_MAX - 65536U, &base) || base < 65536) {
    log_error("--bulkhead-check-container is called by runc only, with a base id and a domain name");
    return 2;
  }
  long pid = pid_from_state();
  if (pid <= 0) {
    log_error("the container's state holds no process id: runc is of a version this runtime does not know");
    return 1;
  }
  return is_isolated(pid, (unsigned)base) && (argc == 1 || set_domain(pid, argv[1])) ? 0 : 1;
}
