#define _GNU_SOURCE
#include "plan.h"

#include "child.h"
#include "log.h"
#include "mounts.h"
#include "overlay.h"
#include "plan-operations.h"
#include "plan-fields.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/*
 * Interval of the check whether a file is still open for writing; time after which that is logged, and after
 * which the wait ends.
 */
enum { FREEZE_PAUSE_US = 10000, FREEZE_WARNING_S = 1, FREEZE_LIMIT_S = 20 };

static bool go_through(struct plan *plan) {
  for (;;) {
    const char *name;
    if (!next_field(&plan->fields, &name)) return false;
    if (strcmp(name, "end") == 0) return plan->fields.left == 0 || parse_error("fields after the end");
    if (!perform_operation(plan, name)) return false;
  }
}

/* An overlay of many layers needs as many open files; the limit is restored for runc. */
static void lift_file_limit(struct rlimit *before) {
  if (getrlimit(RLIMIT_NOFILE, before) != 0) {
    *before = (struct rlimit){0};
    return;
  }
  struct rlimit lifted = {.rlim_cur = before->rlim_max, .rlim_max = before->rlim_max};
  (void)setrlimit(RLIMIT_NOFILE, &lifted); /* if the limit is too low, opening fails with a message */
}

static struct plan last;

bool plan_enter(void) {
  if (last.private_directory == NULL) return true;
  int at = enter_private_namespace(last.private_directory);
  if (at < 0) {
    log_errno("cannot make a mount namespace for the container at %s", last.private_directory);
    return false;
  }
  for (int i = 0; i < last.n_placed; i++)
    if (place(last.trees[last.placed[i].tree], at, last.placed[i].name) != 0) {
      log_errno("cannot mount %s in the container's mount namespace", last.placed[i].name);
      return false;
    }
  return true;
}

/* Closes the trees that are overlays with an upper layer, or those that are not. */
static void close_trees(bool written) {
  for (int i = 0; i < last.n_trees; i++) {
    if (last.trees[i] < 0 || last.is_written[i] != written) continue;
    (void)close(last.trees[i]);
    last.trees[i] = -1;
  }
}

void plan_close(void) {
  close_trees(false);
  for (int i = 0; i < last.n_namespaces; i++) (void)close(last.namespaces[i]);
  last.n_namespaces = 0;
  reap_namespace_holders();
}

void plan_close_overlays(void) { close_trees(true); }

/* Seconds of the monotonic clock. */
static double seconds(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * The container's own processes have ended: files still open for writing belong to an outside process that
 * got them from the container. It may keep them open forever, so the wait is bounded.
 */
static bool freeze(int tree) {
  const double begun = seconds();
  bool warned = false;
  while (freeze_file_system(tree) != 0) {
    if (errno != EBUSY || was_signalled()) {
      log_errno("cannot keep others from writing to what the container wrote");
      return false;
    }
    const double waited = seconds() - begun;
    if (waited >= FREEZE_LIMIT_S) {
      log_error(
          "a process outside this container still has a file of this one's open for writing after %d s, "
          "and could go on changing what the container wrote, so it counts as failed: "
          "end that process, or hand it no files that are open for writing",
          FREEZE_LIMIT_S);
      return false;
    }
    if (!warned && waited >= FREEZE_WARNING_S) {
      log_warning("waiting until a process of another container closes a file of this one's that it has open "
                  "for writing");
      warned = true;
    }
    (void)usleep(FREEZE_PAUSE_US);
  }
  return true;
}

bool plan_freeze(void) {
  for (int i = 0; i < last.n_trees; i++)
    if (last.is_written[i] && !freeze(last.trees[i])) return false;
  return true;
}

unsigned plan_range(void) { return last.range; }

bool plan_is_plain(void) { return last.plain; }

int plan_sealed(void) { return last.sealed - 1; }

static bool carry_out(struct plan *plan) {
  int layers = layers_wanted();
  if (layers < 0) return false;
  plan->layers = (enum layers)layers;
  struct rlimit before;
  lift_file_limit(&before);
  bool done = go_through(plan);
  if (!done)
    for (int i = plan->n_attached - 1; i >= 0; i--)
      if (detach_all(plan->attached[i]) != 0) log_errno("cannot undo the mount on %s", plan->attached[i]);
  if (before.rlim_max > 0 && setrlimit(RLIMIT_NOFILE, &before) != 0) {
    log_errno("cannot restore the limit of open files");
    return false;
  }
  return done;
}

enum plan_result plan_perform(char *bytes, size_t size) {
  static struct plan checked;
  struct plan *plan = &checked;
  plan_close();
  plan_close_overlays();
  last = (struct plan){.checking = false};
  *plan = (struct plan){.checking = true};
  if (!open_fields(&plan->fields, bytes, size)) return PLAN_FAILED;
  if (plan->fields.left > 0 && strcmp(plan->fields.next, "error") == 0) {
    const char *message, *end;
    if (!next_field(&plan->fields, &message) || !next_field(&plan->fields, &message) ||
        !next_field(&plan->fields, &end))
      return PLAN_FAILED;
    if (strcmp(end, "end") != 0 || plan->fields.left > 0) {
      (void)parse_error("fields after the error");
      return PLAN_FAILED;
    }
    log_error("%s", message);
    return PLAN_REFUSED;
  }
  if (!go_through(plan)) return PLAN_FAILED;
  plan = &last;
  if (!open_fields(&plan->fields, bytes, size)) return PLAN_FAILED;
  if (carry_out(plan)) return PLAN_DONE;
  plan_close();
  plan_close_overlays();
  return PLAN_FAILED;
}
