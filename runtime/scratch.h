#ifndef BULKHEAD_SCRATCH_H
#define BULKHEAD_SCRATCH_H

/*
 * Operations that kernels before 6.15 support on attached mounts only are done in a scratch place: an empty
 * tmpfs in a child's own mount namespace. It is invisible to other processes, and removed with the child,
 * also when that is killed.
 */

/*
 * Works in the scratch place (the current directory) and leaves detached mounts in `made`; -1 with errno on
 * failure.
 */
typedef int scratch_work(const void *argument, int *made);

enum { SCRATCH_MAX_MADE = 2 };

/*
 * Has `work` make `n` detached mounts. They are close-on-exec fds in `made`; -1 with errno when it failed,
 * and then there are none.
 */
int in_scratch(scratch_work *work, const void *argument, int *made, int n);

/* Makes directory `name` in the current directory and puts the detached `mount` on it. */
int attach_here(int mount, const char *name);

#endif
