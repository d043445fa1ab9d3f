import { hasEmulatedKernelSettings, kernelSettingsLabel } from '../../shared/isolation/kernel-settings.ts';
import { message } from '../../shared/messages/message.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { InspectionContext } from './inspection-context.ts';
import { unknownLabelDenial } from './unknown-label.ts';

/**
 * Records whether the container gets kernel settings of its own, as its labels say: the planner sees the
 * record alone. An invalid label is refused. Rejects where the record can't be written.
 */
export async function recordKernelSettings(
  { sharing }: InspectionContext,
  container: ContainerFacts,
): Promise<Denial | null> {
  const { id, labels } = container;
  const emulated = hasEmulatedKernelSettings(labels);
  if (emulated === 'unknown')
    return unknownLabelDenial(container, {
      label: kernelSettingsLabel,
      spec: 'A4',
      detail: message('gateway.kernel-settings-label-values'),
    });
  // The labels of a container never change: what was recorded before stays right. Without a record of who
  // shares there is nothing to add to.
  if (emulated && sharing && (await sharing.userOf(id)) !== null)
    await sharing.recordStart(id, { kernelSettings: true });
  return null;
}
