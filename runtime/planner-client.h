#ifndef BULKHEAD_PLANNER_CLIENT_H
#define BULKHEAD_PLANNER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/* A request to the planner about a container. NULL is sent as an empty field. */
struct planner_request {
  const char *verb; /* create, exec, deleting, deleting-by-force, delete, release */
  const char *id;
  const char *bundle; /* absolute; of an exec the file with the process */
  const char *runc_root; /* runc's --root */
  bool wait; /* up to three seconds for a planner that is not running at the moment */
};

/*
 * Sends a request to the planner at <root_dir>/planner.sock and reads its whole response into `answer` (size
 * bytes). Returns the number of bytes, or -1 after a message. The planner must be root.
 */
long planner_query(const char *root_dir, const struct planner_request *request, char *answer, size_t size);

/*
 * Notifies the planner of what this process is about to do (`deleting`), so that it cleans up after the
 * container if the process is killed meanwhile, or of what is done (`release`). Does not wait for a response.
 * False when the request cannot be sent.
 */
bool planner_notify(const char *root_dir, const struct planner_request *request);

/*
 * Opens the sealed copy of runc in descriptor `number` of the planner that responded (sealed.h); -1: there is
 * none, which is not an error.
 */
int planner_open_sealed(unsigned number);

#endif
