#ifndef BULKHEAD_FS_IDENTITY_H
#define BULKHEAD_FS_IDENTITY_H

#include <stdint.h>

/*
 * Calls `work` with the file-system identity `id` and all capabilities that this thread has, and changes back
 * to root. Returns what `work` returns, with its errno, or -1 if the identity can't be changed.
 */
int as_fs_identity(uint32_t id, int (*work)(const void *), const void *argument);

#endif
