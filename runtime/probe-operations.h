/*
 * Kernel operations that a privileged container is tried with (A4, A5). What is expected of each stands in
 * shared/verify/operations.ts.
 */
#ifndef BULKHEAD_PROBE_OPERATIONS_H
#define BULKHEAD_PROBE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Tries the operation and undoes it. True: it was done, or would have been: a call with an argument that the
 * kernel refuses only after the permission was given counts. False: errno says why. Runs in a process of its
 * own, which ends afterwards.
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

/* Where operations may make files; an empty directory of the probe's own. */
#define PROBE_DIRECTORY "/probe"

/* The call succeeded, or failed with an error that comes only after the permission was given. */
bool passes(long result, int error_after_permission);
/* Up to size-1 bytes of a file, '' with errno set where it can't be read. */
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
