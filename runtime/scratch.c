#define _GNU_SOURCE
#include "scratch.h"

#include "syscalls.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

int attach_here(int mount, const char *name) {
  if (mkdir(name, 0700) != 0) return -1;
  int at = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (at < 0) return -1;
  if (sys_move_mount(mount, at) != 0) return close_and_fail(at);
  return close(at);
}

/*
 * A mount namespace of our own with an empty tmpfs as current directory. It covers /proc, which is a mount
 * point wherever we run.
 */
static int enter(void) {
  if (unshare(CLONE_NEWNS) != 0) return -1;
  /* Only the mount below ours has to be private: what is mounted on a private mount's children stays here. */
  if (mount(NULL, "/proc", NULL, PRIVATE_FLAG, NULL) != 0) return -1;
  if (mount("bulkhead", "/proc", "tmpfs", 0, "mode=0700,size=1m") != 0) return -1;
  return chdir("/proc");
}

union fd_message {
  char bytes[CMSG_SPACE(SCRATCH_MAX_MADE * sizeof(int))];
  struct cmsghdr align;
};

/* Reports `error` to the parent, or sends it the descriptors `made`. */
static int report(int to, int error, const int *made, int n) {
  union fd_message control = {0};
  struct iovec data = {.iov_base = &error, .iov_len = sizeof error};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  if (error == 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
    memcpy(CMSG_DATA(header), made, (size_t)n * sizeof(int));
  }
  ssize_t sent;
  do sent = sendmsg(to, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)sizeof error ? 0 : -1;
}

/* Reads the child's report: 0 with `made` filled, else -1 with errno. */
static int await(int from, int *made, int n) {
  int error = 0;
  union fd_message control;
  struct iovec data = {.iov_base = &error, .iov_len = sizeof error};
  struct msghdr message = {.msg_iov = &data,
      .msg_iovlen = 1,
      .msg_control = control.bytes,
      .msg_controllen = sizeof control.bytes};
  ssize_t got;
  do got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0) return -1;
  if (got != (ssize_t)sizeof error) { /* it was killed */
    errno = ECHILD;
    return -1;
  }
  if (error != 0) {
    errno = error;
    return -1;
  }
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  size_t size = (size_t)n * sizeof(int);
  if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(size)) {
    /*
     * Fewer descriptors than sent: our limit of open files is reached, and the received ones are closed when
     * we exit.
     */
    errno = EMFILE;
    return -1;
  }
  memcpy(made, CMSG_DATA(header), size);
  return 0;
}

int in_scratch(scratch_work *work, const void *argument, int *made, int n) {
  int pair[2];
  if (n < 1 || n > SCRATCH_MAX_MADE) {
    errno = EINVAL;
    return -1;
  }
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return -1;
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    int made_here[SCRATCH_MAX_MADE];
    (void)close(pair[0]);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(1);
    int error = enter() == 0 && work(argument, made_here) == 0 ? 0 : errno != 0 ? errno : EIO;
    _exit(report(pair[1], error, made_here, n) == 0 ? 0 : 1);
  }
  int result = -1;
  int saved = errno;
  (void)close(pair[1]);
  errno = saved;
  if (child > 0) result = await(pair[0], made, n);
  saved = errno;
  (void)close(pair[0]);
  if (child > 0)
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  errno = saved;
  return result;
}
