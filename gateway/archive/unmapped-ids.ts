import { rangeSize } from '../../shared/isolation/range-size.ts';
import type { LayerIds } from './layer-ids.ts';
import type { IdShift } from './tar-headers.ts';
import type { EntryPlan, PlanFor, TarEntry } from './tar-ids.ts';

/**
 * The id that the engine sees for one that the mount of a running container does not map (linux/highuid.h,
 * `overflowuid`): files of images may belong to ids above 65535, which no range includes. The container's own
 * 65534 is mapped.
 */
const overflowId = 65_534;

const isUnmapped = ({ uid, gid }: TarEntry): boolean => uid === overflowId || gid === overflowId;

/**
 * `planFor`, with the ids of the layers on disk for files of a running container whose ids its mount does not
 * map. `locate` returns the path of an entry in its root file system, null for one in a mount. Plans of
 * `planFor` other than `plain` stay, and so do those of files that no layer has.
 */
export function withUnmappedIds(
  planFor: PlanFor,
  plain: IdShift,
  layers: LayerIds,
  locate: (name: string) => string | null | Promise<string | null>,
): PlanFor {
  const withLayerIds = async (entry: TarEntry, plan: EntryPlan): Promise<EntryPlan> => {
    const file = await locate(entry.name);
    const ids = file === null ? null : await layers.idsOf(file);
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

/** An id below 65536 would be mapped: then the file was replaced meanwhile. */
function trueId(shift: (id: number) => number, disk: number): (id: number) => number {
  return (id) => (id === overflowId && disk >= rangeSize ? disk : shift(id));
}
