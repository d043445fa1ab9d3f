#ifndef BULKHEAD_KERNEL_SETTINGS_H
#define BULKHEAD_KERNEL_SETTINGS_H

/*
 * OCI createRuntime hook: mounts files of the container's own over kernel settings that every process of the
 * machine shares, so that writing them has an effect on the container's view alone. Everything is done with
 * the rights of the container's root, in its user and mount namespace. `--bulkhead-emulate-kernel-settings
 * BASE ROOT`: the container's range, and where runc has its root; the container's state comes on stdin.
 * Returns an exit code.
 */
int emulate_kernel_settings(int argc, char **argv);

#endif
