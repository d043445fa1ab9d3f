import { rangeSize } from './isolated.ts';
import type { LayerIds } from './layer-ids.ts';
import type { IdShift } from './tar-headers.ts';
import type { EntryPlan, PlanFor, TarEntry } from './tar-ids.ts';

/**
 * What the engine sees of an id that the mount of a running container does not map (linux/highuid.h,
 * `overflowuid`): files of images may belong to ids above 65535, which no container has. The container's own
 * 65534 is one of its range.
 */
const overflowId = 65_534;

const isUnmapped = ({ uid, gid }: TarEntry): boolean => uid === overflowId || gid === overflowId;

/**
 * `planFor`, with true ids for files of a running container whose ids its mount does not map: as its layers
 * have them on disk. `placeOf` tells where an entry is in its root file system, null for what is mounted
 * there. What `planFor` does not treat as `plain` stays, and so does what the layers know nothing of.
 */
export function withUnmapped(
  planFor: PlanFor,
  plain: IdShift,
  layers: LayerIds,
  placeOf: (name: string) => string | null | Promise<string | null>,
): PlanFor {
  const withLayerIds = async (entry: TarEntry, plan: EntryPlan): Promise<EntryPlan> => {
    const place = await placeOf(entry.name);
    const ids = place === null ? null : await layers.of(place);
    if (ids === null) return plan;
    return { ...plan, uid: trueId(plan.uid, ids.uid), gid: trueId(plan.gid, ids.gid) };
  };
  return (entry) => {
    const plan = planFor(entry);
    if (!isUnmapped(entry)) return plan;
    if (plan instanceof Promise) return plan.then((one) => (one === plain ? withLayerIds(entry, one) : one));
    return plan === plain ? withLayerIds(entry, plan) : plan;
  };
}

/** An id below 65536 is mapped: then the file has been another one meanwhile. */
function trueId(shift: (id: number) => number, disk: number): (id: number) => number {
  return (id) => (id === overflowId && disk >= rangeSize ? disk : shift(id));
}
