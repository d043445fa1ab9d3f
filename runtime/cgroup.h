#ifndef BULKHEAD_CGROUP_H
#define BULKHEAD_CGROUP_H

/*
 * OCI createRuntime hook: gives the container's own cgroup directories to its root, so that it can make cgroups below them (A4).
 * `--bulkhead-chown-cgroup BASE ID CONTROLLERS=MOUNTPOINT…`; the container's state comes on stdin. Returns an exit code.
 */
int chown_cgroup(int argc, char **argv);

#endif
