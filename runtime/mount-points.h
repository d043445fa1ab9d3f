#ifndef BULKHEAD_MOUNT_POINTS_H
#define BULKHEAD_MOUNT_POINTS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Creates the directory or file `path`, with the type and permissions of `mode`, and missing parents in the
 * mount `tree`, as runc would, unless it exists: as host id `owner`, with links followed as if `tree` were
 * the root, and never on another mount. Returns 0, or -1 with errno.
 */
int make_mount_point(int tree, const char *path, mode_t mode, uint32_t owner);

#endif
