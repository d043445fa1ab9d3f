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
 * OCI createRuntime hook: fails, and has runc start nothing, where the container is not isolated. Then it
 * gives the container its domain name. `--bulkhead-check-container BASE [DOMAIN]`; the container's state
 * comes on stdin. It is the only check of what `run` has in the foreground. Returns an exit code.
 */
int check_container(int argc, char **argv);

#endif
