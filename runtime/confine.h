#ifndef BULKHEAD_CONFINE_H
#define BULKHEAD_CONFINE_H

/*
 * `--bulkhead-confine-devices DIRECTORY -- [PROGRAM ARGS…]`: makes the cgroup DIRECTORY (v1's devices
 * controller, or v2), lets its processes make any device node and open none but pseudo devices, enters it and
 * becomes PROGRAM. Without PROGRAM it only tries this. `argv` begins at DIRECTORY. Returns an exit code: 2
 * for a wrong call, 1 when this process could not be confined, 127 when PROGRAM did not run.
 */
int confine_devices(int argc, char **argv);

#endif
