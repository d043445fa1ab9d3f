import * as z from 'zod';
import type { IdsInside } from './ids-inside.ts';
import { rangeSize } from './range-size.ts';
import type { SharingUser } from './sharing-user.ts';

/** `size` ids from `inside` on in the container correspond to those from `disk` on. */
const idExtentSchema = z.object({
  disk: z.int().min(0),
  inside: z.int().min(0),
  size: z.int().min(1),
});
export type IdExtent = z.infer<typeof idExtentSchema>;

/**
 * Which ids on disk correspond to a container's ids in a shared directory; ids on disk that are in no extent
 * belong to nobody inside. The maps of a running container are in the planner's state of it,
 * `isolation/containers/<id>.json`, as `shares`: null if it mounts no shares, or if root shares them (then
 * ids are the same on disk and inside).
 */
export const shareMapsSchema = z.object({ uids: z.array(idExtentSchema), gids: z.array(idExtentSchema) });
export type ShareMaps = z.infer<typeof shareMapsSchema>;

/** First id that represents the other ids of a sharing user's containers; 65535 of them. */
export interface SubordinateIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The maps of shares of `user` (not root) (A8). Files that their user inside (`inside`: root, or another one
 * by ids-inside.ts) writes are theirs. All other ids, then also root's, are subordinate ones of theirs, as
 * with rootless engines (id 1 is the first of them), never the same number on disk: that would be some other
 * account, and a container's root could leave a setuid program of it.
 */
export function shareMaps(user: SharingUser, inside: IdsInside, subordinate: SubordinateIds): ShareMaps {
  return {
    uids: shareMap(user.uid, inside.uid, subordinate.uid),
    gids: shareMap(user.gid, inside.gid, subordinate.gid),
  };
}

/**
 * One of the two maps; `id` is the sharing user's (or group's), `idInside` the one that they have inside,
 * whose subordinate id root has then.
 */
export function shareMap(id: number, idInside: number, subordinate: number): IdExtent[] {
  const above = (inside: number) => subordinate + inside - 1;
  if (idInside === 0)
    return [
      { disk: id, inside: 0, size: 1 },
      { disk: above(1), inside: 1, size: rangeSize - 1 },
    ];
  return [
    { disk: above(idInside), inside: 0, size: 1 },
    { disk: above(1), inside: 1, size: idInside - 1 },
    { disk: id, inside: idInside, size: 1 },
    { disk: above(idInside + 1), inside: idInside + 1, size: rangeSize - 1 - idInside },
  ].filter(({ size }) => size > 0);
}

/** The id on disk of a container's id; null if it has none. */
export function toDisk(map: readonly IdExtent[], inside: number): number | null {
  const extent = map.find((one) => inside >= one.inside && inside < one.inside + one.size);
  return extent === undefined ? null : extent.disk + inside - extent.inside;
}

/** The container's id for an id on disk; null if it belongs to nobody inside. */
export function toInside(map: readonly IdExtent[], disk: number): number | null {
  const extent = map.find((one) => disk >= one.disk && disk < one.disk + one.size);
  return extent === undefined ? null : extent.inside + disk - extent.disk;
}
