import type { TFunction } from 'i18next';
import { clauses, labelled, joinSentences } from '../../i18n/lists.ts';
import { translateError } from '../../i18n/translate.ts';
import { formatDuration, type Formats } from '../../i18n/format.ts';
import type { Enforcement } from '../../../shared/enforcement/enforcement.ts';
import type { AppError } from '../../../shared/result.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';

/**
 * What is in force after a roll back to a version: not that version if its file is unusable, or did not
 * exist.
 */
export function restoredText(t: TFunction, version: number, difference: Enforcement['difference']): string {
  if (difference === 'unusable') return t('review.end.inForceUnusable');
  return version === 0 || difference === 'deleted'
    ? t('review.end.inForceNone')
    : t('review.end.inForce', { version });
}

/**
 * Plain-text report of a rolled back run: failure, reason, restored state, hint, steps. Empty for a run that
 * was applied.
 */
export function reportText(
  t: TFunction,
  formats: Formats,
  run: ApplyRun,
  difference: Enforcement['difference'],
): string {
  const { outcome } = run;
  if (outcome === null || outcome.kind === 'applied') return '';
  const why = (error: AppError): string[] => {
    const { message, reason, hint } = translateError(error);
    return [
      labelled(t, t('review.report.why'), joinSentences(t, [message, reason ?? ''])),
      ...(hint === undefined ? [] : [labelled(t, t('review.report.try'), hint)]),
    ];
  };
  const failed = t('review.end.failed', { step: t(`review.step.${outcome.failedStep}`) });
  const end =
    outcome.kind === 'rolled-back'
      ? [labelled(t, t('review.report.now'), restoredText(t, outcome.restoredVersion, difference))]
      : [
          t('review.run.rollbackFailed'),
          ...why(outcome.rollbackError),
          labelled(t, t('review.end.backup'), outcome.backupDir),
          t('review.end.tryNext'),
        ];
  const steps = run.steps.map((step) => {
    const state = t(`review.stepState.${step.state}`);
    const facts = step.durationMs === null ? [state] : [state, formatDuration(t, step.durationMs / 1000)];
    return `- ${labelled(t, t(`review.step.${step.step}`), clauses(t, facts))}`;
  });
  return [
    t('review.report.head', {
      from: run.fromVersion,
      to: run.toVersion,
      time: formats.dateTime(run.startedAt),
    }),
    outcome.error.code === 'apply.cancelled' ? t('review.end.stopped') : failed,
    ...why(outcome.error),
    ...end,
    '',
    ...steps,
    '',
  ].join('\n');
}
