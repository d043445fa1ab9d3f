import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import type { ApplyPlan } from '../../shared/apply/plan.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import type { ApplyRun, ApplyStepStatus } from '../../shared/apply/run.ts';
import '../../shared/apply/log-sentences.ts';
import type { ApplyStep } from '../../shared/apply/steps.ts';
import type { Container } from '../../shared/containers/protection.ts';
import type { RecreateMember } from '../../shared/containers/recreate.ts';
import { failureMessage } from '../../shared/messages/error-message.ts';
import {
  message,
  plainText,
  sentenceOf,
  withReference,
  type Message,
} from '../../shared/messages/message.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { states } from './states.ts';
import { caption, ended, progress, run, type RunProgress } from './apply-fixture.ts';
import { appState } from './app-fixture.ts';
import { verification } from './verification-fixture.ts';
import { offContainers, someContainers } from './container-fixture.ts';
import { appliedText, dangerousDraft, offText, settingsState } from './settings-fixture.ts';
import { planNames, reviewPlan, withChoices, type PlanName } from './review-plans.ts';

/** Invented runs and logs of Review & apply, and its plans, for tests and screenshots. */

/** A run that failed in a step, or was stopped there. */
const failedAt = (
  at: ApplyStep,
  sentence: string | Message,
  engine: RunProgress['engine'] = 'reload',
): Pick<ApplyRun, 'startedAt' | 'steps'> => {
  const currentMs = 12_400;
  const current: Partial<ApplyStepStatus> = {
    state: 'failed',
    durationMs: currentMs,
    ...caption(sentence),
  };
  return progress({ engine, at, current, currentMs });
};

const base = (name: string): AppState => (states[name] ?? appState)();
const didNotStart = message('engine.start-failed');
const startFailed = fail('engine.start-failed', didNotStart, {
  reason:
    'failed to start daemon: error initializing graphdriver: write /var/lib/bulkhead/data/overlay2: no ' +
    'space left on device',
  hint: message('engine.check-configuration'),
}).error;

const richDraft = offText
  .replace('"locked": false', '"locked": true')
  .replace(
    '"value": false',
    '"value": true,\n    "dockerSocketMount": {\n      "imageList": {\n' +
      '        "images": ["docker.io/testcontainers/ryuk:*", "docker:cli"]\n      }\n    }',
  )
  .replace(
    /\n\}\n$/,
    ',\n  "filesharingAllowedDirectories": [\n    { "path": "$HOME", "sharedByDefault": true }\n  ],\n' +
      '  "proxy": { "mode": "system" }\n}\n',
  );

/** Thousands of new images: as many changed lines, and a note about each. */
const hugeDraft = appliedText.replace(
  '"images": [',
  `"images": [\n${Array.from(
    { length: 3000 },
    (_, i) => `          "registry.example/team-${i % 40}/tool-${i}:1",\n`,
  ).join('')}          `,
);

export const reviewStates: Record<string, () => AppState> = {
  rich: () => ({ ...base('off'), settings: settingsState(offText, { draft: richDraft }) }),
  blocked: () => ({
    ...base('missing'),
    settings: settingsState('', { draft: richDraft, appliedVersion: 0, appliedBy: null }),
  }),
  errors: () => ({
    ...base('off'),
    settings: settingsState(offText, { draft: richDraft.replace('"locked": true', '"locked": "yes"') }),
  }),
  reformatted: () => appState({ settings: settingsState(appliedText, { draft: `${appliedText}\n\n` }) }),
  dangerous: () => ({ ...base('off'), settings: settingsState(offText, { draft: dangerousDraft }) }),
  planning: () => base('turningOn'),
  restart: () => base('turningOn'),
  reviewHuge: () => appState({ settings: settingsState(appliedText, { draft: hugeDraft }) }),
  notRoot: () => ({ ...base('off'), settings: settingsState(offText, { draft: richDraft }), isRoot: false }),
  goingBack: () => ({
    ...base('applying'),
    run: run({
      ...failedAt('restart-engine', didNotStart, 'restart'),
      activity: 'rolling-back',
      cancellable: false,
    }),
  }),
  cleaning: () => ({
    ...base('applying'),
    run: run({
      ...progress({
        at: 'recreate',
        current: caption(message('apply.detail-recreated', { done: 1, total: 3 })),
        currentMs: 4300,
        captions: { 'clean-up': message('apply.detail-removed', { done: 1, total: 1 }) },
      }),
      cancellable: false,
      estimatedSeconds: 14,
    }),
    recreation: {
      activity: 'recreating',
      cancellable: true,
      members: [
        {
          id: 'w',
          name: 'web',
          step: 'clean-up',
          outcome: { kind: 'recreated', id: 'v', kept: null, image: null, started: true },
        },
        { id: 'a', name: 'api', step: 'wait', outcome: null },
        { id: 'k', name: 'worker', step: 'stop', outcome: null },
      ],
    },
  }),
  applied,
  appliedOff: () => ({
    ...base('off'),
    run: run({
      ...progress({ eciAfter: false, skipped: ['verify', 'clean-up', 'recreate'], at: null }),
      ...ended(),
      outcome: { kind: 'applied', version: 12, verification: null, removed: [], recreated: [] },
    }),
  }),
  rolledBack: () => ({
    ...base('turningOn'),
    run: run({
      ...failedAt('restart-engine', didNotStart, 'restart'),
      ...ended(),
      outcome: { kind: 'rolled-back', failedStep: 'restart-engine', restoredVersion: 11, error: startFailed },
    }),
  }),
  cancelled: () => ({
    ...base('turningOn'),
    run: run({
      ...failedAt('verify', 'the apply was cancelled'),
      ...ended(),
      outcome: {
        kind: 'rolled-back',
        failedStep: 'verify',
        restoredVersion: 11,
        error: { code: 'apply.cancelled', message: 'the apply was cancelled' },
      },
    }),
  }),
  rollbackFailed: () => ({
    ...base('failed'),
    run: run({
      ...failedAt('verify', 'a claim failed', 'restart'),
      ...ended(),
      outcome: {
        kind: 'rollback-failed',
        failedStep: 'verify',
        backupDir: '/var/lib/bulkhead/backup',
        error: {
          code: 'verify.failed',
          message: 'the protection could not be shown from inside real containers',
          reason: 'A3-exclusive-range: both containers got 1000000000',
        },
        rollbackError: startFailed,
      },
    }),
  }),
};

/**
 * ECI was turned on: of the existing containers four were recreated, one was removed, and one that was
 * started meanwhile was not.
 */
function applied(): AppState {
  const recreated = ['web-1', 'api-1', 'db-1', 'builder'];
  const stillRunning = message('containers.running-not-removed');
  const member = ({ id, name }: Container): RecreateMember => ({
    id,
    name,
    step: null,
    outcome: { kind: 'recreated', id, kept: null, image: null, started: true },
  });
  const containers = offContainers.flatMap((old): Container[] => {
    if (old.name === 'db-archive') return [];
    if (recreated.includes(old.name)) return someContainers.filter(({ name }) => name === old.name);
    return [
      {
        ...old,
        reason: 'before-eci',
        ...(old.name === 'cache' ? { state: 'running' as const, status: 'Up 3 seconds' } : {}),
      },
    ];
  });
  const removed = (name: string) => ({ id: name, name, removed: name === 'db-archive' });
  return {
    ...appState({ settings: settingsState(appliedText, { appliedVersion: 12 }) }),
    scan: { at: new Date().toISOString(), durationMs: 90, eci: true, containers },
    run: run({
      ...progress({
        at: null,
        captions: {
          'clean-up': message('apply.detail-removed', { done: 1, total: 2 }),
          recreate: message('apply.detail-recreated', { done: recreated.length, total: recreated.length }),
        },
      }),
      ...ended(),
      estimatedSeconds: 14,
      outcome: {
        kind: 'applied',
        version: 12,
        verification: { ...verification, at: new Date().toISOString() },
        removed: [
          removed('db-archive'),
          { ...removed('cache'), error: stillRunning.text, ...sentenceOf(stillRunning) },
        ],
        recreated: someContainers.filter(({ name }) => recreated.includes(name)).map(member),
      },
    }),
  };
}

/** What dockerd writes in a step. */
function engineLines({ step, state }: ApplyStepStatus): readonly string[] {
  if (step === 'reload-engine')
    return [
      'level=info msg="Got signal to reload configuration, reloading from: /run/bulkhead/4fd1/daemon.json"',
      'level=info msg="Reloaded configuration: {\\"default-runtime\\":\\"bulkhead\\"}"',
    ];
  if (step !== 'restart-engine') return [];
  return [
    'level=info msg="Processing signal \'terminated\'"',
    'level=info msg="stopping event stream following graceful shutdown" error="<nil>" namespace=moby',
    state === 'failed' ? (startFailed.reason ?? '') : 'level=info msg="Loading containers: done."',
  ];
}

/** What the steps of an apply write once they have ended. */
function stepLines(
  { step, state, detail, sentence }: ApplyStepStatus,
  { outcome }: ApplyRun,
): readonly Message[] {
  if (state === 'failed')
    return [message('common.what-and-why', { what: step, why: withReference(detail ?? '', sentence) })];
  if (step === 'verify')
    return verification.claims.map((claim) =>
      message('apply-log.claim', {
        claim: claim.id,
        verdict: message(`apply-log.verdict-${claim.verdict}`),
        evidence: withReference(claim.evidence, claim.sentence),
      }),
    );
  if (outcome?.kind !== 'applied') return [];
  if (step === 'clean-up')
    return outcome.removed.map(({ name, removed, error = '', sentence: why }) =>
      removed
        ? message('apply-log.removed', { name })
        : message('apply-log.not-removed', { name, why: withReference(error, why) }),
    );
  return step === 'recreate'
    ? outcome.recreated.map(({ name }) => message('apply-log.recreated', { name }))
    : [];
}

function outcomeLines({ outcome }: ApplyRun): readonly Message[] {
  if (outcome === null) return [];
  if (outcome.kind === 'applied') return [message('apply-log.applied', { version: outcome.version })];
  const version = 11;
  return [
    message('apply-log.rolling-back', { version, why: failureMessage(outcome.error) }),
    ...(outcome.kind === 'rolled-back' ? [message('apply-log.rolled-back', { version })] : []),
  ];
}

/** The log of a run up to where it is. */
export function logOf(run: ApplyRun): EngineLogLine[] {
  const lines = (source: EngineLogLine['source'], at: string | null, texts: readonly (string | Message)[]) =>
    texts.map((text): EngineLogLine => ({
      at: at ?? run.startedAt,
      source,
      text: plainText(text),
      ...sentenceOf(text),
    }));
  return [
    ...run.steps
      .filter(({ state }) => state === 'done' || state === 'failed')
      .flatMap((step) => [
        ...lines('dockerd', step.startedAt, engineLines(step)),
        ...lines('bulkhead', step.startedAt, stepLines(step, run)),
      ]),
    ...lines('bulkhead', run.endedAt, outcomeLines(run)),
  ];
}

const isPlanName = (name: string): name is PlanName => planNames.some((one) => one === name);
/** The plan of a state's draft; for states without one of their own, that of turning ECI on. */
export function planOf(state: string): ApplyPlan {
  const name = state === 'notRoot' ? 'rich' : isPlanName(state) ? state : 'turningOn';
  return reviewPlan(name, (reviewStates[name] ?? states[name] ?? appState)());
}

/** Responses of the fake bridge for a state; the plan reflects the choices. */
export const reviewResponses = (
  state: string,
): {
  'plan:make': (input: IpcInput<'plan:make'>) => Result<IpcOutput<'plan:make'>>;
  'apply:log': () => Result<EngineLogLine[]>;
} => ({
  'plan:make': ({ choices }) => ok(withChoices(planOf(state), choices)),
  'apply:log': () => {
    const { run } = (reviewStates[state] ?? states[state] ?? appState)();
    return ok(run === null ? [] : logOf(run));
  },
});
