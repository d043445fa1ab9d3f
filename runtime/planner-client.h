#ifndef BULKHEAD_PLANNER_CLIENT_H
#define BULKHEAD_PLANNER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/* What the runtime tells the planner about a container. NULL is sent as an empty word. */
struct planner_request {
  const char *verb; /* create, exec, deleting, deleting-by-force, delete, release */
  const char *id;
  const char *bundle; /* absolute; of an exec the file with the process */
  const char *runc_root; /* runc's --root */
  bool wait; /* for a planner that is not there at the moment, up to three seconds */
};

/*
 * Asks the planner at <root_dir>/planner.sock and reads its whole answer into `answer` (size bytes).
 * Returns the number of bytes, or -1 after having reported why. The planner must be root.
 */
long planner_ask(const char *root_dir, const struct planner_request *request, char *answer, size_t size);

/*
 * Tells the planner what this process is about to do (`deleting`), so that it looks after the container when
 * the process is killed at it, or what is done (`release`). Nothing is waited for. False when it can't be
 * told.
 */
bool planner_tell(const char *root_dir, const struct planner_request *request);

/*
 * Opens the sealed copy of runc in descriptor `number` of the planner that answered (sealed.h); -1: there is
 * none, which is no error.
 */
int planner_open_sealed(unsigned number);

#endif
