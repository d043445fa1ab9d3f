#ifndef BULKHEAD_RUNC_ROOT_H
#define BULKHEAD_RUNC_ROOT_H

#include "invocation.h"

#include <stdbool.h>

/*
 * BuildKit gives runc no --root, and the id of a step's container is whatever a client or a frontend says. In
 * runc's default root, /run/runc, that could be anybody's container: `exec`, `kill` and `delete` would be
 * done to it. So what names no root gets one that only the engine at `root_dir` has: `call->runc_root` is
 * set, and `*argv` is replaced by the words with `--root` in front. False after a message.
 */
bool give_runc_root(const char *root_dir, int *argc, char ***argv, struct invocation *call);

#endif
