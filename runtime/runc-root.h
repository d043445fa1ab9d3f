#ifndef BULKHEAD_RUNC_ROOT_H
#define BULKHEAD_RUNC_ROOT_H

#include "invocation.h"

#include <stdbool.h>

/*
 * BuildKit gives runc no --root, and a client or a frontend chooses the id of a step's container. In runc's
 * default root, /run/runc, it could name another engine's container, to which `exec`, `kill` and `delete`
 * would apply. So a command line without a root gets one that only the engine at `root_dir` uses:
 * `call->runc_root` is set, and `--root` is inserted into `*argv`. False after a message.
 */
bool set_default_runc_root(const char *root_dir, int *argc, char ***argv, struct invocation *call);

#endif
