import '../../shared/apply/log-sentences.ts';
import { shownSteps, type ApplyStep } from '../../shared/apply/steps.ts';
import type { ApplyEvent, ApplyOutcome, ApplyRun, ApplyStepStatus } from '../../shared/apply/run.ts';
import type { RecreateRun } from '../../shared/containers/recreate.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import { plainText, referenceTo, sentenceOf, type Message } from '../../shared/messages/message.ts';
import type { Journal } from './journal.ts';

/** The result of a step: a sentence, or a name that is the same in every language. */
export type StepDetail = Message | string | null;

/** The state of one run for display: changed only here; every change is published as an event with a copy. */
export interface RunState {
  snapshot(): ApplyRun;
  begin(step: ApplyStep): void;
  /** Ends the running step; its duration is recorded. */
  finish(step: ApplyStep, state: 'done' | 'failed', detail: StepDetail): number;
  skip(step: ApplyStep): void;
  detail(step: ApplyStep, caption: Message): void;
  activity(activity: ApplyRun['activity'], cancellable: boolean): void;
  end(outcome: ApplyOutcome): void;
  recreation(recreation: RecreateRun): void;
  /** Adds a line of ours to the log; a string is the text of another program. */
  log(line: string | Message): void;
  forward(line: EngineLogLine): void;
}

/** A caption as the status of a step contains it; it replaces the previous one. */
const captionOf = (detail: StepDetail): Pick<ApplyStepStatus, 'detail' | 'sentence'> =>
  detail === null || typeof detail === 'string'
    ? { detail, sentence: undefined }
    : { detail: detail.text, sentence: referenceTo(detail) };

/** A line of ours as the log contains it. */
const ownLine = (line: string | Message): Omit<EngineLogLine, 'at'> => ({
  source: 'bulkhead',
  text: plainText(line),
  ...sentenceOf(line),
});

export function createRunState(journal: Journal, onEvent: (event: ApplyEvent) => void): RunState {
  const run: ApplyRun = {
    id: journal.id,
    fromVersion: journal.fromVersion,
    toVersion: journal.toVersion,
    startedAt: journal.startedAt,
    endedAt: null,
    steps: shownSteps({ ...journal, reloadNeeded: journal.reloadNeeded === true }).map(
      (step): ApplyStepStatus => ({
        step,
        state: 'waiting',
        startedAt: null,
        durationMs: null,
        detail: null,
      }),
    ),
    activity: 'applying',
    cancellable: true,
    estimatedSeconds: journal.estimatedSeconds,
    ...(journal.keepsContainers === true ? { keepsContainers: true } : {}),
    outcome: null,
  };
  const emit = (event: ApplyEvent): void => {
    // A listener must not affect an apply, not even by an exception.
    try {
      onEvent(event);
    } catch {
      /* the run itself is more important */
    }
  };
  const begunAt = new Map<ApplyStep, number>();
  const snapshot = (): ApplyRun => ({ ...run, steps: run.steps.map((step) => ({ ...step })) });
  const notify = () => {
    emit({ type: 'run', run: snapshot() });
  };
  const change = (step: ApplyStep, more: Partial<ApplyStepStatus>) => {
    run.steps = run.steps.map((status) => (status.step === step ? { ...status, ...more } : status));
    notify();
  };
  const now = () => new Date().toISOString();
  return {
    snapshot,
    begin: (step) => {
      begunAt.set(step, Date.now());
      change(step, { state: 'running', startedAt: now() });
    },
    finish: (step, state, detail) => {
      const durationMs = Date.now() - (begunAt.get(step) ?? Date.now());
      change(step, { state, durationMs, ...captionOf(detail) });
      return durationMs;
    },
    skip: (step) => {
      change(step, { state: 'skipped' });
    },
    detail: (step, caption) => {
      change(step, captionOf(caption));
    },
    activity: (activity, cancellable) => {
      run.activity = activity;
      run.cancellable = cancellable;
      notify();
    },
    end: (outcome) => {
      run.activity = 'ended';
      run.cancellable = false;
      run.endedAt = now();
      run.outcome = outcome;
      notify();
    },
    recreation: (recreation) => {
      emit({ type: 'recreation', recreation });
    },
    log: (line) => {
      emit({ type: 'log', line: { at: now(), ...ownLine(line) } });
    },
    forward: (line) => {
      emit({ type: 'log', line });
    },
  };
}
