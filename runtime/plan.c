#define _GNU_SOURCE
#include "plan.h"

#include "log.h"
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

struct plan {
  char *next, *end; /* unread words; end[-1] is NUL */
  size_t words_left;
  int namespaces[PLAN_MAX_NAMESPACES];
  int n_namespaces;
  int trees[PLAN_MAX_TREES];
  int n_trees;
  const char *attached[PLAN_MAX_TREES];
  int n_attached;
};

static unsigned range_base;

static bool bad(const char *what) {
  log_error("the planner's answer is not understood (%s): the runtime and the planner are of different versions; restart the engine", what);
  return false;
}

static bool word(struct plan *plan, const char **out) {
  if (plan->words_left == 0 || plan->next >= plan->end) return bad("it ends early");
  *out = plan->next;
  plan->next += strlen(plan->next) + 1;
  plan->words_left--;
  return true;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *out) {
  uint64_t value = 0;
  if (*text == '\0' || (text[0] == '0' && text[1] != '\0')) return false;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    uint64_t digit = (uint64_t)(*text - '0');
    if (digit > max || value > (max - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *out = value;
  return true;
}

static bool number(struct plan *plan, uint64_t max, uint64_t *out) {
  const char *text;
  return word(plan, &text) && (parse_number(text, max, out) || bad("a number is out of bounds"));
}

/* An absolute path without `.` or `..` components. */
static bool path(struct plan *plan, const char **out) {
  if (!word(plan, out)) return false;
  const char *p = *out;
  if (*p != '/' || strlen(p) >= PATH_MAX) return bad("a path is not absolute");
  for (const char *c = p; (c = strchr(c, '/')) != NULL;) {
    c++;
    size_t length = strcspn(c, "/");
    if ((length == 1 && c[0] == '.') || (length == 2 && c[0] == '.' && c[1] == '.')) return bad("a path is not plain");
  }
  return true;
}

static bool tree(struct plan *plan, int *out) {
  uint64_t index;
  if (plan->n_trees == 0) return bad("a tree is used before there is one");
  if (!number(plan, (uint64_t)plan->n_trees - 1, &index)) return false;
  *out = plan->trees[index];
  return true;
}

static bool keep_tree(struct plan *plan, int fd) {
  if (plan->n_trees < PLAN_MAX_TREES) {
    plan->trees[plan->n_trees++] = fd;
    return true;
  }
  (void)close(fd);
  return bad("too many trees");
}

static bool op_userns(struct plan *plan) {
  const char *map;
  if (!word(plan, &map)) return false;
  if (plan->n_namespaces == PLAN_MAX_NAMESPACES) return bad("too many user namespaces");
  int fd = make_user_namespace(map);
  if (fd < 0) {
    log_errno("cannot make a user namespace for the container's id range (see /proc/sys/user/max_user_namespaces)");
    return false;
  }
  plan->namespaces[plan->n_namespaces++] = fd;
  return true;
}

static bool op_tree(struct plan *plan) {
  const char *source, *identity, *space;
  uint64_t flags;
  if (!path(plan, &source) || !word(plan, &identity) || !word(plan, &space) || !number(plan, TREE_FLAGS_MASK, &flags)) return false;

  struct expected_file expected = {.given = false};
  if (strcmp(identity, "-") != 0) {
    char device[24];
    const char *colon = strchr(identity, ':');
    if (colon == NULL || (size_t)(colon - identity) >= sizeof device) return bad("a file identity");
    memcpy(device, identity, (size_t)(colon - identity));
    device[colon - identity] = '\0';
    if (!parse_number(device, UINT64_MAX, &expected.device) || !parse_number(colon + 1, UINT64_MAX, &expected.inode)) return bad("a file identity");
    expected.given = true;
  }
  int userns = -1;
  if (strcmp(space, "-") != 0) {
    uint64_t index;
    if (plan->n_namespaces == 0 || !parse_number(space, (uint64_t)plan->n_namespaces - 1, &index)) return bad("a namespace number");
    userns = plan->namespaces[index];
  }

  int at = open_exactly(source, &expected);
  if (at < 0) {
    if (errno == ESTALE || errno == ELOOP) log_error("%s was replaced while the container was being created: try again, and see who changes it", source);
    else log_errno("cannot open %s", source);
    return false;
  }
  int fd = clone_tree(at, userns, (unsigned)flags);
  if (fd < 0) log_errno(userns >= 0 ? "cannot id-map %s (its file system must support id-mapped mounts)" : "cannot copy the mount %s", source);
  (void)close(at);
  return fd >= 0 && keep_tree(plan, fd);
}

static bool op_dir(struct plan *plan) {
  const char *source;
  if (!path(plan, &source)) return false;
  int fd = open(source, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    log_errno("cannot open %s", source);
    return false;
  }
  return keep_tree(plan, fd);
}

static bool op_sub(struct plan *plan) {
  const char *relative;
  uint64_t read_only;
  int from;
  if (!tree(plan, &from) || !word(plan, &relative) || !number(plan, 1, &read_only)) return false;
  int fd = clone_below(from, relative, read_only == 1);
  if (fd < 0) {
    log_errno("cannot take %s from a mounted layer", relative);
    return false;
  }
  return keep_tree(plan, fd);
}

static bool op_overlay(struct plan *plan) {
  static int lowers[PLAN_MAX_LOWERS];
  const char *options[PLAN_MAX_OPTIONS];
  struct overlay_request request = {.lowers = lowers, .options = options, .upper_parent = -1};
  uint64_t base, n, parent;
  const char *upper_tree;

  if (!number(plan, UINT32_MAX - 1, &base) || !number(plan, PLAN_MAX_LOWERS, &n)) return false;
  request.base = (uint32_t)base;
  request.n_lowers = (int)n;
  for (int i = 0; i < request.n_lowers; i++)
    if (!tree(plan, &lowers[i])) return false;
  if (!word(plan, &upper_tree)) return false;
  if (strcmp(upper_tree, "-") != 0) {
    if (plan->n_trees == 0 || !parse_number(upper_tree, (uint64_t)plan->n_trees - 1, &parent)) return bad("a tree number");
    request.upper_parent = plan->trees[parent];
  }
  if (!word(plan, &request.upper) || !word(plan, &request.work) || !number(plan, PLAN_MAX_OPTIONS, &n)) return false;
  request.n_options = (int)n;
  for (int i = 0; i < request.n_options; i++)
    if (!word(plan, &options[i])) return false;

  char why[512];
  int fd = make_overlay(&request, why, sizeof why);
  if (fd < 0) {
    log_errno("cannot mount the container's layers%s%s", why[0] != '\0' ? ": " : "", why);
    return false;
  }
  return keep_tree(plan, fd);
}

static bool op_clone(struct plan *plan) {
  int from;
  if (!tree(plan, &from)) return false;
  int fd = clone_tree(from, -1, 0);
  if (fd < 0) {
    log_errno("cannot copy a mount");
    return false;
  }
  return keep_tree(plan, fd);
}

static bool op_attach(struct plan *plan) {
  int from;
  const char *target;
  if (!tree(plan, &from) || !path(plan, &target)) return false;
  if (plan->n_attached == PLAN_MAX_TREES) return bad("too many mounts");
  if (attach(from, target) != 0) {
    log_errno("cannot mount on %s", target);
    return false;
  }
  plan->attached[plan->n_attached++] = target;
  return true;
}

static bool op_unmount(struct plan *plan) {
  const char *target;
  if (!path(plan, &target)) return false;
  if (detach_all(target) == 0) return true;
  log_errno("cannot unmount %s", target);
  return false;
}

static bool op_range(struct plan *plan) {
  uint64_t base;
  if (!number(plan, UINT32_MAX - 2 * 65536U + 1, &base)) return false;
  if (base < 65536) return bad("an id range");
  range_base = (unsigned)base;
  return true;
}

unsigned plan_range(void) { return range_base; }

static const struct {
  const char *name;
  bool (*perform)(struct plan *);
} operations[] = {
    {"userns", op_userns}, {"tree", op_tree},   {"dir", op_dir},       {"sub", op_sub},
    {"overlay", op_overlay}, {"clone", op_clone}, {"attach", op_attach}, {"unmount", op_unmount},
    {"range", op_range},
};

/* Checks the frame: only whole words, as many as said. */
static bool open_plan(struct plan *plan, char *bytes, size_t size) {
  const char *magic;
  uint64_t count;
  size_t words = 0;
  if (size == 0) {
    log_error("the planner hung up without an answer: see its log, then try again");
    return false;
  }
  if (size > PLAN_MAX_BYTES || bytes[size - 1] != '\0') return bad("it is cut off");
  for (size_t i = 0; i < size; i++) words += bytes[i] == '\0' ? 1 : 0;
  plan->next = bytes;
  plan->end = bytes + size;
  plan->words_left = words;
  if (!word(plan, &magic)) return false;
  if (strcmp(magic, "bulkhead-plan-1") != 0) return bad("its version");
  if (!number(plan, PLAN_MAX_BYTES, &count)) return false;
  return count == plan->words_left || bad("its number of words");
}

static bool perform(struct plan *plan) {
  for (;;) {
    const char *name;
    if (!word(plan, &name)) return false;
    if (strcmp(name, "end") == 0) return plan->words_left == 0 || bad("words after its end");
    size_t i = 0, n = sizeof operations / sizeof operations[0];
    while (i < n && strcmp(operations[i].name, name) != 0) i++;
    if (i == n) return bad("an operation");
    if (!operations[i].perform(plan)) return false;
  }
}

enum plan_result plan_perform(char *bytes, size_t size) {
  static struct plan plan;
  plan = (struct plan){0};
  range_base = 0;
  if (!open_plan(&plan, bytes, size)) return PLAN_FAILED;
  if (plan.words_left > 0 && strcmp(plan.next, "error") == 0) {
    const char *message;
    if (!word(&plan, &message) || !word(&plan, &message)) return PLAN_FAILED;
    log_error("%s", message);
    return PLAN_REFUSED;
  }
  bool done = perform(&plan);
  if (!done)
    for (int i = plan.n_attached - 1; i >= 0; i--)
      if (detach_all(plan.attached[i]) != 0) log_errno("cannot undo the mount on %s", plan.attached[i]);
  for (int i = 0; i < plan.n_trees; i++) (void)close(plan.trees[i]);
  for (int i = 0; i < plan.n_namespaces; i++) (void)close(plan.namespaces[i]);
  return done ? PLAN_DONE : PLAN_FAILED;
}
