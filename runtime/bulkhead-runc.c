/*
 * bulkhead-runc: the OCI runtime that containerd calls. Before runc creates a container it asks the planner
 * how to put it in a user namespace with an id range of its own, and performs that plan; after runc has
 * deleted it, it removes the mounts and restores the engine's plain overlay. Everything else is passed to
 * runc. Without the planner no container is created (fail closed), but running ones can still be stopped and
 * deleted.
 */
#define _GNU_SOURCE
#include "cgroup.h"
#include "check.h"
#include "child.h"
#include "confine.h"
#include "container-check.h"
#include "invocation.h"
#include "kernel-settings.h"
#include "layer-store.h"
#include "log.h"
#include "plan.h"
#include "planner-client.h"
#include "runc-root.h"
#include "sealed.h"
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root_dir[PATH_MAX], runc_path[PATH_MAX];
static char answer[PLAN_MAX_BYTES + 1];

/*
 * Where packages put runc. docker.io and docker-ce have different places, and one may replace the other while
 * containers run: containerd ends every container that its runtime can't list.
 */
static void find_installed_runc(void) {
  static const char *const places[] = {"/usr/local/sbin/runc", "/usr/sbin/runc", "/usr/local/bin/runc",
                                       "/usr/bin/runc"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (access(places[i], X_OK) == 0) {
      (void)snprintf(runc_path, sizeof runc_path, "%s", places[i]);
      return;
    }
}

/* Finds the engine root from our own path, <root>/runtime/bulkhead-runc, and runc, linked beside it. */
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
  if (access(runc_path, X_OK) != 0) find_installed_runc();
  (void)snprintf(root_dir, sizeof root_dir, "%s", *exe != '\0' ? exe : "/");
  return true;
}

/*
 * Whether runc still has the container (`run --keep`, or a failed delete): then nothing of it is removed.
 * Unexpected states are left to the planner.
 */
static bool is_known(const struct invocation *call) {
  static char directory[PATH_MAX];
  int written = snprintf(directory, sizeof directory, "%s/%s", call->runc_root, call->id);
  return written > 0 && (size_t)written < sizeof directory && access(directory, F_OK) == 0;
}

/* Requests a plan for `verb` from the planner and performs it. */
static bool perform_answer(const struct invocation *call, const char *verb) {
  struct planner_request request = {.verb = verb, .id = call->id, .runc_root = call->runc_root};
  long n = planner_query(root_dir, &request, answer, sizeof answer);
  return n >= 0 && plan_perform(answer, (size_t)n) == PLAN_DONE;
}

/*
 * Removes the remains of a create. Logs what it could not remove: the planner finishes that, if necessary at
 * its next start.
 */
static void clean_up(const struct invocation *call) {
  if (!perform_answer(call, "delete")) {
    log_warning("container %s: its mounts are left for the planner", call->id);
    return;
  }
  /*
   * A container that runc still has keeps its range. The planner would check that too, but only when it reads
   * this request: by then another runtime may have deleted the container, with its mounts not removed yet.
   */
  if (is_known(call)) return;
  /* One-way: the planner does it, and retries what fails. */
  struct planner_request request = {.verb = "release", .id = call->id, .runc_root = call->runc_root};
  if (!planner_notify(root_dir, &request))
    log_warning("container %s: its id range is left for the planner", call->id);
}

/*
 * Whether the container that is created but not yet started is isolated, independent of changes to its
 * configuration (and of the check in it) since the plan.
 */
static bool is_created_isolated(const char *pid_file, unsigned base) {
  FILE *file = fopen(pid_file, "re");
  unsigned pid = 0;
  int found = file != NULL ? fscanf(file, "%u", &pid) : 0;
  if (file != NULL) (void)fclose(file);
  if (found != 1 || pid == 0) {
    log_error("runc left no process id in %s", pid_file);
    return false;
  }
  return is_isolated((long)pid, base);
}

static bool no_preparation(void) { return true; }

static int delete_by_force(const struct invocation *call) {
  static char root[PATH_MAX], id[PATH_MAX];
  (void)snprintf(root, sizeof root, "%s", call->runc_root);
  (void)snprintf(id, sizeof id, "%s", call->id);
  char *arguments[] = {"runc", "--root", root, "delete", "--force", id, NULL};
  return run_child(runc_path, -1, arguments, no_preparation, plan_close);
}

static int create(char **argv, struct invocation *call) {
  static char bundle[PATH_MAX];
  if (realpath(call->bundle != NULL ? call->bundle : ".", bundle) == NULL) {
    log_errno("cannot find the container's bundle");
    return 1;
  }
  call->bundle = bundle;
  struct planner_request request = {
      .verb = "create", .id = call->id, .bundle = bundle, .runc_root = call->runc_root, .wait = true};
  long n = planner_query(root_dir, &request, answer, sizeof answer);
  if (n < 0) return 1;
  enum plan_result planned = plan_perform(answer, (size_t)n);
  if (planned == PLAN_REFUSED) return 1;
  unsigned base = plan_range();
  if (planned == PLAN_DONE) streams_chown(base);
  int sealed = plan_sealed() >= 0 ? planner_open_sealed((unsigned)plan_sealed()) : -1;
  int code = planned == PLAN_DONE && !was_signalled()
      ? run_child(runc_path, sealed, argv, plan_enter, plan_close)
      : -1;
  bool runs_on = code == 0 && (strcmp(call->command, "create") == 0 || call->detach);
  if (runs_on && !plan_is_plain() && (call->pid_file == NULL || !is_created_isolated(call->pid_file, base))) {
    (void)delete_by_force(call);
    runs_on = false;
    code = 1;
  }
  /*
   * A foreground container is a build step: its files are made read-only before the engine learns that it is
   * done and commits them as a layer.
   */
  bool is_step = !runs_on && planned == PLAN_DONE && !call->detach && strcmp(call->command, "run") == 0;
  if (is_step && !plan_freeze()) code = 1;
  plan_close_overlays();
  if (!runs_on) clean_up(call);
  return code < 0 ? 1 : code;
}

/*
 * Gives the standard streams of `exec` to the container's root. Only for `exec --process FILE … ID`, as
 * called by containerd; an exec by hand, with the id elsewhere, is not changed.
 */
static void chown_streams_for_exec(int argc, char **argv, const struct invocation *call) {
  if (call->command == NULL || strcmp(call->command, "exec") != 0) return;
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], "--process") == 0) {
      streams_chown(streams_range_of(call->runc_root, argv[argc - 1]));
      return;
    }
}

static int exec_runc(char **argv) {
  (void)execv(runc_path, argv);
  log_errno("cannot run %s: install runc and restart the engine", runc_path);
  return 127;
}

/*
 * A further process in a build step, if the planner allows it: BuildKit takes the step's id from its client.
 */
static int enter_step(char **argv, const struct invocation *call) {
  static char process[PATH_MAX];
  if (realpath(call->process, process) == NULL) {
    log_errno("cannot find %s, which says what to run in the container", call->process);
    return 1;
  }
  struct planner_request request = {
      .verb = "exec", .id = call->id, .bundle = process, .runc_root = call->runc_root, .wait = true};
  long n = planner_query(root_dir, &request, answer, sizeof answer);
  if (n < 0 || plan_perform(answer, (size_t)n) != PLAN_DONE) return 1;
  streams_chown(streams_range_of(call->runc_root, call->id));
  return exec_runc(argv);
}

/*
 * Performs a plan from stdin. In this way the planner, which cannot mount, unmounts the leftovers of a crash.
 */
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
  int code = plan_perform(answer, length) == PLAN_DONE ? 0 : 1;
  plan_close();
  plan_close_overlays();
  return code;
}

/*
 * Opens closed standard streams: otherwise one of our files would get their number, and output would be
 * written to it.
 */
static bool open_standard_streams(void) {
  int fd;
  do fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  return fd >= 0 && close(fd) == 0;
}

/*
 * Whether the planner has state of the container: from before runc creates it until all of it is removed.
 * containerd has its runtime delete a container twice, and the second time needs no request. True if in
 * doubt.
 */
static bool has_planner_state(const struct invocation *call) {
  static char file[PATH_MAX];
  int written = snprintf(file, sizeof file, "%s/isolation/containers/%s.json", root_dir, call->id);
  return written < 0 || (size_t)written >= sizeof file || access(file, F_OK) == 0 || errno != ENOENT;
}

int main(int argc, char **argv) {
  if (!open_standard_streams()) return 1;
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-check") == 0) {
    if (argc == 3) return check_requirements(argv[2]);
    log_error("--bulkhead-check needs one directory");
    return 2;
  }
  if (argc == 3 && strcmp(argv[1], "--bulkhead-seal") == 0) return seal_program(argv[2]);
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-check-container") == 0)
    return check_container(argc - 2, argv + 2);
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-chown-cgroup") == 0) return chown_cgroup(argc - 2, argv + 2);
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-emulate-kernel-settings") == 0)
    return emulate_kernel_settings(argc - 2, argv + 2);
  if (argc >= 2 && strcmp(argv[1], "--bulkhead-confine-devices") == 0)
    return confine_devices(argc - 2, argv + 2);
  if (argc == 2 && strcmp(argv[1], "--bulkhead-perform") == 0) return perform_from_stdin();
  if (argc == 3 && strcmp(argv[1], "--bulkhead-guard-layers") == 0) return guard_layer_store(argv[2]);
  if (argc == 3 && strcmp(argv[1], "--bulkhead-release-layers") == 0) return release_layer_store(argv[2]);

  struct invocation call = {0};
  if (argc < 1 || !locate() || !read_invocation(argc, argv, &call) ||
      !set_default_runc_root(root_dir, &argc, &argv, &call))
    return 1;
  if (call.id != NULL && strcmp(call.command, "exec") == 0) return enter_step(argv, &call);
  bool creates = call.id != NULL && strcmp(call.command, "delete") != 0;
  if (call.id == NULL) {
    chown_streams_for_exec(argc, argv, &call);
    return exec_runc(argv);
  }
  if (!creates && !has_planner_state(&call)) return exec_runc(argv);
  if (!forward_signals()) return 1;
  if (creates) return create(argv, &call);
  struct planner_request deleting = {
      .verb = call.force ? "deleting-by-force" : "deleting", .id = call.id, .runc_root = call.runc_root};
  (void)planner_notify(root_dir, &deleting); /* without a planner: its next start checks all containers */
  int code = run_child(runc_path, -1, argv, no_preparation, plan_close);
  clean_up(&call);
  return code < 0 ? 1 : code;
}
