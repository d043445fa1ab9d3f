import type { ApplyPlan } from '../../shared/apply/plan.ts';
import type { ApplyRun } from '../../shared/apply/run.ts';
import { message, referenceTo, type Message } from '../../shared/messages/message.ts';
import { minutesAgo } from './settings-fixture.ts';
import { offContainers } from './container-fixture.ts';

export const plan: ApplyPlan = {
  fromVersion: 11,
  toVersion: 12,
  baseHash: 'base',
  draftHash: 'draft',
  changes: [
    {
      pointer: '/enhancedContainerIsolation/value',
      kind: 'changed',
      before: false,
      after: true,
      page: 'isolation',
      needs: 'engine-reload',
    },
  ],
  findings: [],
  blocked: false,
  blockers: [],
  missingRequirements: [],
  restartNeeded: true,
  reloadNeeded: false,
  eciBefore: false,
  eciAfter: true,
  daemonJson: [{ pointer: '/default-runtime', kind: 'set', after: 'bulkhead' }],
  effects: [
    { kind: 'restart', when: 'while-applying', code: 'engine-restarts', params: { seconds: 6 } },
    {
      kind: 'stops',
      when: 'while-applying',
      code: 'containers-stop',
      params: { count: 2, names: ['web-1', 'api-1'] },
    },
    {
      kind: 'removed',
      when: 'while-applying',
      code: 'containers-removed',
      params: { count: 1, names: ['db-archive'] },
    },
    {
      kind: 'stays-in-view',
      when: 'afterwards',
      code: 'store-unchanged',
      params: { images: 12, containers: 9 },
    },
    {
      kind: 'unprotected',
      when: 'afterwards',
      code: 'containers-kept-unprotected',
      params: { count: 2, names: ['old-vpn', 'node-metrics'], use: 'block', stopping: 2 },
    },
  ],
  unprotected: offContainers,
  remove: [],
  recreate: [],
  estimatedSeconds: 20,
};

/** What a step left behind. */
export const caption = (sentence: Message) => ({ detail: sentence.text, sentence: referenceTo(sentence) });

export function run(more: Partial<ApplyRun> = {}): ApplyRun {
  return {
    id: 'r1',
    fromVersion: 11,
    toVersion: 12,
    startedAt: minutesAgo(0.2),
    endedAt: null,
    activity: 'applying',
    cancellable: true,
    estimatedSeconds: 20,
    outcome: null,
    steps: [
      {
        step: 'back-up',
        state: 'done',
        startedAt: minutesAgo(0.2),
        durationMs: 60,
        ...caption(message('apply.detail-version', { version: 11 })),
      },
      {
        step: 'write-settings',
        state: 'done',
        startedAt: minutesAgo(0.19),
        durationMs: 12,
        ...caption(message('apply.detail-version', { version: 12 })),
      },
      {
        step: 'reconfigure',
        state: 'done',
        startedAt: minutesAgo(0.18),
        durationMs: 20,
        ...caption(message('apply.detail-keys-set', { count: 1 })),
      },
      {
        step: 'restart-engine',
        state: 'running',
        startedAt: minutesAgo(0.1),
        durationMs: null,
        detail: null,
      },
      { step: 'health-check', state: 'waiting', startedAt: null, durationMs: null, detail: null },
      { step: 'verify', state: 'waiting', startedAt: null, durationMs: null, detail: null },
      { step: 'clean-up', state: 'waiting', startedAt: null, durationMs: null, detail: null },
      { step: 'recreate', state: 'waiting', startedAt: null, durationMs: null, detail: null },
    ],
    ...more,
  };
}
