import { lockedDownSettings } from '../../shared/settings/effective.ts';
import type { PolicyState } from './settings-watch.ts';

/** The log line for a policy that comes into force. */
export function describePolicy(file: string, state: PolicyState): string {
  const eci = state.settings.eci.value ? 'on' : 'off';
  const mode =
    state.settings.eci.value && state.settings.mode === 'audit'
      ? '; audit mode: rules deny nothing, what they would deny is only logged'
      : '';
  const by = state.preference === null ? '' : `; by preference of ${state.preference}`;
  const ignored =
    state.preferenceProblem === null
      ? ''
      : `; a user's preference is not in force: ${state.preferenceProblem}`;
  const preferred = by + ignored;
  const inForce = `enhanced container isolation ${eci}${mode}${preferred}`;
  const why = state.problem?.split('\n', 1)[0] ?? null;
  if (why === null) return `policy ${state.generation} of ${file} in force: ${inForce}`;
  const isLockedDown = state.settings === lockedDownSettings;
  const lastGood = `the last good policy stays in force (${inForce})`;
  if (state.problemKind === 'deleted')
    return isLockedDown
      ? `${file} was deleted, and no good policy is known: locked down`
      : `${file} was deleted: ${lastGood}`;
  return `${isLockedDown ? 'locked down' : lastGood}: ${file} cannot be used: ${why}`;
}
