#ifndef BULKHEAD_PLAN_OPERATIONS_H
#define BULKHEAD_PLAN_OPERATIONS_H

#include "overlay.h"
#include "plan-fields.h"
#include "plan.h"

#include <stdbool.h>

/* A plan while it is performed: its unread fields and the results of its operations. */
struct plan {
  /*
   * The whole plan is parsed once without performing it, so that nothing is done for a plan that is invalid
   * at any point.
   */
  bool checking;
  enum layers layers;
  struct plan_fields fields;
  int namespaces[PLAN_MAX_NAMESPACES];
  int n_namespaces;
  int trees[PLAN_MAX_TREES]; /* -1 while checking */
  bool is_attached[PLAN_MAX_TREES];
  bool is_directory[PLAN_MAX_TREES]; /* of the engine's own mounts */
  int store[PLAN_MAX_TREES]; /* the detached copy that a directory is in; -1: none */
  int n_trees;
  bool is_written[PLAN_MAX_TREES]; /* an overlay with an upper layer */
  const char *attached[PLAN_MAX_TREES];
  int n_attached;
  const char *private_directory; /* NULL: none */
  struct {
    int tree;
    const char *name;
  } placed[PLAN_MAX_TREES];
  int n_placed;
  unsigned range; /* 0: none */
  bool plain;
  int sealed; /* 1 + the number of runc's descriptor; 0: none */
};

/*
 * Parses the fields of operation `name` and, unless the plan is only checked, performs it. Logs the reason
 * when it returns false.
 */
bool perform_operation(struct plan *plan, const char *name);

#endif
