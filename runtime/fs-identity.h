#ifndef BULKHEAD_FS_IDENTITY_H
#define BULKHEAD_FS_IDENTITY_H

#include <stdint.h>

/*
 * Gives this thread the file-system identity `id` with all capabilities it has (changing fsuid drops the
 * file-system ones). 0, or -1 with errno.
 */
int set_fs_identity(uint32_t id);

#endif
