#define _GNU_SOURCE
#include "probe-operations.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long one operation may take, s: probeOperation in shared/process/time-limits.ts. */
#define OPERATION_SECONDS 5
/* Exit status of an operation that failed without an error number. */
#define UNKNOWN_ERROR 255

bool passes(long result, int error_after_permission) {
  return result >= 0 || errno == error_after_permission;
}

bool read_file(const char *path, char *buffer, size_t size) {
  buffer[0] = '\0';
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, buffer, size - 1);
  int saved = errno;
  close(fd);
  errno = saved;
  if (n < 0) return false;
  buffer[n] = '\0';
  return true;
}

bool opens(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return false;
  close(fd);
  return true;
}

bool mounts(const char *type, const char *source, const char *options, int error_after_permission) {
  const char *const target = PROBE_DIRECTORY "/mount";
  if (mkdir(target, 0700) != 0 && errno != EEXIST) return false;
  if (mount(source, target, type, MS_NOSUID | MS_NODEV, options) != 0) return errno == error_after_permission;
  return umount2(target, MNT_DETACH) == 0;
}

bool rewrite(const char *path) {
  char value[4096];
  if (!read_file(path, value, sizeof value)) return false;
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t length = strlen(value);
  bool written = write(fd, value, length) == (ssize_t)length;
  int saved = errno;
  close(fd);
  errno = saved;
  return written;
}

int make_file(const char *name) {
  char path[256];
  snprintf(path, sizeof path, PROBE_DIRECTORY "/%s", name);
  return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/*
 * Runs one operation in a process and a session of its own, so that nothing it changes persists. Prints the
 * outcome.
 */
static void print_outcome(bool first, const struct operation *operation) {
  pid_t child = fork();
  if (child == 0) {
    setsid();
    alarm(OPERATION_SECONDS);
    errno = 0;
    if (operation->run()) _exit(0);
    _exit(errno > 0 && errno < UNKNOWN_ERROR ? errno : UNKNOWN_ERROR);
  }
  int status = 0;
  const char *outcome = "not tried";
  if (child > 0 && waitpid(child, &status, 0) == child) {
    if (WIFSIGNALED(status)) outcome = WTERMSIG(status) == SIGALRM ? "timed out" : "crashed";
    else if (WEXITSTATUS(status) == 0) outcome = "ok";
    else if ((outcome = strerrorname_np(WEXITSTATUS(status))) == NULL) outcome = "unknown error";
  }
  printf("%s\"%s\":\"%s\"", first ? "" : ",", operation->id, outcome);
}

void print_operations(void) {
  /* An existing one would belong to somebody else: the image contains only this program. */
  mkdir(PROBE_DIRECTORY, 0700);
  for (size_t i = 0; i < global_operations_count; i++) print_outcome(i == 0, &global_operations[i]);
  for (size_t i = 0; i < local_operations_count; i++) print_outcome(false, &local_operations[i]);
}
