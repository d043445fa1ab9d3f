import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { StreamingResponseTransform } from '../http/exchange.ts';
import { checkedBy, outOf, withIds } from './copy-out.ts';
import { errorsOf } from './engine-errors.ts';
import { changedMeanwhile, inspectIsolated, type IsolatedContainer } from './isolated.ts';
import { LayerIds, type Layers } from './layer-ids.ts';
import { OutgoingNames } from './outgoing-names.ts';
import type { EntryPlan, TarEntry } from './tar-ids.ts';
import { withUnmapped } from './unmapped-ids.ts';

/**
 * Where ranges are: ids that files of a container have for the engine while it runs, and hardly any other
 * file.
 */
const inAnyRange = (id: number) => id >= 1_000_013_824 && id < 4_294_901_760;
const asTheyAre: EntryPlan = { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };

/**
 * GET export. The engine does not hold the container for it, so it may have been started or stopped since it
 * was looked at; the archive shows one moment all the same. Which one shows in its ids: any of a range that
 * is not the one that was seen belongs to a run nobody knew of, or is true. So at the first of them the
 * container is looked at anew, and the export is cut where it has changed. `layers`: where true ids are,
 * while it runs.
 */
export function exported(
  container: IsolatedContainer,
  layers: Layers | null,
  facts: EngineFacts,
): StreamingResponseTransform {
  const { run } = container;
  const plan = run === null ? asTheyAre : outOf(run);
  return {
    begin: (head) => {
      if (head.status !== 200) return errorsOf(container).begin(head);
      let sure = false;
      const verified = async (): Promise<EntryPlan> => {
        const now = await inspectIsolated(container.facts.id, facts);
        if (now?.run?.startTime !== run?.startTime || now?.facts.startedAt !== container.facts.startedAt)
          throw changedMeanwhile(container.facts.name);
        sure = true;
        return plan;
      };
      const planFor = ({ uid, gid }: TarEntry) => {
        const known = sure || !(inAnyRange(plan.uid(uid)) || inAnyRange(plan.gid(gid)));
        return known ? plan : verified();
      };
      const unmapped =
        run === null || layers === null
          ? planFor
          : withUnmapped(planFor, plan, new LayerIds(layers), (name) => `/${name}`);
      return withIds(checkedBy(new OutgoingNames('export', container.facts.name), unmapped));
    },
  };
}
