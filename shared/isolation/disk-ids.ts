/**
 * Id on disk that the machine's root has in a container's own layer while the container runs. No image or
 * volume is mapped with it, and nothing may leave a file of it in a container's layer: it would be root's at
 * the next start.
 */
export const engineDiskId = 4_294_967_294;
