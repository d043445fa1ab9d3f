#ifndef BULKHEAD_DEVICE_PROGRAM_H
#define BULKHEAD_DEVICE_PROGRAM_H

#include <stddef.h>

enum { ANY_MINOR = -1 };

/* A character device that may be opened. */
struct open_device {
  unsigned major;
  int minor;
};

/*
 * Limits the devices that processes in the cgroup v2 `directory` may open to `devices`; any node may be
 * created. Programs attached there before are detached after the new one is in place. -1 with errno, and in
 * `what` the failed step.
 */
int attach_device_program(int directory, const struct open_device *devices, size_t n, const char **what);

#endif
