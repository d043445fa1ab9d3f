import {
  isRecreationInterrupted,
  unfinishedApply,
  type UnfinishedApply,
} from '../engine/apply/unfinished-apply.ts';
import type { Target } from '../engine/target.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import { killedContainers } from '../shared/containers/killed.ts';
import { unprotected } from '../shared/containers/protection.ts';
import { errorMessage } from '../shared/messages/error-message.ts';
import { plainText, sentenceOf, type MessageReference } from '../shared/messages/message.ts';
import type { AppError } from '../shared/result.ts';
import { enforcementHeadline } from '../shared/enforcement/describe.ts';
import { enforcementOf, isAlarm, type Enforcement } from '../shared/enforcement/enforcement.ts';
import { protectionUnder } from '../shared/ipc/protection-state.ts';
import { effectiveSettings } from '../shared/settings/effective.ts';
import { isOnOtherKernel, type ProtectionState, type Verification } from '../shared/verify/claims.ts';
import { labelled } from './columns.ts';
import { crashLines, harmlessCrashLines } from './crash-text.ts';
import { alarmLines } from './enforcement-text.ts';
import { phaseText } from './engine-text.ts';
import { listText, text, translate, translateSentence } from './text.ts';

export interface StatusReport {
  readonly engine: EngineStatus;
  readonly protection: ProtectionState;
  /** What is enforced now, what the next start does, and why they differ. */
  readonly enforcement: Enforcement;
  /** Whether ECI is on: now, or at the next start of an engine that does not run. */
  readonly eci: boolean;
  /** Who turned ECI off by an effective preference, '' if that is not known; null: nobody. */
  readonly preferredOff: string | null;
  /** Audit mode is set: nothing is refused. Meaningful only while `eci` is true. */
  readonly audit: boolean;
  /** Names of the containers that a crash of the engine killed, and that have not run since. */
  readonly killed: readonly string[];
  /** Containers that are not protected; null if the engine doesn't respond. */
  readonly unprotected: number | null;
  readonly verification: Verification | null;
  readonly appliedVersion: number;
  readonly draftDiffers: boolean;
  /**
   * An interrupted apply is settled by `bulkhead apply` or the next engine start; null: there is none, or
   * this user may not know.
   */
  readonly apply: UnfinishedApply | null;
  /** A recreation was interrupted, and nothing has settled it: a container may be stopped. Null: none. */
  readonly recreation: 'interrupted' | null;
  /** Path of the administrator's file in older documents of Docker Desktop: detected, never read. */
  readonly olderSettings: string | null;
  /** Why the settings can't be read or used, if so. */
  readonly settingsProblem: string | null;
  /** `settingsProblem` as a sentence, if it is one of the catalogue. */
  readonly settingsProblemSentence?: MessageReference;
}

/** Everything `bulkhead status` reports. */
export async function statusReport(target: Target): Promise<StatusReport> {
  const [product, engine, settings, verification, apply, isInterrupted] = await Promise.all([
    target.product(),
    target.driver.status(),
    target.settings.read(),
    target.lastVerification(),
    unfinishedApply(target.paths),
    isRecreationInterrupted(target.paths),
  ]);
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  const enforcement = enforcementOf({ capabilities: target.capabilities, engine, settings, applied });
  const ready = engine.phase === 'ready';
  const policy = ready ? enforcement.now : enforcement.nextStart;
  const scan = ready ? await target.scan({ settings }) : null;
  return {
    engine,
    enforcement,
    eci: policy.eci,
    preferredOff: policy.preferredOff,
    audit: policy.audit,
    verification,
    protection: protectionUnder(enforcement, { engine, verification, now: Date.now() }),
    killed: killedContainers(engine.crash, scan?.ok === true ? scan.value : null).map(({ name }) => name),
    unprotected: scan !== null && scan.ok ? unprotected(scan.value).length : null,
    appliedVersion: settings.appliedVersion,
    draftDiffers: settings.draft !== settings.applied,
    apply,
    recreation: isInterrupted ? 'interrupted' : null,
    olderSettings: product?.olderSettings ?? null,
    ...settingsProblemOf(settings.readError ?? (applied.ok ? null : applied.error)),
  };
}

function settingsProblemOf(
  error: AppError | null,
): Pick<StatusReport, 'settingsProblem' | 'settingsProblemSentence'> {
  if (error === null) return { settingsProblem: null };
  const problem = errorMessage(error);
  const { sentence } = sentenceOf(problem);
  return {
    settingsProblem: plainText(problem),
    ...(sentence === undefined ? {} : { settingsProblemSentence: sentence }),
  };
}

/** Whether somebody has to act, or nothing is known of the engine: `bulkhead status` fails then. */
export const needsAction = ({ engine, enforcement }: StatusReport): boolean =>
  engine.phase === 'unreachable' || isAlarm(enforcement.difference);

/** The sentence on the protection, then facts. */
export function describeStatus(report: StatusReport): string {
  const { engine, appliedVersion: version } = report;
  const phase = phaseText(engine.phase);
  const origin = report.enforcement.changedOutside ? 'outside' : 'version';
  return [
    protectionSentence(report, Date.now()),
    ...notes(report),
    labelled(
      text('cli-status.engine'),
      10,
      engine.version === null
        ? phase
        : text('cli-status.engine-with-version', { phase, version: engine.version }),
    ),
    labelled(text('cli-status.socket'), 10, `unix://${engine.socket}`),
    ...(engine.replacedGateways === undefined
      ? []
      : [
          labelled(
            text('cli-status.gateway'),
            10,
            text('cli-status.replaced-gateways', { pids: listText(engine.replacedGateways.map(String)) }),
          ),
        ]),
    // For a lost file the alarm names the version that is in force; if the engine does not respond, or the
    // user may not read the file, none is known.
    ...(needsAction(report) || report.enforcement.difference === 'unread'
      ? []
      : [
          labelled(
            text('cli-status.settings'),
            10,
            text(`cli-status.settings-${origin}${report.draftDiffers ? '-draft' : ''}`, { version }),
          ),
        ]),
  ].join('\n');
}

/** Notes for the user, and problems to be solved. */
function notes(report: StatusReport): readonly string[] {
  const { engine, enforcement, settingsProblem, settingsProblemSentence } = report;
  const lines: string[] = alarmLines(enforcement);
  if (report.eci && report.unprotected === null && report.protection !== 'stopped')
    lines.push(text('cli-status.not-scanned'));
  if (report.protection !== 'protected' && report.unprotected !== null && report.unprotected > 0)
    lines.push(text('cli-status.not-protected', { count: report.unprotected }));
  if (report.preferredOff !== null)
    lines.push(
      text('cli-status.preferred-off', { user: report.preferredOff || text('cli-output.somebody') }),
    );
  // A running engine reports it as its problem.
  if (settingsProblem !== null && engine.problem === null) {
    const problem = translate(settingsProblem, settingsProblemSentence);
    lines.push(text('cli-status.settings-problem', { problem }));
  }
  lines.push(...crashLines(engine, report.killed), ...harmlessCrashLines(engine));
  if (engine.phase === 'stopped' && engine.root !== null) lines.push(text('cli-status.start-engine'));
  if (engine.prepared !== undefined) lines.push(text(`cli-status.prepared-${engine.prepared}`));
  if (report.apply !== null) lines.push(text(`cli-status.apply-${report.apply}`));
  if (report.recreation !== null) lines.push(text('cli-status.recreation-interrupted'));
  if (report.olderSettings !== null)
    lines.push(text('cli-status.older-settings', { file: report.olderSettings }));
  if (engine.problem !== null)
    lines.push(
      text('cli-status.engine-problem', {
        problem: translate(engine.problem.message, engine.problem.sentence),
      }),
    );
  return lines;
}

function protectionSentence(report: StatusReport, now: number): string {
  const headline =
    report.protection === 'stopped' ? null : enforcementHeadline(report.enforcement, report.verification);
  if (headline !== null) return translateSentence(headline);
  const since = report.verification === null ? null : now - Date.parse(report.verification.at);
  const count = report.unprotected ?? 0;
  switch (report.protection) {
    case 'stopped':
      return text(`cli-status.${stoppedSentence(report.engine.phase)}`);
    case 'off':
      return text('cli-status.off');
    case 'audit':
      return text('cli-status.audit');
    case 'unverified': {
      if (report.verification !== null && isOnOtherKernel(report.verification, report.engine.kernel))
        return text('cli-status.unverified-kernel', { kernel: report.engine.kernel ?? '' });
      const time = report.verification?.at.slice(0, 16).replace('T', ' ');
      return time === undefined
        ? text('cli-status.unverified')
        : text('cli-status.unverified-since', { time });
    }
    case 'protected': {
      const age = ageText(since ?? 0);
      return count === 0
        ? text('cli-status.protected', { age })
        : text('cli-status.protected-except', { age, count });
    }
  }
}

/** Which sentence states that no engine responds. */
function stoppedSentence(
  phase: EngineStatus['phase'],
): 'unreachable' | 'starting' | 'restarting' | 'stopping' | 'stopped' {
  switch (phase) {
    case 'unreachable':
    case 'starting':
    case 'restarting':
    case 'stopping':
      return phase;
    case 'stopped':
    case 'failed':
    case 'ready':
      return 'stopped';
  }
}

/** "3 min": an age for display. */
function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return text('cli-output.seconds', { seconds });
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? text('cli-output.minutes', { minutes })
    : text('cli-output.hours', { hours: Math.round(minutes / 60) });
}
