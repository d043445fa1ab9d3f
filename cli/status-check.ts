import type { CheckState } from './output.ts';
import { describeStatus, needsAction, type StatusReport } from './status.ts';
import { about, text } from './text.ts';

/** The result of a status for monitoring. */
export function checkStateOf(report: StatusReport): CheckState {
  const { engine, protection, verification } = report;
  // By a user who may not read the settings.
  const isUnread = report.enforcement.difference === 'unread';
  if (engine.phase === 'unreachable') return 'unknown';
  if ((report.settingsProblem !== null && !isUnread) || needsAction(report)) return 'critical';
  if (protection === 'off' || report.enforcement.isBypassed === true) return 'critical';
  if (protection === 'stopped')
    return engine.phase === 'starting' || engine.phase === 'restarting' ? 'warning' : 'critical';
  if (verification?.claims.some(({ verdict }) => verdict === 'fail') === true) return 'critical';
  if (report.unprotected === null || isUnread) return 'unknown';
  return protection === 'protected' &&
    report.unprotected === 0 &&
    engine.problem === null &&
    engine.prepared === undefined &&
    report.apply === null &&
    report.recreation === null
    ? 'ok'
    : 'warning';
}

/** A status as printed by a monitoring plugin: the state in front of the first line. */
export const describeCheck = (report: StatusReport): string =>
  about(text(`cli-status.check-${checkStateOf(report)}`), describeStatus(report));
