#define _GNU_SOURCE
#include "fs-identity.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Changing fsuid drops the capabilities of file systems: sets them again. 0, or -1 with errno. */
static int set_fs_identity(uint32_t id) {
  (void)setfsgid(id);
  (void)setfsuid(id);
  /* setfs?id report no error: a second call (an invalid id changes nothing) returns the current one. */
  if ((uint32_t)setfsgid((gid_t)-1) != id || (uint32_t)setfsuid((uid_t)-1) != id) {
    errno = EPERM;
    return -1;
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) data[i].effective = data[i].permitted;
  return (int)syscall(SYS_capset, &header, data);
}

int as_fs_identity(uint32_t id, int (*work)(const void *), const void *argument) {
  if (id == 0) return work(argument);
  int result = set_fs_identity(id) == 0 ? work(argument) : -1;
  int saved = errno;
  if (set_fs_identity(0) != 0) return -1;
  errno = saved;
  return result;
}
