import { lockedDownSettings } from '../../shared/settings/effective.ts';
import type { PolicyState } from './settings-watch.ts';

/** The log line for a policy that comes into force. */
export function describePolicy(file: string, state: PolicyState): string {
  const eci = state.settings.eci.value ? 'on' : 'off';
  const mode =
    state.settings.eci.value && state.settings.mode === 'audit'
      ? '; audit mode: nothing is refused, what would be is only logged'
      : '';
  const by = state.preference === null ? '' : `; by preference of ${state.preference}`;
  const ignored =
    state.preferenceProblem === null
      ? ''
      : `; a user's preference is not in force: ${state.preferenceProblem}`;
  const preferred = by + ignored;
  const why = state.problem?.split('\n', 1)[0] ?? null;
  if (why === null)
    return (
      `policy ${state.generation} of ${file} in force: enhanced container isolation ` +
      `${eci}${mode}${preferred}`
    );
  return state.settings === lockedDownSettings
    ? `locked down: ${file} cannot be used: ${why}`
    : `the last good policy stays in force (enhanced container isolation ${eci}${mode}${preferred}): ` +
        `${file} cannot be used: ${why}`;
}
