#ifndef BULKHEAD_CONTAINER_CHECK_H
#define BULKHEAD_CONTAINER_CHECK_H

#include <stdbool.h>

/*
 * The invariant, on the created but not yet started container whose first process is `pid`: its user
 * namespace has the id range at `base` (A2), and it shares no namespace with us, and so with the machine
 * (A7). False after a message.
 */
bool is_isolated(long pid, unsigned base);

/*
 * OCI createRuntime hook: fails, and thereby prevents the start, if the container is not isolated.
 * `--bulkhead-check-container BASE`; the container's state comes on stdin. For a foreground `run` it is the
 * only check. Returns an exit status.
 */
int check_container(int argc, char **argv);

#endif
