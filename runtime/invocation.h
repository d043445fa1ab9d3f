#ifndef BULKHEAD_INVOCATION_H
#define BULKHEAD_INVOCATION_H

#include <stdbool.h>

/*
 * runc's command line (1.1 to 1.3), as far as we act on it. Without `id` it is passed on as it came: so is an
 * `exec` of containerd's, which gives a --root. `runc_root` is NULL where no --root was given: runc-root.h
 * says what it is then.
 */
struct invocation {
  const char *command, *id, *bundle, *runc_root, *pid_file;
  const char *process; /* of an exec in a build's step: the file that says what to run */
  bool detach, force;
};

/*
 * Reads runc's command line and sets up the log it asks for. False after a message for anything not known: an
 * option guessed wrong could make something else look like the container's id.
 */
bool read_invocation(int argc, char **argv, struct invocation *call);

#endif
