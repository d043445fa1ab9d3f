import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { StreamingResponseTransform } from '../http/exchange.ts';
import { withNameCheck, shiftOutOfRange, withIds } from './copy-out.ts';
import { restoreNameInErrors } from './requested-name.ts';
import { changedMeanwhile, inspectIsolated, type IsolatedContainer } from './isolated.ts';
import { LayerIds, type Layers } from './layer-ids.ts';
import { OutgoingNameChecker } from './outgoing-names.ts';
import type { EntryPlan, TarEntry } from './tar-ids.ts';
import { withUnmappedIds } from './unmapped-ids.ts';

/**
 * Whether an id is in the area of ranges: ids that the engine sees on files of running containers, and hardly
 * on any other.
 */
const inAnyRange = (id: number) => id >= 1_000_013_824 && id < 4_294_901_760;
const identityShift: EntryPlan = { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };

/**
 * GET export. The engine does not lock the container for it, so it may have been started or stopped since it
 * was inspected; the archive still shows one state. The ids tell which: an id of another range belongs to a
 * later run, or is a true id. So at the first such id the container is inspected again, and the export is cut
 * where it has changed. `layers`: where the true ids are, while it runs.
 */
export function exportTransform(
  container: IsolatedContainer,
  layers: Layers | null,
  facts: EngineFacts,
): StreamingResponseTransform {
  const { run } = container;
  const plan = run === null ? identityShift : shiftOutOfRange(run);
  return {
    begin: (head) => {
      if (head.status !== 200) return restoreNameInErrors(container).begin(head);
      let hasVerified = false;
      const verify = async (): Promise<EntryPlan> => {
        const now = await inspectIsolated(container.facts.id, facts);
        if (now?.run?.startTime !== run?.startTime || now?.facts.startedAt !== container.facts.startedAt)
          throw changedMeanwhile(container.facts.name);
        hasVerified = true;
        return plan;
      };
      const planFor = ({ uid, gid }: TarEntry) => {
        const isVerified = hasVerified || !(inAnyRange(plan.uid(uid)) || inAnyRange(plan.gid(gid)));
        return isVerified ? plan : verify();
      };
      const unmapped =
        run === null || layers === null
          ? planFor
          : withUnmappedIds(planFor, plan, new LayerIds(layers), (name) => `/${name}`);
      return withIds(withNameCheck(new OutgoingNameChecker('export', container.facts.name), unmapped));
    },
  };
}
