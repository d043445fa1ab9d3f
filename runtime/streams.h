#ifndef BULKHEAD_STREAMS_H
#define BULKHEAD_STREAMS_H

/*
 * Makes the pipes that are our standard streams belong to the container's root (host id `base`), so that runc
 * can pass them on to the user inside, and /dev/stdout and /dev/stderr can be opened there, as without
 * isolation. Other files are left alone, and so is everything that cannot be changed: what was opened before
 * still works.
 */
void streams_hand_over(unsigned base);

/*
 * First host id of a running container, from runc's state and the kernel; 0 when it cannot be told or the
 * container has no range.
 */
unsigned streams_range_of(const char *runc_root, const char *id);

/* The first host id in /proc/<pid>/uid_map when it maps 65536 ids from 0; 0 otherwise. */
unsigned streams_range_of_process(long pid);

#endif
