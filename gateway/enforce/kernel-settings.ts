import { hasEmulatedKernelSettings, kernelSettingsLabel } from '../../shared/isolation/kernel-settings.ts';
import { message } from '../../shared/messages/message.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import type { InspectionContext } from './inspection-context.ts';

/**
 * Records whether the container gets kernel settings of its own, as its labels say: the planner sees the
 * record alone. A label that means nothing is refused: whoever set it relies on it. Rejects where the record
 * can't be written.
 */
export async function recordKernelSettings(
  { sharing }: InspectionContext,
  { id, name, labels }: ContainerFacts,
): Promise<Denial | null> {
  const emulated = hasEmulatedKernelSettings(labels);
  if (emulated === 'unknown')
    return deny(
      'unmodelled-value',
      message('gateway.container-with-label', {
        name,
        label: kernelSettingsLabel,
        value: (labels[kernelSettingsLabel] ?? '').slice(0, 200),
      }),
      { spec: 'A4', detail: message('gateway.values-of-the-label-for-kernel-settings') },
    );
  // The labels of a container never change: what was recorded before stays right. Without a record of who
  // shares there is nothing to add to.
  if (emulated && sharing && (await sharing.userOf(id)) !== null)
    await sharing.recordStart(id, { kernelSettings: true });
  return null;
}
