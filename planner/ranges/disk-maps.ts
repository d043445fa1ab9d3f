import { rangeSize } from './id-ranges.ts';
import { engineDiskId } from '../../shared/isolation/disk-ids.ts';

/**
 * The map of an id-mapped mount of layers and volumes for the range at `base`, one line `disk host size`: no
 * id on disk is one of the machine's own, or another container's, whoever makes files with it. Ids from 65536
 * on are nobody's in the container and can't be written.
 */
export function diskMap(base: number): string {
  return `0 ${base} ${rangeSize}\n`;
}

/**
 * The map of the layer that a container writes to. dockerd, which is the machine's root, makes files there
 * before it gives them to an id of the container (`docker cp`), and a directory to change its root to
 * (`docker export`): the kernel lets nobody make a file whose id is in no line.
 */
export function upperMap(base: number): string {
  return `${diskMap(base)}${engineDiskId} 0 1\n`;
}
