import { isBaseDeleted, isNothingToApply, type ApplyPlan, type PlanEffect } from '../shared/apply/plan.ts';
import { applyStepTable } from '../shared/apply/steps.ts';
import type { ApplyRun, ApplyStepStatus } from '../shared/apply/run.ts';
import { padColumns, labelled } from './columns.ts';
import { describeEffect } from './effect-text.ts';
import { describeRecreatePlan, outcomeText } from './recreate-text.ts';
import { about, text, translate, translatedError, type ErrorTexts } from './text.ts';

/** A heading, and its lines; nothing without lines. */
const section = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [[heading, ...lines].join('\n')];

/** A plan as text: diff, findings, what will happen, what blocks it. `diff`: a unified diff, '' for none. */
export function describePlan(plan: ApplyPlan, diff: string): string {
  if (isNothingToApply(plan))
    return [
      text('cli-plan.nothing-to-apply'),
      ...plan.blockers.filter(({ code }) => code === 'nothing-to-apply').map(blockerText),
    ].join('\n');
  const effects = (when: PlanEffect['when']) =>
    plan.effects
      .filter((effect) => effect.when === when)
      .map((effect) => labelled(text(`cli-plan.kind-${effect.kind}`), 15, describeEffect(effect)));
  return [
    ...(plan.blocked ? [] : [versionsText(plan)]),
    ...(diff === '' || isUnparsable(plan) ? [] : [diff.trimEnd()]),
    ...section(text('cli-plan.findings'), plan.findings.map(findingText)),
    ...section(
      text('cli-plan.while-applying', { seconds: plan.estimatedSeconds }),
      effects('while-applying'),
    ),
    ...section(text('cli-plan.recreated'), recreationLines(plan)),
    ...section(text('cli-plan.afterwards'), effects('afterwards')),
    ...section('daemon.json', plan.daemonJson.map(daemonJsonChangeText)),
    ...section(text('cli-plan.missing'), plan.missingRequirements.map(requirementText)),
    ...(plan.blocked ? [[text('cli-plan.blocked'), ...plan.blockers.map(blockerText)].join('\n')] : []),
  ].join('\n\n');
}

/** A text that is no JSON differs as a whole: its lines would only hide what is wrong with it. */
const isUnparsable = ({ blocked, changes }: ApplyPlan): boolean =>
  blocked && changes.some(({ pointer }) => pointer === '');

/** Which version becomes which. */
function becomesText(plan: ApplyPlan): string {
  const { fromVersion: from, toVersion: to, earlierVersion: earlier } = plan;
  if (earlier === undefined) return text('cli-plan.becomes-next', { from, to });
  return isBaseDeleted(plan)
    ? text('cli-plan.becomes-earlier-deleted', { earlier, from, to })
    : text('cli-plan.becomes-earlier', { earlier, from, to });
}

/** Which version becomes which, and what a failing step leaves. */
function versionsText(plan: ApplyPlan): string {
  const { fromVersion: from, baseFile, replacesForeign = false } = plan;
  const becomes = becomesText(plan);
  return text('cli-plan.versions', {
    becomes: replacesForeign
      ? text('cli-plan.versions', { becomes, fails: text('cli-plan.replaces-foreign', { from }) })
      : becomes,
    fails: text(`cli-plan.fails-${baseFile ?? 'usable'}`, { from }),
  });
}

const findingText = ({ range, severity, message, sentence }: ApplyPlan['findings'][number]): string =>
  `  ${text('cli-plan.finding', {
    line: range.line,
    severity: text(`cli-output.severity-${severity}`),
    text: translate(message, sentence),
  })}`;

const recreationLines = ({ recreation }: ApplyPlan): readonly string[] =>
  recreation === undefined
    ? []
    : describeRecreatePlan(recreation)
        .split('\n')
        .map((line) => (line === '' ? '' : `  ${line}`));

/** Signs as in a diff: the same in every language. */
const daemonJsonSigns = { set: '+', restored: '+', removed: '-', conflict: '!' } as const;

const daemonJsonChangeText = ({ kind, pointer, after }: ApplyPlan['daemonJson'][number]): string =>
  `  ${daemonJsonSigns[kind]} ${pointer}${after === undefined ? '' : ` = ${JSON.stringify(after)}`}`;

function requirementText({ code, found, fix, sentences }: ApplyPlan['missingRequirements'][number]): string {
  const missing = about(code, translate(found, sentences?.found));
  if (fix === undefined) return `  ${missing}`;
  return `  ${text('cli-output.with-note', { text: missing, note: translate(fix, sentences?.fix) })}`;
}

const blockerText = ({ message, sentence }: ApplyPlan['blockers'][number]): string =>
  `  ${translate(message, sentence)}`;

const stepText = (step: ApplyStepStatus['step']): string => text(applyStepTable[step].name);

function resultOf(state: 'done' | 'skipped' | 'failed', durationMs: number | null): string {
  if (state === 'failed') return text('cli-plan.step-failed');
  if (state === 'skipped') return text('cli-plan.step-skipped');
  return durationMs === null ? '' : text('cli-output.seconds', { seconds: (durationMs / 1000).toFixed(1) });
}

/** One line for an ended step of `steps`, those of its run; null while it has not ended. */
export function describeStep(
  { step, state, durationMs, detail, sentence }: ApplyStepStatus,
  steps: readonly Pick<ApplyStepStatus, 'step'>[],
): string | null {
  if (state === 'waiting' || state === 'running') return null;
  const number = `${steps.findIndex((each) => each.step === step) + 1}/${steps.length}`;
  const columns = [
    padColumns(stepText(step), 24),
    padColumns(resultOf(state, durationMs), 14),
    translate(detail ?? '', sentence),
  ];
  return `${number} ${columns.join('')}`.trimEnd();
}

const errorLines = (error: ErrorTexts): readonly string[] => {
  const { message, reason, hint } = translatedError(error);
  return [
    `  ${message}`,
    ...(reason === undefined ? [] : [`  ${text('cli-plan.why', { reason })}`]),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
};

/** How a run ended, with the reason and what to try. */
export function describeOutcome({ outcome }: ApplyRun): string {
  if (outcome === null) return text('cli-plan.not-ended');
  switch (outcome.kind) {
    case 'applied':
      return appliedText(outcome);
    case 'rolled-back':
      return outcome.error.code === 'apply.cancelled'
        ? text('cli-plan.cancelled', { version: outcome.restoredVersion })
        : [
            text('cli-plan.rolled-back', {
              version: outcome.restoredVersion,
              step: stepText(outcome.failedStep),
            }),
            ...errorLines(outcome.error),
          ].join('\n');
    case 'rollback-failed':
      return [
        text('cli-plan.rollback-failed', { step: stepText(outcome.failedStep) }),
        ...errorLines(outcome.error),
        ...errorLines(outcome.rollbackError),
        `  ${text('cli-plan.backup', { directory: outcome.backupDir })}`,
      ].join('\n');
  }
}

type AppliedOutcome = Extract<ApplyRun['outcome'], { readonly kind: 'applied' }>;

function appliedText({
  version,
  verification,
  unrecorded,
  unrecordedSentence,
  removed,
  recreated,
}: AppliedOutcome): string {
  const audit = verification?.claims.some(({ verdict }) => verdict === 'not-enforced') === true;
  return [
    verification === null
      ? text('cli-plan.applied', { version })
      : audit
        ? text('cli-plan.applied-audit', { version })
        : text('cli-plan.applied-verified', { version }),
    ...(unrecorded === undefined
      ? []
      : [
          `  ${text('cli-plan.unrecorded', { reason: translate(unrecorded, unrecordedSentence) })}`,
          `  ${text('cli-plan.make-room')}`,
        ]),
    ...removed
      .filter((container) => !container.removed)
      .map(
        ({ name, error, sentence }) =>
          `  ${text('cli-output.not-removed', { name, reason: translate(error ?? '', sentence) })}`,
      ),
    ...recreated.map((member) => `  ${outcomeText(member)}`),
  ].join('\n');
}
