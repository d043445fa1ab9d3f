/*
 * bulkhead-runc: the OCI runtime containerd calls. Before runc creates a container it asks the planner how to put it in a user
 * namespace with an id range of its own, and performs that plan; after runc deleted it, it takes the mounts away and gives the
 * engine its plain overlay back. Everything else is runc's. Without the planner nothing is created (fail closed), but what runs
 * can still be stopped and deleted.
 */
#define _GNU_SOURCE
#include "cgroup.h"
#include "check.h"
#include "log.h"
#include "plan.h"
#include "planner-client.h"
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct invocation {
  const char *command, *id, *bundle, *runc_root, *pid_file;
  bool detach;
};

static char root_dir[PATH_MAX], runc_path[PATH_MAX];
static char answer[PLAN_MAX_BYTES + 1];

/* Finds our own place: <root>/runtime/bulkhead-runc. */
static bool locate(void) {
  char exe[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
  if (n <= 0) {
    log_errno("cannot find my own path: /proc must be mounted");
    return false;
  }
  exe[n] = '\0';
  char *slash = strrchr(exe, '/');
  if (slash == NULL) return false;
  *slash = '\0';
  int written = snprintf(runc_path, sizeof runc_path, "%s/runc", exe);
  slash = strrchr(exe, '/');
  if (written < 0 || (size_t)written >= sizeof runc_path || slash == NULL) {
    log_error("%s is no place for the runtime: its path is too long", exe);
    return false;
  }
  *slash = '\0';
  (void)snprintf(root_dir, sizeof root_dir, "%s", *exe != '\0' ? exe : "/");
  return true;
}

static const char *const commands_passed_on[] = {"checkpoint", "events", "exec",  "features", "help",  "init", "kill", "list",
                                                 "pause",      "ps",     "resume", "spec",     "start", "state", "update", NULL};
static const char *const global_values[] = {"log", "log-format", "root", "criu", "rootless", NULL};
static const char *const global_flags[] = {"debug", "systemd-cgroup", "help", "h", "version", "v", NULL};
static const char *const create_values[] = {"bundle", "b", "console-socket", "pid-file", "preserve-fds", "pidfd-socket", NULL};
static const char *const create_flags[] = {"no-pivot", "no-new-keyring", "detach", "d", "keep", "no-subreaper", "help", "h", NULL};
static const char *const delete_flags[] = {"force", "f", "help", "h", NULL};

static bool listed(const char *const *list, const char *name, size_t length) {
  for (; *list != NULL; list++)
    if (strlen(*list) == length && strncmp(*list, name, length) == 0) return true;
  return false;
}

static bool named(const char *name, size_t length, const char *a, const char *b) {
  return (strlen(a) == length && strncmp(a, name, length) == 0) || (strlen(b) == length && strncmp(b, name, length) == 0);
}

/* A flag given as `--flag`, `--flag=true` or `--flag=false`. */
static bool flag_on(const char *value) { return value == NULL || strcmp(value, "true") == 0 || strcmp(value, "1") == 0; }

/*
 * Reads one option at argv[*i] (it starts with '-'), moving *i to its last word. False after a message when it is not known:
 * an option that is guessed wrong could make something else look like the container's id.
 */
static bool option(int argc, char **argv, int *i, const char *const *values, const char *const *flags, struct invocation *call, const char **log, bool *json) {
  const char *name = argv[*i] + (argv[*i][1] == '-' ? 2 : 1);
  size_t length = strcspn(name, "=");
  const char *value = name[length] == '=' ? name + length + 1 : NULL;
  if (listed(flags, name, length)) {
    if (named(name, length, "detach", "d")) call->detach = flag_on(value);
    return true;
  }
  if (!listed(values, name, length)) {
    log_error("runc option %s is not known to this version of the runtime", argv[*i]);
    return false;
  }
  if (value == NULL) {
    if (*i + 1 >= argc) {
      log_error("option %s needs a value", argv[*i]);
      return false;
    }
    value = argv[++*i];
  }
  if (named(name, length, "log", "log")) *log = value;
  if (named(name, length, "log-format", "log-format")) *json = strcmp(value, "json") == 0;
  if (named(name, length, "root", "root")) call->runc_root = value;
  if (named(name, length, "bundle", "b")) call->bundle = value;
  if (named(name, length, "pid-file", "pid-file")) call->pid_file = value;
  log_setup(*log, *json);
  return true;
}

/* Understands runc's command line as far as we act on it. */
static bool parse(int argc, char **argv, struct invocation *call) {
  const char *log = NULL;
  bool json = false;
  int i = 1;
  call->runc_root = "/run/runc"; /* runc's own default for root */
  for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++)
    if (!option(argc, argv, &i, global_values, global_flags, call, &log, &json)) return false;
  if (i == argc) return true; /* --version, --help */
  call->command = argv[i++];
  bool creates = strcmp(call->command, "create") == 0 || strcmp(call->command, "run") == 0;
  if (!creates && strcmp(call->command, "delete") != 0) {
    if (listed(commands_passed_on, call->command, strlen(call->command))) return true;
    log_error("runc %s is not supported with isolated containers", call->command);
    return false;
  }
  static const char *const none[] = {NULL};
  for (; i < argc; i++) {
    bool is_option = argv[i][0] == '-' && argv[i][1] != '\0';
    if (is_option && strcmp(argv[i], "--") != 0) {
      if (!option(argc, argv, &i, creates ? create_values : none, creates ? create_flags : delete_flags, call, &log, &json)) return false;
    } else if (!is_option) {
      if (call->id != NULL) {
        log_error("runc %s takes one container id", call->command);
        return false;
      }
      call->id = argv[i];
    }
  }
  if (call->id == NULL) {
    log_error("runc %s needs a container id", call->command);
    return false;
  }
  return true;
}

static volatile sig_atomic_t child_pid, stop_signal;

static void on_signal(int number) {
  int saved = errno;
  stop_signal = number;
  if (child_pid > 0) (void)kill(child_pid, number);
  errno = saved;
}

static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

static bool forward_signals(bool on) {
  struct sigaction action = {.sa_handler = on ? on_signal : SIG_DFL, .sa_flags = SA_RESTART};
  for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
    if (sigaction(forwarded[i], &action, NULL) != 0) {
      log_errno("cannot handle signals");
      return false;
    }
  return true;
}

/* Runs runc with `argv` and returns its exit code as a shell would; -1 after a message when it could not be run. */
static int run_runc(char **argv) {
  /* Signals wait while there is no child to forward them to. */
  sigset_t all, before;
  (void)sigfillset(&all);
  (void)sigprocmask(SIG_BLOCK, &all, &before);
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    (void)forward_signals(false);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    /* containerd kills its runtime when it dies; runc must not outlive us then. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(126);
    (void)execv(runc_path, argv);
    log_errno("cannot run %s: install runc and restart the engine", runc_path);
    _exit(127);
  }
  if (pid > 0) child_pid = pid;
  int saved = errno;
  (void)sigprocmask(SIG_SETMASK, &before, NULL);
  errno = saved;
  if (pid < 0) {
    log_errno("cannot start runc");
    return -1;
  }
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno == EINTR) continue;
    log_errno("cannot wait for runc");
    return -1;
  }
  child_pid = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Takes away what a create left. Says what it could not do: the planner finishes it, at its next start where there is none. */
static void clean_up(const struct invocation *call) {
  struct planner_request request = {.verb = "delete", .id = call->id, .runc_root = call->runc_root};
  long n = planner_ask(root_dir, &request, answer, sizeof answer);
  if (n < 0 || plan_perform(answer, (size_t)n) != PLAN_DONE) {
    log_warning("container %s: its mounts are left for the planner", call->id);
    return;
  }
  request.verb = "release";
  n = planner_ask(root_dir, &request, answer, sizeof answer);
  if (n < 0 || plan_perform(answer, (size_t)n) != PLAN_DONE) log_warning("container %s: its id range is left for the planner", call->id);
}

/* The invariant, on the created but not yet started container: its root is the one the planner gave it, not the engine's (A2). */
static bool is_isolated(const char *pid_file, unsigned base) {
  FILE *file = fopen(pid_file, "re");
  unsigned pid = 0;
  int found = file != NULL ? fscanf(file, "%u", &pid) : 0;
  if (file != NULL) (void)fclose(file);
  if (found != 1 || pid == 0) {
    log_error("runc left no process id in %s", pid_file);
    return false;
  }
  if (base != 0 && streams_range_of_process((long)pid) == base) return true;
  log_error("runc created the container without its own user namespace; it was not started");
  return false;
}

static int delete_by_force(const struct invocation *call) {
  static char root[PATH_MAX], id[PATH_MAX];
  (void)snprintf(root, sizeof root, "%s", call->runc_root);
  (void)snprintf(id, sizeof id, "%s", call->id);
  char *words[] = {"runc", "--root", root, "delete", "--force", id, NULL};
  return run_runc(words);
}

static int create(char **argv, struct invocation *call) {
  static char bundle[PATH_MAX];
  if (realpath(call->bundle != NULL ? call->bundle : ".", bundle) == NULL) {
    log_errno("cannot find the container's bundle");
    return 1;
  }
  call->bundle = bundle;
  struct planner_request request = {.verb = "create", .id = call->id, .bundle = bundle, .runc_root = call->runc_root, .wait = true};
  long n = planner_ask(root_dir, &request, answer, sizeof answer);
  if (n < 0) return 1;
  enum plan_result planned = plan_perform(answer, (size_t)n);
  if (planned == PLAN_REFUSED) return 1;
  unsigned base = plan_range();
  if (planned == PLAN_DONE) streams_hand_over(base);
  int code = planned == PLAN_DONE && stop_signal == 0 ? run_runc(argv) : -1;
  bool runs_on = code == 0 && (strcmp(call->command, "create") == 0 || call->detach);
  if (runs_on && call->pid_file != NULL && !is_isolated(call->pid_file, base)) {
    (void)delete_by_force(call);
    runs_on = false;
    code = 1;
  }
  if (!runs_on) clean_up(call);
  return code < 0 ? 1 : code;
}

/* Hands the streams of `exec` over. What containerd runs is `exec --process FILE … ID`; by hand the id stands elsewhere, and is left alone. */
static void hand_over_for_exec(int argc, char **argv, const struct invocation *call) {
  if (call->command == NULL || strcmp(call->command, "exec") != 0) return;
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], "--process") == 0) {
      streams_hand_over(streams_range_of(call->runc_root, argv[argc - 1]));
      return;
    }
}

static int pass_on(char **argv) {
  (void)execv(runc_path, argv);
  log_errno("cannot run %s: install runc and restart the engine", runc_path);
  return 127;
}

/* A plan on stdin: how the planner unmounts what a crash left (it has no mount calls of its own). */
static int perform_from_stdin(void) {
  size_t length = 0;
  for (;;) {
    ssize_t n = read(STDIN_FILENO, answer + length, sizeof answer - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      log_errno("cannot read the plan");
      return 1;
    }
    if (n == 0) break;
    length += (size_t)n;
    if (length == sizeof answer) {
      log_error("the plan is too long");
      return 1;
    }
  }
  return plan_perform(answer, length) == PLAN_DONE ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-check") == 0) {
    if (argc == 3) return check_requirements(argv[2]);
    log_error("--bulkhead-check needs one directory");
    return 2;
  }
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-chown-cgroup") == 0) return chown_cgroup(argc - 2, argv + 2);
  if (argc == 2 && strcmp(argv[1], "--bulkhead-perform") == 0) return perform_from_stdin();

  struct invocation call = {0};
  if (argc < 1 || !locate() || !parse(argc, argv, &call)) return 1;
  bool creates = call.id != NULL && strcmp(call.command, "delete") != 0;
  if (call.id == NULL) {
    hand_over_for_exec(argc, argv, &call);
    return pass_on(argv);
  }
  if (!forward_signals(true)) return 1;
  if (creates) return create(argv, &call);
  struct planner_request deleting = {.verb = "deleting", .id = call.id, .runc_root = call.runc_root};
  planner_announce(root_dir, &deleting);
  int code = run_runc(argv);
  clean_up(&call);
  return code < 0 ? 1 : code;
}
