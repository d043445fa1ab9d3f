import { access } from 'node:fs/promises';
import path from 'node:path';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { systemCode } from '../engine/base/files.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { describeStatus, needsAction, type StatusReport } from './status.ts';
import { about, text } from './text.ts';

/** Exit codes of `bulkhead status --check`: those of Nagios' plugins. */
export const checkExitCodes = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;
export type CheckState = keyof typeof checkExitCodes;

/** The result of a status for monitoring. */
export function checkStateOf(report: StatusReport): CheckState {
  const { engine, protection, verification } = report;
  if (engine.phase === 'unreachable') return 'unknown';
  if (report.settingsProblem !== null || needsAction(report)) return 'critical';
  if (protection === 'off') return 'critical';
  if (protection === 'stopped')
    return engine.phase === 'starting' || engine.phase === 'restarting' ? 'warning' : 'critical';
  if (verification?.claims.some(({ verdict }) => verdict === 'fail') === true) return 'critical';
  if (report.unprotected === null) return 'unknown';
  return protection === 'protected' &&
    report.unprotected === 0 &&
    engine.problem === null &&
    !report.interruptedApply
    ? 'ok'
    : 'warning';
}

/** A status as printed by a monitoring plugin: the state in front of the first line. */
export const describeCheck = (report: StatusReport): string =>
  about(text(`cli-status.check-${checkStateOf(report)}`), describeStatus(report));

/** What a guarded engine leaves at its root, whether or not it runs. */
const traces = (paths: RootPaths): readonly string[] => [
  paths.state,
  paths.settings,
  paths.draft,
  paths.history,
  paths.data,
  path.join(paths.root, 'install.json'),
];

/**
 * Refuses a directory in which no guarded engine has ever been, `engine.root-invalid`. An unreadable one may
 * contain one.
 */
export async function requireEngineAt(paths: RootPaths): Promise<Result<void, AppError>> {
  const absent = await Promise.all(
    traces(paths).map((file) =>
      access(file).then(
        () => false,
        (error: unknown) => systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR',
      ),
    ),
  );
  return absent.every(Boolean)
    ? fail('engine.root-invalid', message('cli.no-engine-at', { root: paths.root }), {
        hint: message('cli.start-one-or-see-targets'),
      })
    : ok(undefined);
}
