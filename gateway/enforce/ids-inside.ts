import { chosenIds, sharingUserLabel } from '../../shared/isolation/ids-inside.ts';
import { message } from '../../shared/messages/message.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { InspectionContext } from './inspection-context.ts';
import { unknownLabelDenial } from './unknown-label.ts';

/** For whether the labels choose anything, which does not depend on who shares. */
const anybody = { uid: 0, gid: 0 };

/**
 * Records which of the container's users the sharing user is, where its labels say so (A8): the planner sees
 * the record alone. An invalid label is refused, since its author relies on it. Rejects where the
 * record can't be written.
 */
export async function recordIdsInside(
  { sharing }: InspectionContext,
  container: ContainerFacts,
): Promise<Denial | null> {
  const { id, labels } = container;
  const chosen = chosenIds(labels, anybody);
  if (chosen === 'unknown')
    return unknownLabelDenial(container, {
      label: sharingUserLabel,
      spec: 'A8',
      detail: message('gateway.sharing-user-label-values'),
    });
  // The labels of a container never change: what was recorded before stays right.
  const user = chosen === null ? null : ((await sharing?.userOf(id)) ?? null);
  const inside = user === null ? null : chosenIds(labels, user);
  if (sharing && inside !== null && inside !== 'unknown') await sharing.recordStart(id, { inside });
  return null;
}
