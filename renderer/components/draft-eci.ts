import { useApp, useDraft } from '../state/context.tsx';
import { isAlarm, type PolicyInForce } from '../../shared/enforcement/enforcement.ts';
import { describePolicy } from '../../shared/enforcement/describe.ts';
import type { Message } from '../../shared/messages/message.ts';
import { enforcementIn } from './protection.ts';

/**
 * Whether ECI is on in the draft; if not, what is enforced in the meantime: nothing (`off`), ECI until the
 * draft is applied, ECI although the settings file is missing (`retained`), or not known (`unknown`).
 */
export type DraftEci = 'on' | 'off' | 'untilApplied' | 'retained' | 'unknown';

export interface EciComparison {
  readonly state: DraftEci;
  /** What is enforced now; by a stopped engine, at its next start. */
  readonly policy: PolicyInForce;
  /** Which policy that is, in a sentence. */
  readonly inForce: Message;
  /** The settings file is deleted or unusable. */
  readonly lost: boolean;
}

/** ECI in the draft, and as enforced: pages must not show ECI as off while it is enforced. */
export function useDraftEci(): EciComparison {
  const enforcement = enforcementIn(useApp());
  const { by, now, nextStart, difference } = enforcement;
  const { draft, dirty } = useDraft();
  const policy = by === 'nothing' ? nextStart : now;
  const lost = isAlarm(difference);
  const isOn = draft.settings.ok && draft.settings.value.eci.value;
  return {
    state: isOn ? 'on' : stateOff(policy, { dirty, lost }),
    policy,
    inForce: describePolicy(enforcement),
    lost,
  };
}

function stateOff(
  { eci, source }: PolicyInForce,
  { dirty, lost }: { readonly dirty: boolean; readonly lost: boolean },
): Exclude<DraftEci, 'on'> {
  if (!eci) return 'off';
  if (source === 'unknown') return 'unknown';
  if (dirty) return 'untilApplied';
  // A file that has just changed is read shortly after.
  return lost ? 'retained' : 'off';
}
