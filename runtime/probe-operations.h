/*
 * Kernel operations that are tried in a privileged container (A4, A5). The expected result of each is in
 * shared/verify/operations.ts.
 */
#ifndef BULKHEAD_PROBE_OPERATIONS_H
#define BULKHEAD_PROBE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Tries the operation and undoes it. True: it was done, or would have been: an invalid call that the kernel
 * refuses only after the permission check counts. False: the reason is in errno. Runs in a process of its
 * own, which exits afterwards.
 */
typedef bool (*operation_function)(void);

struct operation {
  const char *id;
  operation_function run;
};

extern const struct operation global_operations[];
extern const size_t global_operations_count;
extern const struct operation local_operations[];
extern const size_t local_operations_count;

/* Where operations may create files; an empty directory of the probe's own. */
#define PROBE_DIRECTORY "/probe"

/* The call succeeded, or failed with an error that comes only after the permission check. */
bool passes(long result, int error_after_permission);
/* Up to size-1 bytes of a file, '' with errno set if it cannot be read. */
bool read_file(const char *path, char *buffer, size_t size);
/* Opens and closes. */
bool opens(const char *path, int flags);
/* Mounts a file system on PROBE_DIRECTORY/mount and unmounts it. */
bool mounts(const char *type, const char *source, const char *options, int error_after_permission);
/* Writes a kernel setting's own value back to it. */
bool rewrite(const char *path);
/* Makes PROBE_DIRECTORY/name and opens it, writable. The descriptor, or -1. */
int make_file(const char *name);

/* Prints `"id":"ok"` or `"id":"EPERM"` for every operation, comma separated. */
void print_operations(void);

#endif
