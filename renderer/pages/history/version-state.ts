import { enforcementIn } from '../../components/protection.ts';
import { applying } from '../../state/lock.ts';
import { isAlarm } from '../../../shared/enforcement/enforcement.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import type { Tone } from '../../theme/tokens.ts';

/** The current state of a version. `inForce`: enforced although nobody applied the settings file's text. */
export type VersionState = 'applied' | 'applying' | 'rollingBack' | 'inForce' | 'unusable' | 'deleted';

/** The tone of each state. */
export const versionTone: Record<VersionState, Tone> = {
  applied: 'ok',
  applying: 'warn',
  rollingBack: 'warn',
  inForce: 'ok',
  unusable: 'danger',
  deleted: 'danger',
};

/** Whether history has no record of a version because an apply of ours has not ended yet. */
const isOfRun = ({ run }: Pick<AppState, 'run'>, item: HistoryItem): boolean =>
  item.how === 'unrecorded' && run !== null && applying({ run }) && run.toVersion === item.version;

/** Whether another program wrote it. */
const isForeign = ({ how }: HistoryItem): boolean => how === 'found' || how === 'unrecorded';

/** The state of a version; null for earlier versions. */
export function versionState(app: AppState, item: HistoryItem): VersionState | null {
  if (isOfRun(app, item)) return app.run?.activity === 'applying' ? 'applying' : 'rollingBack';
  const { difference, now } = enforcementIn(app);
  if (!isAlarm(difference)) return item.current ? (isForeign(item) ? 'inForce' : 'applied') : null;
  if (item.current) return difference;
  return item.version === now.version ? 'inForce' : null;
}
