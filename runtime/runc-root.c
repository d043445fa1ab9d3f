#define _GNU_SOURCE
#include "runc-root.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * Named after the directory's identity: one engine may be called by several paths. Removed by a reboot, like
 * runc's default root.
 */
static bool name_root(const char *root_dir, char *name, size_t size) {
  struct stat engine;
  if (stat(root_dir, &engine) != 0) {
    log_errno("cannot look at %s", root_dir);
    return false;
  }
  int written = snprintf(name, size, "/run/bulkhead/steps/%llx-%llx", (unsigned long long)engine.st_dev,
      (unsigned long long)engine.st_ino);
  return written > 0 && (size_t)written < size;
}

bool set_default_runc_root(const char *root_dir, int *argc, char ***argv, struct invocation *call) {
  static char name[64], option[] = "--root";
  if (call->runc_root != NULL || call->command == NULL) return true;
  if (!name_root(root_dir, name, sizeof name)) return false;
  static char **arguments;
  arguments = calloc((size_t)*argc + 3, sizeof *arguments);
  if (arguments == NULL) {
    log_errno("cannot pass on runc's arguments");
    return false;
  }
  arguments[0] = (*argv)[0];
  arguments[1] = option;
  arguments[2] = name;
  for (int i = 1; i < *argc; i++) arguments[i + 2] = (*argv)[i];
  *argc += 2;
  *argv = arguments;
  call->runc_root = name;
  return true;
}
