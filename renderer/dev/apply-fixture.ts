import type { ApplyRun, ApplyStepStatus } from '../../shared/apply/run.ts';
import { shownSteps, type ApplyStep } from '../../shared/apply/steps.ts';
import { message, referenceTo, type Message } from '../../shared/messages/message.ts';
import { countMessage } from '../../shared/verify/claims.ts';
import { verification } from './verification-fixture.ts';

/** How long each step takes on an idle machine, in ms. */
export const stepDurations: Readonly<Record<ApplyStep, number>> = {
  'back-up': 60,
  'write-settings': 12,
  reconfigure: 140,
  'reload-engine': 240,
  'restart-engine': 5800,
  'health-check': 420,
  verify: verification.durationMs,
  'clean-up': 900,
  recreate: 11_200,
};

/** The detail of a step, with its sentence. */
export const caption = (sentence: string | Message): Pick<ApplyStepStatus, 'detail' | 'sentence'> =>
  typeof sentence === 'string'
    ? { detail: sentence }
    : { detail: sentence.text, sentence: referenceTo(sentence) };

const captions: Partial<Record<ApplyStep, string | Message>> = {
  'back-up': message('apply.detail-version', { version: 11 }),
  'write-settings': message('apply.detail-version', { version: 12 }),
  reconfigure: message('apply.detail-keys-set', { count: 1 }),
  'restart-engine': 'Docker Engine 26.1.5',
  'health-check': message('engine.default-runtime', { runtime: 'bulkhead' }),
  verify: countMessage(verification.claims),
};

export interface RunProgress {
  /** How the engine gets its configuration; a restart only if a reload is not enough. */
  readonly engine?: 'reload' | 'restart';
  readonly eciAfter?: boolean;
  /** Steps with nothing to do. */
  readonly skipped?: readonly ApplyStep[];
  /** The step that the run has reached; null: it went through all. */
  readonly at: ApplyStep | null;
  readonly current?: Partial<ApplyStepStatus>;
  /** How long that step has run, or took, in ms. */
  readonly currentMs?: number;
  readonly captions?: Partial<Record<ApplyStep, Message>>;
}

/** A run of version 11 to 12 as it is now: steps one after the other, each with how long it took. */
export function progress({
  engine = 'reload',
  eciAfter = true,
  skipped = [],
  at,
  current = {},
  currentMs = 700,
  captions: more = {},
}: RunProgress): Pick<ApplyRun, 'startedAt' | 'steps'> {
  const order = shownSteps({ reloadNeeded: engine === 'reload', eciAfter });
  const last = at === null ? order.length : order.indexOf(at);
  const lengths = order.map((step, index) =>
    index > last || skipped.includes(step) ? 0 : index === last ? currentMs : stepDurations[step],
  );
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, ms) => sum + ms, 0));
  const began = Date.now() - (ends.at(-1) ?? 0);
  const from = (index: number) => new Date(began + (ends[index - 1] ?? 0)).toISOString();
  const steps = order.map((step, index): ApplyStepStatus => {
    const waiting = { step, state: 'waiting' as const, startedAt: null, durationMs: null, detail: null };
    if (index > last) return waiting;
    if (skipped.includes(step)) return { ...waiting, state: 'skipped' };
    const sentence = more[step] ?? captions[step];
    return index === last
      ? { ...waiting, state: 'running', startedAt: from(index), ...current }
      : {
          ...waiting,
          state: 'done',
          startedAt: from(index),
          durationMs: stepDurations[step],
          ...(sentence === undefined ? {} : caption(sentence)),
        };
  });
  return { startedAt: from(0), steps };
}

/** An apply that ended just now. */
export const ended = (): Pick<ApplyRun, 'activity' | 'cancellable' | 'endedAt'> => ({
  activity: 'ended',
  cancellable: false,
  endedAt: new Date().toISOString(),
});

/** An apply in progress that turns ECI on: the engine has reloaded, the checks run. */
export function run(more: Partial<ApplyRun> = {}): ApplyRun {
  return {
    id: 'r1',
    fromVersion: 11,
    toVersion: 12,
    endedAt: null,
    ...progress({ at: 'verify' }),
    activity: 'applying',
    cancellable: true,
    estimatedSeconds: 2,
    outcome: null,
    ...more,
  };
}
