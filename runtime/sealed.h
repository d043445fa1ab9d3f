#ifndef BULKHEAD_SEALED_H
#define BULKHEAD_SEALED_H

#include <sys/types.h>

/*
 * At every start of a container runc copies itself to memory that nobody can write to any more, so that no
 * container can access the program through its processes (CVE-2019-5736). When it runs from such a copy it
 * detects that and makes none: so the planner keeps one.
 */

/*
 * Exit status for a program that can never be sealed: the planner remembers it (sealed-runc.ts), and tries
 * again after any other failure.
 */
enum { SEAL_NO_PROGRAM = 3 };

/*
 * Makes a sealed copy of the program `path`, prints the number of its descriptor on stdout, and keeps it
 * until stdin ends. Returns an exit status.
 */
int seal_program(const char *path);

/*
 * Opens descriptor `number` of process `pid`, which must be such a copy, made by root of the machine: nobody
 * else can have changed its content. -1: it is not one. The caller checks afterwards, not before, that `pid`
 * is still the same process.
 */
int open_sealed(pid_t pid, unsigned number);

#endif
