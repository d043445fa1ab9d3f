import { rangeSize } from '../../shared/isolation/range-size.ts';
import { engineDiskId } from '../../shared/isolation/disk-ids.ts';

/**
 * The map of an id-mapped mount of layers and volumes for the range at `base`, one line `disk host size`:
 * whichever id the mount is written with, the id on disk is none of the machine's own or of another
 * container. Ids from 65536 on belong to nobody in the container and cannot be written.
 */
export function diskMap(base: number): string {
  return `0 ${base} ${rangeSize}\n`;
}

/**
 * The map of the layer that a container writes to. dockerd, as the machine's root, makes files there before
 * it changes their owner to an id of the container (`docker cp`), and a directory to change its root to
 * (`docker export`): the kernel refuses to create files with an id that is in no line.
 */
export function upperMap(base: number): string {
  return `${diskMap(base)}${engineDiskId} 0 1\n`;
}
