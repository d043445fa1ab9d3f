import { message, type Message } from '../messages/message.ts';
import { isOfOtherSettings, type Verification } from '../verify/claims.ts';
import { isAlarm, type Enforcement, type PolicyInForce } from './enforcement.ts';

/** That the settings file is lost or broken: what happened, what holds now, what the next start does. */
export interface EnforcementAlarm {
  readonly title: Message;
  readonly details: readonly Message[];
}

/** The alarm about a settings file that was deleted or cannot be used; null if there is none. */
export function enforcementAlarm(enforcement: Enforcement): EnforcementAlarm | null {
  const { difference, by, now, restorableVersion } = enforcement;
  if (!isAlarm(difference)) return null;
  return {
    title: message(`enforcement.${difference}`),
    details: [
      by === 'nothing' ? message('enforcement.now-nothing') : describeNow(now),
      describeNextStart(enforcement),
      ...(difference === 'unusable' && restorableVersion === null ? [message('enforcement.mend')] : []),
    ],
  };
}

/** Which policy holds while the settings file is not: the one enforced now, or by the next start. */
export const describePolicy = (enforcement: Enforcement): Message =>
  enforcement.by === 'nothing' ? describeNextStart(enforcement) : describeNow(enforcement.now);

/**
 * The sentence on the protection of a running engine, if the usual ones (protected, not verified, audit, off)
 * would not be true, or would not say why nothing is verified; null if they are. `verification`: the last.
 */
export function enforcementHeadline(
  { by, now, difference, changedOutside, otherRuntime, isBypassed }: Enforcement,
  verification: Pick<Verification, 'settingsHash'> | null,
): Message | null {
  if (by === 'nothing') return message('enforcement.headline-nothing');
  if (!now.audit && !isAlarm(difference)) {
    if (isBypassed === true) return message('enforcement.headline-bypassed');
    if (otherRuntime !== undefined)
      return message('enforcement.headline-other-runtime', { runtime: otherRuntime });
  }
  if (
    changedOutside &&
    now.eci &&
    !now.audit &&
    verification !== null &&
    isOfOtherSettings(verification, now.hash)
  )
    return message('enforcement.headline-changed-outside');
  if (!isAlarm(difference) || now.audit) return null;
  if (now.source === 'locked-down') return message(`enforcement.headline-locked-down-${difference}`);
  if (now.source === 'unknown') return message(`enforcement.headline-unknown-${difference}`);
  if (!now.eci) return now.source === 'none' ? message('enforcement.headline-off-deleted') : null;
  return now.version === null
    ? message(`enforcement.headline-${difference}`)
    : message(`enforcement.headline-${difference}-version`, { version: now.version });
}

function describeNow(now: PolicyInForce): Message {
  const { source, version } = now;
  switch (source) {
    case 'locked-down':
    case 'none':
    case 'unknown':
      return message(`enforcement.now-${source}`);
    case 'applied':
    case 'retained': {
      const state = stateOf(now);
      return version === null
        ? message(`enforcement.now-unrecorded-${state}`)
        : message(`enforcement.now-version-${state}`, { version });
    }
  }
}

function describeNextStart({ by, now, nextStart, difference }: Enforcement): Message {
  switch (nextStart.source) {
    case 'locked-down':
      return message(
        difference === 'deleted' ? 'enforcement.next-locked-down-deleted' : 'enforcement.next-locked-down',
      );
    case 'unknown':
      return message('enforcement.next-unknown');
    case 'retained':
      return by === 'nothing' ? describeRetained(nextStart) : message('enforcement.next-same');
    case 'applied':
    case 'none':
      return message(now.eci ? 'enforcement.next-off' : 'enforcement.next-stays-off');
  }
}

/** That the next start enforces what the last gateway did. */
function describeRetained(nextStart: PolicyInForce): Message {
  const state = stateOf(nextStart);
  const { version } = nextStart;
  return version === null
    ? message(`enforcement.next-unrecorded-${state}`)
    : message(`enforcement.next-version-${state}`, { version });
}

const stateOf = ({ eci, audit }: PolicyInForce): 'on' | 'audit' | 'off' =>
  !eci ? 'off' : audit ? 'audit' : 'on';
