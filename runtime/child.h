#ifndef BULKHEAD_CHILD_H
#define BULKHEAD_CHILD_H

#include <stdbool.h>

/*
 * From now on signals that terminate or inform are forwarded to the child, as they would have reached runc
 * itself. False after a message.
 */
bool forward_signals(void);

/* Whether such a signal was received. */
bool was_signalled(void);

/*
 * Runs `program`, or the same program by the descriptor `copy` unless it is -1, with `argv`, our streams and
 * the signal dispositions we were started with, and ends it when we are killed. Returns its exit status as a
 * shell would; -1 after a message when it could not be run. `prepare` is called before that, in the process
 * that becomes the program, with our memory; if it returns false, after a message, the program is not run.
 * `meanwhile` is called once, when the program runs.
 */
int run_child(const char *program, int copy, char **argv, bool (*prepare)(void), void (*meanwhile)(void));

#endif
