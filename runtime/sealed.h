#ifndef BULKHEAD_SEALED_H
#define BULKHEAD_SEALED_H

#include <sys/types.h>

/*
 * Every start of a container has runc copy itself to memory that nobody can write any more, so that no
 * container gets at the program through its processes (CVE-2019-5736). Run from such a copy it sees that and
 * makes none: the planner keeps one.
 */

/*
 * Exit status for what never can be: the planner remembers it (sealed-runc.ts), and tries again after any
 * other failure.
 */
enum { SEAL_NO_PROGRAM = 3 };

/*
 * Makes a sealed copy of the program `path`, says the number of its descriptor on stdout, and keeps it until
 * stdin ends. An exit status.
 */
int seal_program(const char *path);

/*
 * Opens descriptor `number` of process `pid`, which must be such a copy, made by root of the machine: nobody
 * else can have put anything in. -1: it is none. Sees to it that `pid` is still who it was afterwards, not
 * before.
 */
int open_sealed(pid_t pid, unsigned number);

#endif
