import { applyStepTable, orderSteps, type StepChange } from '../../shared/apply/steps.ts';
import type { Journal } from './journal.ts';
import { stepModules } from './steps/index.ts';
import type { ApplyWork, StepModule } from './steps/step.ts';

/** Every step, in the order in which this apply runs them. */
export const orderedSteps = (work: ApplyWork): readonly StepModule[] =>
  orderSteps(work).flatMap((id) => stepModules.filter((step) => step.id === id));

/** The steps that have something to do, in order. */
export const dueSteps = (work: ApplyWork): readonly StepModule[] =>
  orderedSteps(work).filter((step) => step.isDue(work));

/** The work of an apply, as recorded in its journal. */
export const workOf = ({
  restartNeeded,
  reloadNeeded = false,
  eciAfter,
  remove,
  recreate,
}: Journal): ApplyWork => ({
  restartNeeded,
  reloadNeeded,
  eciAfter,
  removes: remove.ids.length > 0,
  recreates: recreate !== undefined,
});

/** Whether a step that changes this has begun, so that a roll back has to undo it. */
export function hasBegunToChange(journal: Journal, change: StepChange): boolean {
  const work = workOf(journal);
  const order = orderSteps(work);
  const begun = order.slice(0, order.indexOf(journal.step) + 1);
  return dueSteps(work).some(({ id }) => begun.includes(id) && applyStepTable[id].changes === change);
}

/**
 * How to settle an interrupted apply. It is finished only if all of its reversible steps are done: it was
 * verified, or had nothing to verify and its engine responded. Otherwise it is rolled back, since the new
 * state was never seen to work.
 */
export function resumeDecision(journal: Journal): 'finish' | 'roll-back' {
  if (journal.phase === 'rolling-back') return 'roll-back';
  if (!applyStepTable[journal.step].reversible) return 'finish';
  const last = dueSteps(workOf(journal)).findLast(({ id }) => applyStepTable[id].reversible);
  return journal.step === last?.id && journal.stepState === 'done' ? 'finish' : 'roll-back';
}
