import * as z from 'zod';
import type { IdsInside } from './ids-inside.ts';
import { rangeSize } from './range-size.ts';
import type { SharingUser } from './sharing-user.ts';

/** `size` ids from `inside` on, as the container has them, are those from `disk` on. */
export const idExtentSchema = z.object({
  disk: z.int().min(0),
  inside: z.int().min(0),
  size: z.int().min(1),
});
export type IdExtent = z.infer<typeof idExtentSchema>;

/**
 * Which ids on disk the ids of a container are in a shared directory; ids on disk that are in no extent are
 * nobody's inside. The maps in force for a running container are in the planner's state of it,
 * `isolation/containers/<id>.json`, as `shares`: null where it mounts nothing of anybody's, or root shares
 * (then ids are the same on disk and inside).
 */
export const shareMapsSchema = z.object({ uids: z.array(idExtentSchema), gids: z.array(idExtentSchema) });
export type ShareMaps = z.infer<typeof shareMapsSchema>;

/** First of the ids that stand for a sharing user's containers' other ids; 65535 of them. */
export interface SubordinateIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The maps of what `user` (not root) shares (A8). Whom he is inside (`inside`: root, or the user that
 * ids-inside.ts has) writes as him. All other ids, root's too then, are subordinate ones of his, as with
 * rootless engines (id 1 is the first of them), never the same number on disk: that would be some other
 * account, and a container's root could leave a setuid program of it.
 */
export function shareMaps(user: SharingUser, inside: IdsInside, subordinate: SubordinateIds): ShareMaps {
  return {
    uids: shareMap(user.uid, inside.uid, subordinate.uid),
    gids: shareMap(user.gid, inside.gid, subordinate.gid),
  };
}

/**
 * One of the two maps; `id` is the sharing user's (or group's), `himself` the one that he is inside, whose
 * subordinate id root has then.
 */
export function shareMap(id: number, himself: number, subordinate: number): IdExtent[] {
  const above = (inside: number) => subordinate + inside - 1;
  if (himself === 0)
    return [
      { disk: id, inside: 0, size: 1 },
      { disk: above(1), inside: 1, size: rangeSize - 1 },
    ];
  return [
    { disk: above(himself), inside: 0, size: 1 },
    { disk: above(1), inside: 1, size: himself - 1 },
    { disk: id, inside: himself, size: 1 },
    { disk: above(himself + 1), inside: himself + 1, size: rangeSize - 1 - himself },
  ].filter(({ size }) => size > 0);
}

/** The id on disk of a container's id; null where it has none. */
export function toDisk(map: readonly IdExtent[], inside: number): number | null {
  const extent = map.find((one) => inside >= one.inside && inside < one.inside + one.size);
  return extent === undefined ? null : extent.disk + inside - extent.inside;
}

/** The container's id of an id on disk; null for nobody's. */
export function toInside(map: readonly IdExtent[], disk: number): number | null {
  const extent = map.find((one) => disk >= one.disk && disk < one.disk + one.size);
  return extent === undefined ? null : extent.inside + disk - extent.disk;
}
