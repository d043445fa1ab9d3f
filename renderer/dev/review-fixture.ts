import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import type { PlanEffect } from '../../shared/apply/plan.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import type { ApplyStepStatus } from '../../shared/apply/run.ts';
import type { ApplyStep } from '../../shared/apply/steps.ts';
import { message, sentenceOf, type Message } from '../../shared/messages/message.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { states } from './states.ts';
import { caption, plan, run } from './apply-fixture.ts';
import { appState } from './app-fixture.ts';
import { verification } from './verification-fixture.ts';
import { recreatePlan } from './container-fixture.ts';
import { appliedText, dangerousDraft, minutesAgo, offText, settingsState } from './settings-fixture.ts';
import { reviewPlans } from './review-plans.ts';

/** Invented plans, runs and logs of Review & apply, for tests and pictures. */

const stillRunning = message('containers.running-container-is-not-removed');
const captions: Partial<Record<ApplyStep, Partial<ApplyStepStatus>>> = {
  'restart-engine': { detail: 'Docker Engine 26.1.5' },
  'health-check': caption(message('engine.default-runtime', { runtime: 'bulkhead' })),
  verify: caption(
    message('claims.counts', {
      before: message('claims.count-shown', { number: 16, total: 17 }),
      after: message('claims.count-limited', { number: 1 }),
    }),
  ),
  'clean-up': caption(message('apply.detail-removed', { done: 1, total: 1 })),
  recreate: caption(message('apply.detail-recreated', { done: 1, total: 1 })),
};

const stepsAll = (last: Partial<ReturnType<typeof run>['steps'][number]> = {}) =>
  run().steps.map((step, index, all) => ({
    ...step,
    state: 'done' as const,
    startedAt: step.startedAt ?? minutesAgo(0.1),
    durationMs: step.durationMs ?? [0, 0, 0, 5800, 420, 6200, 900, 11_200][index] ?? 1,
    ...(step.detail === null ? captions[step.step] : {}),
    ...(index === all.length - 1 ? last : {}),
  }));
const failedAt = (failing: number, sentence: string | Message) =>
  run().steps.map((step, index) =>
    index < failing
      ? { ...step, state: 'done' as const, durationMs: step.durationMs ?? 5800 }
      : index === failing
        ? {
            ...step,
            state: 'failed' as const,
            startedAt: minutesAgo(0.1),
            durationMs: 12_400,
            ...(typeof sentence === 'string' ? { detail: sentence } : caption(sentence)),
          }
        : { ...step, state: 'waiting' as const, startedAt: null },
  );

const base = (name: string): AppState => (states[name] ?? appState)();
const didNotStart = message('engine.engine-did-not-start');
const startFailed = fail('engine.start-failed', didNotStart, {
  reason:
    'failed to start daemon: error initializing graphdriver: write /var/lib/bulkhead/data/overlay2: no ' +
    'space left on device',
  hint: message('engine.correct-its-configuration-daemon-json-or-see'),
}).error;
const ended = { activity: 'ended' as const, cancellable: false, endedAt: minutesAgo(0.01) };

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
    settings: settingsState(offText, { draft: richDraft, appliedVersion: 0 }),
  }),
  errors: () => ({
    ...base('off'),
    settings: settingsState(offText, { draft: richDraft.replace('"locked": true', '"locked": "yes"') }),
  }),
  reformatted: () => appState({ settings: settingsState(appliedText, { draft: `${appliedText}\n\n` }) }),
  dangerous: () => ({ ...base('off'), settings: settingsState(offText, { draft: dangerousDraft }) }),
  planning: () => base('turningOn'),
  reviewHuge: () => appState({ settings: settingsState(appliedText, { draft: hugeDraft }) }),
  notRoot: () => ({ ...base('off'), settings: settingsState(offText, { draft: richDraft }), isRoot: false }),
  goingBack: () => ({
    ...base('applying'),
    run: run({
      activity: 'rolling-back',
      cancellable: false,
      steps: failedAt(3, didNotStart),
    }),
  }),
  cleaning: () => ({
    ...base('applying'),
    run: run({
      cancellable: false,
      startedAt: minutesAgo(0.5),
      steps: stepsAll({
        state: 'running',
        durationMs: null,
        ...caption(message('apply.detail-recreated', { done: 1, total: 3 })),
      }),
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
  applied: () => ({
    ...appState({ settings: settingsState(appliedText, { appliedVersion: 12 }) }),
    run: run({
      ...ended,
      steps: stepsAll(),
      outcome: {
        kind: 'applied',
        version: 12,
        verification,
        removed: [
          { id: 'a', name: 'db-archive', removed: true },
          {
            id: 'b',
            name: 'stuck',
            removed: false,
            error: stillRunning.text,
            ...sentenceOf(stillRunning),
          },
        ],
        recreated: [
          {
            id: 'c',
            name: 'web',
            step: null,
            outcome: { kind: 'recreated', id: 'd', kept: null, image: null, started: true },
          },
        ],
      },
    }),
  }),
  appliedOff: () => ({
    ...base('off'),
    run: run({
      ...ended,
      steps: stepsAll({ state: 'skipped', detail: null, durationMs: null }),
      outcome: { kind: 'applied', version: 12, verification: null, removed: [], recreated: [] },
    }),
  }),
  rolledBack: () => ({
    ...base('turningOn'),
    run: run({
      ...ended,
      steps: failedAt(3, didNotStart),
      outcome: { kind: 'rolled-back', failedStep: 'restart-engine', restoredVersion: 11, error: startFailed },
    }),
  }),
  cancelled: () => ({
    ...base('turningOn'),
    run: run({
      ...ended,
      steps: failedAt(3, 'the apply was cancelled'),
      outcome: {
        kind: 'rolled-back',
        failedStep: 'restart-engine',
        restoredVersion: 11,
        error: { code: 'apply.cancelled', message: 'the apply was cancelled' },
      },
    }),
  }),
  rollbackFailed: () => ({
    ...base('failed'),
    run: run({
      ...ended,
      steps: failedAt(5, 'a claim failed'),
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

export const log: EngineLogLine[] = [
  ['bulkhead', 'backup of version 11'],
  ['bulkhead', 'settings written, version 12'],
  ['bulkhead', 'daemon.json: default-runtime set'],
  ['dockerd', 'time="2026-11-10T10:42:07.803Z" level=info msg="Processing signal \'terminated\'"'],
  [
    'dockerd',
    'time="2026-11-10T10:42:08.961Z" level=info msg="stopping event stream following graceful shutdown" ' +
      'error="<nil>" module=libcontainerd namespace=moby',
  ],
  ['supervisor', 'dockerd ended (code 0)'],
  ['planner', 'planner listening on /var/lib/bulkhead/planner.sock'],
  ['dockerd', 'time="2026-11-10T10:42:11.240Z" level=warning msg="WARNING: No swap limit support"'],
  ['dockerd', 'time="2026-11-10T10:42:13.018Z" level=info msg="Loading containers: done."'],
  ['gateway', 'policy 12 loaded: 2 images, 1 shared directory'],
  ['runtime', 'web-1: ids 1000000000-1000065535'],
].map(([source, text], index): EngineLogLine => ({
  at: new Date(Date.now() - (12 - index) * 713).toISOString(),
  source: source as EngineLogLine['source'],
  text: text ?? '',
}));

/** Answers of the fake bridge for a state; choices that were made show in the plan. */
export const reviewResponses = (
  state: string,
): {
  'plan:make': (input: IpcInput<'plan:make'>) => Result<IpcOutput<'plan:make'>>;
  'apply:log': () => Result<EngineLogLine[]>;
} => ({
  'plan:make': ({ choices }) => {
    const made = reviewPlans[state] ?? plan;
    const { remove, recreate = [], commit = false } = choices;
    const called = (ids: readonly string[]) =>
      made.unprotected.filter((c) => ids.includes(c.id)).map((c) => c.name);
    const chosen: PlanEffect[] = [
      ...(remove.length === 0
        ? []
        : [
            {
              kind: 'removed',
              when: 'while-applying',
              code: 'containers-removed',
              params: { count: remove.length, names: called(remove) },
            } as const,
          ]),
      ...(recreate.length === 0
        ? []
        : [
            {
              kind: 'recreated',
              when: 'while-applying',
              code: 'containers-recreated',
              params: { count: recreate.length, names: called(recreate) },
            } as const,
          ]),
    ];
    const others = made.effects.filter((effect) => effect.code !== 'containers-removed');
    const anew = made.unprotected.filter((c) => recreate.includes(c.id));
    return ok({
      ...made,
      remove,
      recreate,
      ...(anew.length === 0
        ? {}
        : {
            recreation: recreatePlan(anew, {
              ids: recreate,
              commit: commit ? recreate : [],
              old: 'remove-when-healthy',
              withoutRollback: false,
            }),
          }),
      effects: [...others.slice(0, 2), ...chosen, ...others.slice(2)],
    });
  },
  'apply:log': () => ok(log),
});
