#ifndef BULKHEAD_CGROUP_H
#define BULKHEAD_CGROUP_H

/* The first process of the container whose OCI state a hook gets on stdin; -1 if it is missing. */
long pid_from_state(void);

/*
 * OCI createRuntime hook: gives the container's own cgroup directories to its root, so that it can create
 * cgroups below them (A4). `--bulkhead-chown-cgroup BASE ID CONTROLLERS=MOUNTPOINT…`; the container's state
 * comes on stdin. Returns an exit status.
 */
int chown_cgroup(int argc, char **argv);

#endif
