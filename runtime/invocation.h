#ifndef BULKHEAD_INVOCATION_H
#define BULKHEAD_INVOCATION_H

#include <stdbool.h>

/*
 * The parts of runc's command line (1.1 to 1.3) that we act on. Without `id` it is forwarded unchanged, and
 * so is an `exec` of containerd's, which has --root. `runc_root` is NULL without --root: see runc-root.h.
 */
struct invocation {
  const char *command, *id, *bundle, *runc_root, *pid_file;
  const char *process; /* of an exec in a build's step: the file with the process to run */
  bool detach, force;
};

/*
 * Parses runc's command line and sets up the requested log. False after a message for anything unknown:
 * guessing an option's arity wrong could take something else for the container's id.
 */
bool read_invocation(int argc, char **argv, struct invocation *call);

#endif
