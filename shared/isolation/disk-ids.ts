/**
 * Id on disk of the machine's root in a container's own layer while the container runs. It is not mapped in
 * any image or volume, and no file with it may remain in a container's layer: at the next start the file
 * would be root's.
 */
export const engineDiskId = 4_294_967_294;
