#ifndef BULKHEAD_CONFINE_H
#define BULKHEAD_CONFINE_H

/*
 * `--bulkhead-confine-devices DIRECTORY -- [PROGRAM ARGS…]`: creates the cgroup DIRECTORY (v1's devices
 * controller, or v2), lets its processes create any device node and open none but pseudo devices, enters it
 * and executes PROGRAM. Without PROGRAM it only tries this. `argv` begins at DIRECTORY. Returns an exit
 * status: 2 for a wrong call, 1 when this process could not be confined, 127 when PROGRAM did not run.
 */
int confine_devices(int argc, char **argv);

#endif
