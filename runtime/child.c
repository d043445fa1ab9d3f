#define _GNU_SOURCE
#include "child.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child_pid, stop_signal;

static void on_signal(int number) {
  int saved = errno;
  stop_signal = number;
  if (child_pid > 0) (void)kill(child_pid, number);
  errno = saved;
}

static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};
enum { FORWARDED = sizeof forwarded / sizeof forwarded[0] };
static struct sigaction before[FORWARDED], pipe_before;
static bool changed;

bool forward_signals(void) {
  struct sigaction forward = {.sa_handler = on_signal, .sa_flags = SA_RESTART},
                   ignore = {.sa_handler = SIG_IGN};
  for (int i = 0; i < FORWARDED; i++)
    if (sigaction(forwarded[i], &forward, &before[i]) != 0) {
      log_errno("cannot handle signals");
      return false;
    }
  /* A closed stderr must not kill us and leave mounts behind. */
  if (sigaction(SIGPIPE, &ignore, &pipe_before) != 0) {
    log_errno("cannot handle signals");
    return false;
  }
  changed = true;
  return true;
}

bool was_signalled(void) { return stop_signal != 0; }

static bool restore_signals(void) {
  if (!changed) return true;
  for (int i = 0; i < FORWARDED; i++)
    if (sigaction(forwarded[i], &before[i], NULL) != 0) return false;
  return sigaction(SIGPIPE, &pipe_before, NULL) == 0;
}

/*
 * Waits until the child has closed all of our descriptors: `started` is one of them, closed on exec like all.
 */
static void wait_for_exec(int started) {
  char byte;
  ssize_t n;
  do n = read(started, &byte, 1);
  while (n < 0 && errno == EINTR);
  (void)close(started);
}

/*
 * Starts `program` in a child that shares our memory until exec (vfork), since copying it is the most
 * expensive part. The child may only do what is below and in `prepare`, with all signals blocked as long as
 * one of our handlers could run in the shared memory.
 */
__attribute__((noinline)) static pid_t start(
    const char *program, int copy, char *const *argv, const sigset_t *mask, bool (*prepare)(void)) {
  const pid_t parent = getpid();
  const pid_t pid = vfork();
  if (pid != 0) return pid;
  /* containerd kills its runtime when it dies; runc must not outlive us then. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(126);
  if (!prepare()) _exit(126);
  /*
   * runc starts with the signal mask that we were started with. All handlers are reset before signals are
   * unblocked.
   */
  if (!restore_signals() || sigprocmask(SIG_SETMASK, mask, NULL) != 0) _exit(126);
  if (copy >= 0) (void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
  (void)execv(program, argv);
  log_errno("cannot run %s: install runc and restart the engine", program);
  _exit(127);
}

int run_child(const char *program, int copy, char **argv, bool (*prepare)(void), void (*meanwhile)(void)) {
  int started[2];
  if (pipe2(started, O_CLOEXEC) != 0) {
    log_errno("cannot start runc");
    return -1;
  }
  /* Signals stay blocked while there is no child to forward them to. */
  sigset_t all, mask;
  (void)sigfillset(&all);
  if (sigprocmask(SIG_BLOCK, &all, &mask) != 0) {
    log_errno("cannot block signals");
    (void)close(started[0]);
    (void)close(started[1]);
    return -1;
  }
  pid_t pid = start(program, copy, argv, &mask, prepare);
  int saved = errno;
  if (pid > 0) child_pid = pid;
  (void)sigprocmask(SIG_SETMASK, &mask, NULL);
  (void)close(started[1]);
  errno = saved;
  if (pid < 0) {
    log_errno("cannot start runc");
    (void)close(started[0]);
    return -1;
  }
  wait_for_exec(started[0]);
  meanwhile();
  /* Reap only after forwarding has stopped: the pid may be reused afterwards. */
  siginfo_t info;
  int waited, status;
  do waited = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
  while (waited < 0 && errno == EINTR);
  child_pid = 0;
  /* The child has exited: this does not block. */
  if (waited < 0 || waitpid(pid, &status, 0) < 0) {
    log_errno("cannot wait for runc");
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
