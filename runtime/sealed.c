#define _GNU_SOURCE
#include "sealed.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* Exactly these seals: older runc recognizes a copy by them, and with more it makes its own copy. */
enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

/* Wrappers of runc, which are scripts, are run by their path. */
static bool is_program(int fd) {
  static const char magic[4] = {0x7f, 'E', 'L', 'F'};
  char start[sizeof magic];
  return pread(fd, start, sizeof start, 0) == (ssize_t)sizeof start &&
      memcmp(start, magic, sizeof magic) == 0;
}

static bool copy_sealed(int from, int to) {
  ssize_t n;
  do n = sendfile(to, from, NULL, 1 << 30);
  while (n > 0 || (n < 0 && errno == EINTR));
  /*
   * Like runc's own copies: readable by root only, so that the user who runs it cannot inspect its process
   * either.
   */
  return n == 0 && fchmod(to, 0511) == 0 && fcntl(to, F_ADD_SEALS, SEALS) == 0;
}

/* The copy, opened read-only: the kernel does not execute a file that is open for writing. */
static int make_sealed(int from) {
  int copy = memfd_create("runc", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (copy < 0 && errno == EINVAL)
    copy = memfd_create("runc", MFD_CLOEXEC | MFD_ALLOW_SEALING); /* before 6.3 */
  if (copy < 0) return -1;
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
  int fd = copy_sealed(from, copy) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  int saved = errno;
  (void)close(copy);
  errno = saved;
  return fd;
}

int seal_program(const char *path) {
  int from = open(path, O_RDONLY | O_CLOEXEC);
  if (from >= 0 && !is_program(from)) {
    log_error("%s is no program of the machine's own format", path);
    return SEAL_NO_PROGRAM;
  }
  int sealed = from < 0 ? -1 : make_sealed(from);
  if (sealed < 0) {
    log_errno("cannot copy %s to memory", path);
    return 1;
  }
  if (printf("%d\n", sealed) < 0 || fflush(stdout) != 0) return 1;
  char byte;
  ssize_t n;
  do n = read(STDIN_FILENO, &byte, 1);
  while (n > 0 || (n < 0 && errno == EINTR));
  return n == 0 ? 0 : 1;
}

int open_sealed(pid_t pid, unsigned number) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/fd/%u", (int)pid, number);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return -1;
  struct stat st;
  int seals = fcntl(fd, F_GET_SEALS);
  /* The owner of a memory file is its creator: a container's root has an id of its own. */
  if (seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
      st.st_uid == 0 && st.st_nlink == 0)
    return fd;
  (void)close(fd);
  return -1;
}
