import type { ApplyPlan, PlanEffect } from '../shared/apply/plan.ts';
import { applySteps, applyStepTable } from '../shared/apply/steps.ts';
import type { ApplyRun, ApplyStepStatus } from '../shared/apply/run.ts';
import { countOf, type Claim, type Verification } from '../shared/verify/claims.ts';
import { widthOf } from '../shared/translate/translate.ts';
import { colon, printable, translate, toldClaim, translateEvidence } from './output.ts';
import { describeRecreatePlan, outcomeText } from './recreate-text.ts';

/**
 * A plan in words: diff, findings, what will happen, what stands in the way. `diff` is a unified diff, '' for
 * none.
 */
export function describePlan(plan: ApplyPlan, diff: string): string {
  const parts: string[] = plan.blocked
    ? []
    : [
        `Version ${plan.fromVersion} becomes ${plan.toVersion}. If any step fails, everything goes back to version ${plan.fromVersion}.`,
      ];
  if (diff !== '') parts.push(diff.trimEnd());
  if (plan.findings.length > 0)
    parts.push(
      [
        'Findings',
        ...plan.findings.map(
          (finding) => `  line ${finding.range.line}: ${finding.severity}: ${finding.message}`,
        ),
      ].join('\n'),
    );
  const lines = (when: PlanEffect['when']) =>
    plan.effects
      .filter((effect) => effect.when === when)
      .map((effect) => `  ${tags[effect.kind].padEnd(15)}${describeEffect(effect)}`);
  const now = lines('while-applying');
  const later = lines('afterwards');
  if (now.length > 0) parts.push([`While applying (about ${plan.estimatedSeconds} s)`, ...now].join('\n'));
  if (plan.recreation !== undefined)
    parts.push(
      [
        'Recreated (--as, --keep-old and --remove-old are options of bulkhead containers recreate)',
        ...describeRecreatePlan(plan.recreation)
          .split('\n')
          .map((line) => (line === '' ? '' : `  ${line}`)),
      ].join('\n'),
    );
  if (later.length > 0) parts.push(['Afterwards', ...later].join('\n'));
  if (plan.daemonJson.length > 0)
    parts.push(
      [
        'daemon.json',
        ...plan.daemonJson.map(
          (change) =>
            `  ${change.kind.padEnd(15)}${change.pointer}${change.after === undefined ? '' : ` = ${JSON.stringify(change.after)}`}`,
        ),
      ].join('\n'),
    );
  if (plan.missingRequirements.length > 0) {
    parts.push(
      [
        'Missing on this machine',
        ...plan.missingRequirements.map(
          (missing) =>
            `  ${missing.code}: ${missing.found}${missing.fix === undefined ? '' : ` (${missing.fix})`}`,
        ),
      ].join('\n'),
    );
  }
  if (plan.blocked)
    parts.push(
      ['This cannot be applied', ...plan.blockers.map((blocker) => `  ${blocker.message}`)].join('\n'),
    );
  return parts.join('\n\n');
}

const tags: Readonly<Record<PlanEffect['kind'], string>> = {
  restart: 'Restart',
  stops: 'Stops',
  removed: 'Removed',
  unprotected: 'Unprotected',
  'stays-in-view': 'Stays in view',
  'new-rule': 'New rule',
  'at-once': 'At once',
  recreated: 'Recreated',
};

/** What a backend runs containers with, and what that gives. */
const backendWords: Readonly<Record<string, string>> = {
  exclusive: 'bulkhead-runc: an id range of its own for each container',
  sysbox: 'sysbox-runc: one id range for all containers',
  none: 'no backend: none can run here',
};

const startAgain = (value: PlanEffect['params'][string] | undefined, names: string): string =>
  names === ''
    ? ''
    : `; ${names} ${Array.isArray(value) && value.length === 1 ? 'starts again by itself' : 'start again by themselves'}`;
const number = (value: PlanEffect['params'][string] | undefined, word: string): string =>
  `${String(value)} ${word}${value === 1 ? '' : 's'}`;

export function describeEffect({ code, params }: PlanEffect): string {
  const list = (value: PlanEffect['params'][string] | undefined, most = 6): string => {
    const names = Array.isArray(value) ? value : [];
    return names.length > most
      ? `${names.slice(0, most).join(', ')} and ${names.length - most} more`
      : names.join(', ');
  };
  const count = Number(params['count'] ?? 0);
  const containers = number(count, 'container');
  switch (code) {
    case 'engine-restarts':
      return `Docker Engine restarts once, about ${String(params['seconds'])} s`;
    case 'desktop-reopens':
      return `Docker Desktop is quit and opened again, about ${String(params['seconds'])} s`;
    case 'desktop-opens':
      return `Docker Desktop is opened, about ${String(params['seconds'])} s`;
    case 'desktop-file-goes':
      return 'the settings file is taken away: Docker Desktop enforces no sign-in any more, and nothing is set or locked for its users';
    case 'desktop-sign-in':
      return `${params['first'] === 1 ? 'the file is new here: ' : ''}while it is there Docker Desktop asks every user to sign in, and ignores it unless they are in a Docker Business organisation`;
    case 'engine-starts':
      return `Docker Engine starts, about ${String(params['seconds'])} s`;
    case 'containers-stop':
      return `${number(count, 'running container')} ${count === 1 ? 'stops' : 'stop'}: ${list(params['names'])}${startAgain(params['returning'], list(params['returning']))}${Number(params['slow'] ?? 0) === 0 ? '' : `; up to ${String(params['wait'])} s for what does not take the stop signal: ${list(params['slowNames'])}`}`;
    case 'containers-removed':
      return `${containers}, after verification: ${list(params['names'])}`;
    case 'volumes-removed':
      return `${number(count, 'volume')}: ${list(params['names'])}`;
    case 'containers-recreated':
      return `${containers}, after verification: ${list(params['names'])}; where something was written inside outside of volumes the old one is kept, stopped`;
    case 'containers-kept-unprotected':
      return `${containers} you keep: ${list(params['names'])}`;
    case 'store-unchanged':
      return `${number(params['images'], 'image')}, ${number(params['containers'], 'container')}`;
    case 'eci-on':
      return 'Enhanced Container Isolation is on: every new container has its own user namespace';
    case 'eci-off':
      return 'Enhanced Container Isolation is off: root in a container is root in the engine';
    case 'backend':
      return `isolated by ${backendWords[String(params['id'])] ?? String(params['id'])}`;
    case 'mounts-outside-shares-refused':
      return count === 0
        ? 'no directory may be mounted'
        : `mounts outside ${list(params['paths'])} are refused`;
    case 'socket-images':
      return count === 0
        ? 'mounts of the Docker socket are refused: no image is listed'
        : `the Docker socket may be mounted by ${list(params['images'])} only, trusted by registry digest`;
    case 'socket-commands':
      return `through a mounted socket ${params['type'] === 'allow' ? 'only these commands' : 'not these commands'}: ${list(params['commands']) || 'none'}`;
    case 'gateway-reloads':
      return 'Applies at once. Nothing restarts.';
    case 'load-blocked':
      return 'docker load is refused';
  }
}

/** One line for a step that has ended, null while it has not. */
export function describeStep(status: ApplyStepStatus): string | null {
  if (status.state === 'waiting' || status.state === 'running') return null;
  const number = applySteps.indexOf(status.step) + 1;
  const took = status.durationMs === null ? '' : `${(status.durationMs / 1000).toFixed(1)} s`;
  const mark = status.state === 'failed' ? 'failed' : status.state === 'skipped' ? 'nothing to do' : took;
  return `${number}/${applySteps.length} ${applyStepTable[status.step].name.padEnd(24)}${mark.padEnd(14)}${translateEvidence(status.detail ?? '')}`.trimEnd();
}

/** How a run ended, with the reason and what to try. */
export function describeOutcome(run: ApplyRun): string {
  const { outcome } = run;
  if (outcome === null) return 'The apply has not ended.';
  const why = (error: { message: string; reason?: string | undefined; hint?: string | undefined }) => [
    `  ${error.message}`,
    ...(error.reason === undefined ? [] : [`  why: ${error.reason}`]),
    ...(error.hint === undefined ? [] : [`  ${error.hint}`]),
  ];
  switch (outcome.kind) {
    case 'applied': {
      const kept = outcome.removed
        .filter((container) => !container.removed)
        .map((container) => `  not removed: ${container.name}: ${container.error ?? ''}`);
      const anew = outcome.recreated.map((member) => `  ${outcomeText(member)}`);
      const audit = outcome.verification?.claims.some((claim) => claim.verdict === 'not-enforced') === true;
      const how =
        outcome.verification === null
          ? ''
          : audit
            ? '. Audit mode: nothing is refused, what would be is only logged (bulkhead audit)'
            : ' and verified';
      const unrecorded =
        outcome.unrecorded === undefined
          ? []
          : [
              `  not recorded in history: ${outcome.unrecorded}`,
              '  Make room; the next apply records it, without who applied it and when.',
            ];
      return [`Version ${outcome.version} is applied${how}.`, ...unrecorded, ...kept, ...anew].join('\n');
    }
    case 'rolled-back':
      return outcome.error.code === 'apply.cancelled'
        ? `Cancelled, and rolled back to version ${outcome.restoredVersion}. The draft is kept.`
        : [
            `Rolled back to version ${outcome.restoredVersion}: "${applyStepTable[outcome.failedStep].name}" failed.`,
            ...why(outcome.error),
          ].join('\n');
    case 'rollback-failed':
      return [
        `"${applyStepTable[outcome.failedStep].name}" failed, and rolling back failed too.`,
        ...why(outcome.error),
        ...why(outcome.rollbackError),
        `  The files as they were are in ${outcome.backupDir}.`,
      ].join('\n');
  }
}

const verdicts: Readonly<Record<Claim['verdict'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  limited: 'limited',
  'not-offered': 'not offered',
  'not-run': 'not run',
  'not-enforced': 'audit',
};

/**
 * Claims with verdict, title and evidence; of what a failed one tried, what did not come out well (marked
 * "!"), or with `everyItem` all of every claim. In the language that is spoken.
 */
export function describeVerification(verification: Verification, { everyItem = false } = {}): string {
  const indent = ' '.repeat(13);
  const items = ({ verdict, items: tried = [] }: Claim) =>
    tried
      .filter(({ good }) => everyItem || (verdict === 'fail' && !good))
      .map(
        ({ title, seen, good }) =>
          `${indent}${good ? ' ' : '!'} ${printable(translateEvidence(title))}${colon()}${printable(translateEvidence(seen))}`,
      );
  const head = ({ verdict, id }: Claim) => {
    const word = translate(verdicts[verdict]);
    return `${word}${' '.repeat(Math.max(1, indent.length - widthOf(word)))}${toldClaim(id)} (${id})`;
  };
  // With ECI off nothing was run, and once is enough to say so.
  const evidence = (claim: Claim) =>
    claim.verdict === 'not-run' && !verification.eci
      ? []
      : [`${indent}${printable(translateEvidence(claim.evidence))}`];
  const lines = verification.claims.flatMap((claim) => [head(claim), ...evidence(claim), ...items(claim)]);
  const audit = verification.claims.some((claim) => claim.verdict === 'not-enforced')
    ? '; audit mode: nothing is refused'
    : '';
  const sum = verification.eci
    ? `${countOf(verification.claims)}; ${(verification.durationMs / 1000).toFixed(1)} s${audit}`
    : 'Enhanced Container Isolation is off: root in a container is root in the engine.';
  return [...lines, verification.eci ? translateEvidence(sum) : translate(sum)].join('\n');
}
