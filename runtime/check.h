#ifndef BULKHEAD_CHECK_H
#define BULKHEAD_CHECK_H

/*
 * Really tries what the exclusive backend needs on `directory`'s file system, in a mount namespace of its
 * own, and prints one JSON line per requirement: {"code":…,"met":…,"found":…}. Returns 0 when all are met, 1
 * when not, 2 when it could not try.
 */
int check_requirements(const char *directory);

#endif
