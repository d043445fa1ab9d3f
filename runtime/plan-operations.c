#define _GNU_SOURCE
#include "plan-operations.h"

#include "child.h"
#include "log.h"
#include "mount-points.h"
#include "mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads the index of an existing tree. */
static bool tree(struct plan *plan, size_t *out) {
  uint64_t index;
  if (plan->n_trees == 0) return parse_error("a tree is used before there is one");
  if (!next_number(&plan->fields, (uint64_t)plan->n_trees - 1, &index)) return false;
  *out = (size_t)index;
  return true;
}

static bool has_room(const struct plan *plan) {
  return plan->n_trees < PLAN_MAX_TREES || parse_error("too many trees");
}

/* Stores `fd` as the next tree; the caller has checked that there is room. */
static bool keep_tree(struct plan *plan, int fd) {
  plan->is_attached[plan->n_trees] = plan->is_written[plan->n_trees] = plan->is_directory[plan->n_trees] =
      false;
  plan->store[plan->n_trees] = -1;
  plan->trees[plan->n_trees++] = fd;
  return true;
}

static bool id_map(struct plan *plan, const char **out) {
  if (!next_field(&plan->fields, out)) return false;
  return (**out != '\0' && (*out)[strspn(*out, "0123456789 \n")] == '\0') || parse_error("an id map");
}

static bool keep_namespace(struct plan *plan, const char *users, const char *groups) {
  if (plan->n_namespaces == PLAN_MAX_NAMESPACES) return parse_error("too many user namespaces");
  int fd = plan->checking ? -1 : make_user_namespace(users, groups);
  if (fd < 0 && !plan->checking) {
    log_errno(
        "cannot make a user namespace for the container's id range (see /proc/sys/user/max_user_namespaces)");
    return false;
  }
  plan->namespaces[plan->n_namespaces++] = fd;
  return true;
}

static bool op_userns(struct plan *plan) {
  const char *map;
  return id_map(plan, &map) && keep_namespace(plan, map, map);
}

static bool op_share(struct plan *plan) {
  const char *users, *groups;
  return id_map(plan, &users) && id_map(plan, &groups) && keep_namespace(plan, users, groups);
}

static bool op_tree(struct plan *plan) {
  const char *source, *identity, *space;
  uint64_t flags;
  if (!next_path(&plan->fields, &source) || !next_field(&plan->fields, &identity) ||
      !next_field(&plan->fields, &space) || !next_number(&plan->fields, TREE_FLAGS_MASK, &flags))
    return false;

  struct expected_file expected = {.given = false};
  if (strcmp(identity, "-") != 0) {
    char device[24];
    const char *colon = strchr(identity, ':');
    if (colon == NULL || (size_t)(colon - identity) >= sizeof device) return parse_error("a file identity");
    memcpy(device, identity, (size_t)(colon - identity));
    device[colon - identity] = '\0';
    if (!parse_number(device, UINT64_MAX, &expected.device) ||
        !parse_number(colon + 1, UINT64_MAX, &expected.inode))
      return parse_error("a file identity");
    expected.given = true;
  }
  int userns = -1;
  if (strcmp(space, "-") != 0) {
    uint64_t index;
    if (plan->n_namespaces == 0 || !parse_number(space, (uint64_t)plan->n_namespaces - 1, &index))
      return parse_error("a namespace number");
    userns = plan->namespaces[index];
  }
  if (!has_room(plan)) return false;
  if (plan->checking) return keep_tree(plan, -1);

  int at = open_exactly(source, &expected);
  if (at < 0) {
    if (errno == ESTALE || errno == ELOOP)
      log_error(
          "%s was replaced while the container was being created: try again, and see who changes it", source);
    else log_errno("cannot open %s", source);
    return false;
  }
  int fd = clone_tree(at, userns, (unsigned)flags);
  if (fd < 0)
    log_errno(userns >= 0 ? "cannot id-map %s (its file system must support id-mapped mounts)"
                          : "cannot copy the mount %s",
        source);
  (void)close(at);
  return fd >= 0 && keep_tree(plan, fd);
}

static bool op_dir(struct plan *plan) {
  const char *source;
  if (!next_path(&plan->fields, &source) || !has_room(plan)) return false;
  struct expected_file any = {.given = false};
  int fd = plan->checking ? -1 : open_exactly(source, &any);
  if (fd < 0 && !plan->checking) {
    log_errno("cannot open %s", source);
    return false;
  }
  (void)keep_tree(plan, fd);
  plan->is_directory[plan->n_trees - 1] = true;
  return true;
}

static bool relative_path(struct plan *plan, const char **out) {
  if (!next_field(&plan->fields, out)) return false;
  return (**out != '\0' && **out != '/' && strlen(*out) < PATH_MAX && is_plain_path(*out)) ||
      parse_error("a relative path");
}

static bool op_in(struct plan *plan) {
  const char *relative;
  size_t from = 0;
  if (!tree(plan, &from) || !relative_path(plan, &relative) || !has_room(plan)) return false;
  int fd = plan->checking ? -1 : open_below(plan->trees[from], relative);
  if (fd < 0 && !plan->checking) {
    log_errno("cannot open %s among the layers", relative);
    return false;
  }
  (void)keep_tree(plan, fd);
  plan->is_directory[plan->n_trees - 1] = plan->is_directory[from];
  if (!plan->is_directory[from])
    plan->store[plan->n_trees - 1] = plan->store[from] >= 0 ? plan->store[from] : (int)from;
  return true;
}

/* A copy of tree `from`, or of what is at `relative` below it. */
static int copy(struct plan *plan, size_t from, const char *relative, bool read_only) {
  return copy_tree(
      &plan->trees[from], relative, read_only, plan->layers == LAYERS_ATTACHED && !plan->is_attached[from]);
}

static bool op_sub(struct plan *plan) {
  const char *relative;
  uint64_t read_only;
  size_t from = 0;
  if (!tree(plan, &from) || !next_field(&plan->fields, &relative) ||
      !next_number(&plan->fields, 1, &read_only) || !has_room(plan))
    return false;
  if (*relative == '\0' || *relative == '/' || strlen(relative) >= PATH_MAX ||
      (strcmp(relative, ".") != 0 && !is_plain_path(relative)))
    return parse_error("a relative path");
  if (plan->checking) return keep_tree(plan, -1);
  int fd = copy(plan, from, relative, read_only == 1);
  if (fd < 0) {
    log_errno("cannot take %s from a mounted layer", relative);
    return false;
  }
  return keep_tree(plan, fd);
}

/* Adds the store that contains layer `index`, if any, unless it was added before. */
static bool add_store(const struct plan *plan, size_t index, struct overlay_request *request) {
  if (plan->store[index] < 0) return true;
  int store = plan->trees[plan->store[index]];
  for (int i = 0; i < request->n_stores; i++)
    if (request->stores[i] == store) return true;
  if (request->n_stores == OVERLAY_MAX_STORES) return parse_error("layers in too many places");
  request->stores[request->n_stores++] = store;
  return true;
}

/* Mount options of the engine's own overlay that ours may take over. Layers are never given by option. */
static bool is_carried(const char *option) {
  static const char *const keys[] = {"context", "fscontext", "defcontext", "rootcontext", "volatile", "index",
      "nfs_export", "redirect_dir", "metacopy", "userxattr", "xino", "uuid", NULL};
  size_t length = strcspn(option, "=");
  for (const char *const *key = keys; *key != NULL; key++)
    if (strlen(*key) == length && strncmp(*key, option, length) == 0) return true;
  return false;
}

static bool op_overlay(struct plan *plan) {
  static int lowers[PLAN_MAX_LOWERS];
  static bool is_inside[PLAN_MAX_LOWERS];
  const char *options[PLAN_MAX_OPTIONS];
  struct overlay_request request = {.layers = plan->layers,
      .lowers = lowers,
      .is_inside = is_inside,
      .options = options,
      .upper_parent = -1};
  uint64_t base, n, parent;
  const char *upper_tree;

  if (!next_number(&plan->fields, UINT32_MAX - 1, &base) || !next_number(&plan->fields, PLAN_MAX_LOWERS, &n))
    return false;
  if (n == 0) return parse_error("an overlay without layers");
  request.base = (uint32_t)base;
  request.n_lowers = (int)n;
  for (int i = 0; i < request.n_lowers; i++) {
    size_t index = 0;
    if (!tree(plan, &index)) return false;
    lowers[i] = plan->trees[index];
    is_inside[i] = plan->store[index] >= 0;
    if (!add_store(plan, index, &request)) return false;
  }
  if (!next_field(&plan->fields, &upper_tree)) return false;
  bool writable = strcmp(upper_tree, "-") != 0;
  if (writable) {
    if (plan->n_trees == 0 || !parse_number(upper_tree, (uint64_t)plan->n_trees - 1, &parent))
      return parse_error("a tree number");
    request.upper_parent = plan->trees[parent];
    request.is_upper_inside = plan->store[parent] >= 0;
    if (!add_store(plan, (size_t)parent, &request)) return false;
  }
  if (!next_field(&plan->fields, &request.upper) || !next_field(&plan->fields, &request.work) ||
      !next_number(&plan->fields, PLAN_MAX_OPTIONS, &n))
    return false;
  if (writable ? !is_layer_name(request.upper) || !is_layer_name(request.work)
               : *request.upper != '\0' || *request.work != '\0')
    return parse_error("a layer's name");
  request.n_options = (int)n;
  for (int i = 0; i < request.n_options; i++) {
    if (!next_field(&plan->fields, &options[i])) return false;
    if (!is_carried(options[i])) return parse_error("a mount option");
  }
  if (!has_room(plan)) return false;
  if (plan->checking) return keep_tree(plan, -1);

  char why[512];
  int fd = make_overlay(&request, why, sizeof why);
  if (fd < 0) {
    log_errno("cannot mount the container's layers%s%s", why[0] != '\0' ? ": " : "", why);
    return false;
  }
  (void)keep_tree(plan, fd);
  plan->is_written[plan->n_trees - 1] = writable && request.base != 0;
  return true;
}

static bool op_clone(struct plan *plan) {
  size_t from = 0;
  if (!tree(plan, &from) || !has_room(plan)) return false;
  if (plan->checking) return keep_tree(plan, -1);
  int fd = copy(plan, from, NULL, false);
  if (fd < 0) {
    log_errno("cannot copy a mount");
    return false;
  }
  return keep_tree(plan, fd);
}

static bool op_attach(struct plan *plan) {
  size_t from = 0;
  const char *target;
  uint64_t no_exec;
  if (!tree(plan, &from) || !next_path(&plan->fields, &target) || !next_number(&plan->fields, 1, &no_exec))
    return false;
  if (plan->n_attached == PLAN_MAX_TREES) return parse_error("too many mounts");
  if (!plan->checking) {
    if (attach(plan->trees[from], target, no_exec == 1) != 0) {
      log_errno("cannot mount on %s", target);
      return false;
    }
    plan->is_attached[from] = true;
  }
  plan->attached[plan->n_attached++] = target;
  return true;
}

static bool op_private(struct plan *plan) {
  if (plan->private_directory != NULL) return parse_error("a second private directory");
  return next_path(&plan->fields, &plan->private_directory);
}

static bool op_point(struct plan *plan) {
  const char *relative;
  static const mode_t modes[] = {S_IFREG | 0755, S_IFDIR | 0755, S_IFDIR | 01777};
  uint64_t kind;
  size_t at = 0;
  if (plan->range == 0) return parse_error("a mount point before the id range");
  if (!tree(plan, &at) || !relative_path(plan, &relative) || !next_number(&plan->fields, 2, &kind))
    return false;
  if (plan->checking || make_mount_point(plan->trees[at], relative, modes[kind], plan->range) == 0)
    return true;
  log_errno("cannot create the mount point /%s in the container's read-only root", relative);
  return false;
}

static bool op_place(struct plan *plan) {
  size_t from = 0;
  const char *name;
  if (plan->private_directory == NULL) return parse_error("a place before the private directory");
  if (!tree(plan, &from) || !next_field(&plan->fields, &name)) return false;
  if (!is_layer_name(name)) return parse_error("the name of a place");
  if (plan->n_placed == PLAN_MAX_TREES) return parse_error("too many mounts");
  plan->placed[plan->n_placed].tree = (int)from;
  plan->placed[plan->n_placed++].name = name;
  return true;
}

static bool op_unmount(struct plan *plan) {
  const char *target;
  if (!next_path(&plan->fields, &target)) return false;
  if (plan->checking || detach_all(target) == 0) return true;
  log_errno("cannot unmount %s", target);
  return false;
}

/* A file that stays open for writing does not block the end of the container: it is logged. */
static bool op_freeze(struct plan *plan) {
  const char *path;
  if (!next_path(&plan->fields, &path)) return false;
  if (plan->checking) return true;
  struct expected_file any = {.given = false};
  int fd = open_exactly(path, &any);
  if (fd < 0 || freeze_file_system(fd) != 0)
    log_warning("what the container wrote may still be written to through %s: %s", path, strerror(errno));
  if (fd >= 0) (void)close(fd);
  return true;
}

static bool op_guard(struct plan *plan) {
  const char *path;
  if (!next_path(&plan->fields, &path)) return false;
  if (plan->checking || guard_directory(path) == 0) return true;
  log_errno("cannot keep the engine from following links in %s", path);
  return false;
}

static bool op_range(struct plan *plan) {
  uint64_t base;
  if (!next_number(&plan->fields, UINT32_MAX - 2 * 65536U + 1, &base)) return false;
  if (base < 65536) return parse_error("an id range");
  plan->range = (unsigned)base;
  return true;
}

static bool op_plain(struct plan *plan) {
  plan->plain = true;
  return true;
}

static bool op_runc(struct plan *plan) {
  uint64_t number;
  if (!next_number(&plan->fields, 1 << 20, &number)) return false;
  plan->sealed = (int)number + 1;
  return true;
}

static const struct {
  const char *name;
  bool (*perform)(struct plan *);
} operations[] = {
    {"userns", op_userns},
    {"tree", op_tree},
    {"dir", op_dir},
    {"sub", op_sub},
    {"in", op_in},
    {"runc", op_runc},
    {"overlay", op_overlay},
    {"clone", op_clone},
    {"attach", op_attach},
    {"unmount", op_unmount},
    {"range", op_range},
    {"plain", op_plain},
    {"share", op_share},
    {"guard", op_guard},
    {"private", op_private},
    {"place", op_place},
    {"point", op_point},
    {"freeze", op_freeze},
};

bool perform_operation(struct plan *plan, const char *name) {
  size_t i = 0, n = sizeof operations / sizeof operations[0];
  while (i < n && strcmp(operations[i].name, name) != 0) i++;
  return i < n ? operations[i].perform(plan) : parse_error("an operation");
}
