import { applyStepTable } from '../../shared/apply/steps.ts';
import type { ApplyEvent, ApplyOutcome, ApplyRun } from '../../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { acquireLock, type Lock } from '../base/lock.ts';
import { ensureRoot } from '../store/settings-store.ts';
import { orderedSteps, workOf } from './due-steps.ts';
import { addResults, finalise, noResults, type ApplyResults } from './finish.ts';
import { withFullDiskHint } from './full-disk.ts';
import { writeJournal, type Journal } from './journal.ts';
import { applyLockPath } from '../base/root-paths.ts';
import type { ApplyPorts } from './ports.ts';
import { resumeUnderLock } from './resume.ts';
import { rollBack } from './roll-back.ts';
import { createRunState } from './run-state.ts';
import type { StepContext, StepModule } from './steps/step.ts';
import { failureMessage } from '../../shared/messages/error-message.ts';
import { message } from '../../shared/messages/message.ts';
import { type ApplyRequest, admit } from './admission.ts';
import { newJournal } from './new-journal.ts';

/** An apply in progress. */
export interface ApplyHandle {
  /** The current state of the run. */
  readonly run: () => ApplyRun;
  /**
   * Requests a cancel; false when it is too late (clean-up has begun, it is rolling back, or it has ended).
   */
  readonly cancel: () => boolean;
  /**
   * Requests a cancel of the recreation that is part of the clean-up: the one in progress is rolled back,
   * later ones are not begun. False when none is in progress.
   */
  readonly cancelRecreation: () => boolean;
  /** Resolves when the run has ended, whatever its outcome; never rejects. */
  readonly done: Promise<ApplyRun>;
}

/**
 * Starts applying: back up → write → reconfigure → reload or restart → check → verify → clean up; any failure
 * or a cancel before clean-up rolls back. Refused before anything is changed: apply.in-progress,
 * settings.conflict, settings.findings, isolation.requirement-missing, daemon-json.conflict, rights.not-root,
 * apply.nothing-to-apply. An interrupted apply is settled first.
 */
export async function startApply(
  ports: ApplyPorts,
  request: ApplyRequest,
  onEvent: (event: ApplyEvent) => void,
): Promise<Result<ApplyHandle, AppError>> {
  const root = await ensureRoot(ports.paths.root);
  if (!root.ok) return root;
  const lock = await acquireLock(applyLockPath(ports.paths));
  if (!lock.ok) return lock;
  let begun = false;
  try {
    const resumed = await resumeUnderLock(ports, () => undefined);
    if (!resumed.ok) return resumed;
    const plan = await admit(ports, request);
    if (!plan.ok) return plan;
    const journal = newJournal(request, plan.value, await ports.user());
    const state = createRunState(journal, onEvent);
    const controller = new AbortController();
    begun = true;
    let cancelRecreation: () => boolean = () => false;
    const done = execute(
      {
        ports,
        state,
        journal,
        text: request.text,
        signal: controller.signal,
        onRecreation: (cancel) => {
          cancelRecreation = cancel;
        },
      },
      lock.value,
    );
    return ok({
      run: state.snapshot,
      done,
      cancel: () => {
        if (!state.snapshot().cancellable) return false;
        state.activity('cancelling', false);
        controller.abort();
        return true;
      },
      cancelRecreation: () => cancelRecreation(),
    });
  } finally {
    if (!begun) await lock.value.release();
  }
}

async function execute(context: StepContext, lock: Lock): Promise<ApplyRun> {
  const { state } = context;
  try {
    const results = noResults();
    const applied = await applyReversibleSteps(context, results);
    state.end(
      'outcome' in applied
        ? applied.outcome
        : await complete({ ...context, journal: applied.journal }, results),
    );
  } finally {
    await lock.release();
  }
  return state.snapshot();
}

/** All reversible steps, up to verification; a failure or a cancel rolls back, and is the outcome. */
async function applyReversibleSteps(
  context: StepContext,
  results: ApplyResults,
): Promise<{ journal: Journal } | { outcome: ApplyOutcome }> {
  const { ports, state, signal } = context;
  let journal = context.journal;
  const rollBackAfter = async (error: AppError): Promise<{ outcome: ApplyOutcome }> => {
    if (!signal.aborted) state.activity('rolling-back', false);
    const reason = signal.aborted ? cancelled() : await withFullDiskHint(error, ports.paths);
    return { outcome: await rollBack(ports, state, journal, reason) };
  };
  try {
    for (const step of orderedSteps(workOf(journal))) {
      if (signal.aborted) return await rollBackAfter(cancelled());
      if (!applyStepTable[step.id].reversible) break;
      if (!step.isDue(workOf(journal))) {
        state.skip(step.id);
        continue;
      }
      const outcome = await runStep({ ...context, journal }, step, results);
      journal = outcome.journal;
      if (outcome.error !== null) return await rollBackAfter(outcome.error);
    }
  } catch (cause) {
    state.activity('rolling-back', false);
    return {
      outcome: await rollBack(
        ports,
        state,
        journal,
        fail('internal', message('apply.apply-defect'), { cause }).error,
      ),
    };
  }
  // Removing containers cannot be undone, and recreated containers are not part of the settings: from here on
  // there is no roll back, and none is needed.
  state.activity('applying', false);
  return { journal };
}

/** The steps after verification. A failure in them is reported in the outcome and does not roll back. */
async function complete(context: StepContext, results: ApplyResults): Promise<ApplyOutcome> {
  const { ports, state } = context;
  let journal = context.journal;
  for (const step of orderedSteps(workOf(journal)).filter(({ id }) => !applyStepTable[id].reversible)) {
    if (!step.isDue(workOf(journal))) {
      state.skip(step.id);
      continue;
    }
    const own = noResults();
    let error: AppError | null;
    try {
      const outcome = await runStep({ ...context, journal }, step, own);
      journal = outcome.journal;
      error = outcome.error;
    } catch (cause) {
      error = step.defectError?.(cause) ?? fail('internal', message('apply.apply-defect'), { cause }).error;
    }
    if (error !== null) {
      state.log(message('common.what-and-why', { what: step.id, why: failureMessage(error) }));
      const without = step.resultsWithout?.(journal, error);
      if (own.removed.length === 0) own.removed = without?.removed ?? [];
      if (own.recreated.length === 0) own.recreated = without?.recreated ?? [];
    }
    results.removed.push(...own.removed);
    results.recreated.push(...own.recreated);
  }
  return finalise(ports, state, journal, context.text, results);
}

const cancelled = (): AppError =>
  fail('apply.cancelled', message('apply.cancelled'), {
    hint: message('apply.draft-kept'),
  }).error;

async function runStep(
  context: StepContext,
  step: StepModule,
  results: ApplyResults,
): Promise<{ journal: Journal; error: AppError | null }> {
  const { ports, state } = context;
  let journal: Journal = { ...context.journal, step: step.id, stepState: 'begun' };
  const noted = await writeJournal(ports.paths.journal, journal);
  // It has not begun: nothing of it has to be undone, such as a restarted engine. A step that is not
  // reversible proceeds: an apply that is interrupted between verification and clean-up is finished all the
  // same.
  if (!noted.ok && applyStepTable[step.id].reversible)
    return { journal: context.journal, error: noted.error };
  state.begin(step.id);
  await ports.onCheckpoint?.(`${step.id} begun`);
  const result = await step.run({ ...context, journal });
  if (!result.ok) {
    state.finish(step.id, 'failed', failureMessage(result.error));
    return { journal, error: result.error };
  }
  addResults(results, result.value);
  const durationMs = state.finish(step.id, 'done', result.value.detail);
  journal = { ...journal, stepState: 'done', durationsMs: { ...journal.durationsMs, [step.id]: durationMs } };
  const finished = await writeJournal(ports.paths.journal, journal);
  await ports.onCheckpoint?.(`${step.id} done`);
  // After such a step, a failure to write the journal has no effect any more.
  return { journal, error: finished.ok || !applyStepTable[step.id].reversible ? null : finished.error };
}
