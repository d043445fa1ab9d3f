#ifndef BULKHEAD_STREAMS_H
#define BULKHEAD_STREAMS_H

/*
 * Changes the owner of the pipes that are our standard streams to the container's root (host id `base`), so
 * that runc can change it to the user inside, and /dev/stdout and /dev/stderr can be opened there, as without
 * isolation. Other files are not changed. A failure is ignored: open descriptors still work.
 */
void streams_chown(unsigned base);

/*
 * First host id of a running container, from runc's state and the kernel; 0 when it is unknown or the
 * container has no range.
 */
unsigned streams_range_of(const char *runc_root, const char *id);

/* The first host id in /proc/<pid>/uid_map when it maps 65536 ids from 0; 0 otherwise. */
unsigned streams_range_of_process(long pid);

#endif
