#ifndef BULKHEAD_PLAN_H
#define BULKHEAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>

enum {
  PLAN_MAX_BYTES = 1 << 20,
  PLAN_MAX_TREES = 1024,
  PLAN_MAX_NAMESPACES = 8,
  PLAN_MAX_LOWERS = 500, /* overlayfs' own limit */
  PLAN_MAX_OPTIONS = 16,
};

/*
 * A plan is a list of NUL-terminated fields: "bulkhead-plan-2", the number of fields that follow, then
 * operations, "end" last. Numbers are decimal. Results of operations are numbered in order: user namespaces
 * apart from trees.
 *   error TEXT                                 the planner refuses; nothing else may follow but "end"
 *   userns MAP                                 → namespace: one map for users and groups
 *   share USERS GROUPS                         → namespace: a map for each
 *   tree PATH DEV:INO|- NAMESPACE|- FLAGS      → tree: detached copy, id-mapped (flags: enum tree_flags)
 *   dir PATH                                   → tree: the directory itself, for plain overlays
 *   in TREE RELATIVE                           → tree: the directory below itself, as a layer
 *   sub TREE RELATIVE 0|1                      → tree: copy of what is below, read-only if 1
 *   overlay BASE N TREE… TREE|- UPPER WORK N OPTION…   → tree
 *   clone TREE                                 → tree
 *   attach TREE PATH 0|1                       for the engine: set-user-ID files do not work there, devices
 *                                              cannot be opened; 1: no file can be executed
 *   private PATH                               where `place` puts its trees: an empty directory of the mount
 *                                              namespace that runc is run in
 *   point TREE RELATIVE 0|1|2                  creates a mount point there unless it exists, as root of the
 *                                              range: a file, a directory (1), or one that everybody may
 *                                              write to (2); links are followed as if the tree were the root
 *   place TREE NAME                            for the container, in that directory and mount namespace only
 *   unmount PATH
 *   freeze PATH                                makes the file system at PATH read-only, unless a process has
 *                                              a file there open for writing
 *   guard PATH                                 symbolic links are not followed below PATH, and devices cannot
 *                                              be opened there (remains if the plan fails)
 *   runc NUMBER                                runc is the sealed copy in this descriptor of the planner's
 *   range BASE                                 the id range the container must turn out to have
 *   plain                                      a step of a build while isolation is off: runc as it is,
 *                                              without a range; no other operation makes sense beside it
 */

enum plan_result {
  PLAN_DONE,
  PLAN_REFUSED, /* the planner refused; nothing was done */
  PLAN_FAILED, /* an operation failed; what was attached is detached again */
};

/* Performs the plan in `bytes`, strictly: anything unexpected is a failure. Reports errors itself. */
enum plan_result plan_perform(char *bytes, size_t size);

/*
 * Enters the mount namespace of the last performed plan, if it had `private`, and attaches there what the
 * plan placed. For the process that becomes runc: no other process ever enters that namespace, and it ends
 * with runc and the container. False after a message.
 */
bool plan_enter(void);

/*
 * Closes the descriptors of the last performed plan, except writable overlays. For every closed copy of a
 * layer the kernel waits for an RCU grace period: call it while runc runs, and at the end at the latest.
 */
void plan_close(void);

/*
 * Waits until nobody has a file open for writing in the overlays that the last performed plan made, and then
 * makes them read-only, even for processes that hold their directories open. False after a message: when a
 * signal came, or a process keeps a file open for longer than 20 s.
 */
bool plan_freeze(void);

/* Closes these overlays: before the engine mounts its own over the same layers. */
void plan_close_overlays(void);

/* NUMBER of the last performed plan's `runc`; -1 when it had none. */
int plan_sealed(void);

/* Whether the last performed plan had `plain`. */
bool plan_is_plain(void);

/* BASE of the last performed plan's `range`; 0 when it had none. */
unsigned plan_range(void);

#endif
