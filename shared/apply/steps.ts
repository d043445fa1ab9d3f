import type { MessageId } from '../messages/catalogue/index.ts';

/** What a step changes, which determines how a roll back undoes it. */
export type StepChange = 'nothing' | 'files' | 'loaded-configuration' | 'engine';

/** The declaration of a step for every process; its implementation is `engine/apply/steps/<id>.ts`. */
export interface ApplyStepEntry {
  /** Its name on the command line: a sentence of the catalogue. */
  readonly name: MessageId;
  readonly changes: StepChange;
  /**
   * Whether a roll back undoes it. Those that it does not undo come last: once they begin, an apply can only
   * be finished.
   */
  readonly reversible: boolean;
}

/**
 * The steps of an apply, in order (but see `orderSteps`); a step with nothing to do is skipped. Plan,
 * estimate, run, journal, roll back, window and command line read this table. The keys name the steps in the
 * journal, in history, in JSON and in the window's texts (`review.step`, `review.stepWhat`).
 */
export const applyStepTable = {
  'back-up': { name: 'cli-plan.step-back-up', changes: 'nothing', reversible: true },
  'write-settings': { name: 'cli-plan.step-write-settings', changes: 'files', reversible: true },
  reconfigure: { name: 'cli-plan.step-reconfigure', changes: 'files', reversible: true },
  'reload-engine': { name: 'cli-plan.step-reload-engine', changes: 'loaded-configuration', reversible: true },
  'restart-engine': { name: 'cli-plan.step-restart-engine', changes: 'engine', reversible: true },
  'health-check': { name: 'cli-plan.step-health-check', changes: 'nothing', reversible: true },
  verify: { name: 'cli-plan.step-verify', changes: 'nothing', reversible: true },
  'clean-up': { name: 'cli-plan.step-clean-up', changes: 'nothing', reversible: false },
  recreate: { name: 'cli-plan.step-recreate', changes: 'nothing', reversible: false },
} as const satisfies Readonly<Record<string, ApplyStepEntry>>;

export type ApplyStep = keyof typeof applyStepTable;
export const applySteps: readonly ApplyStep[] = Object.keys(applyStepTable) as ApplyStep[]; // its own keys

/** What determines the order of an apply's steps. */
export interface StepOrder {
  readonly reloadNeeded: boolean;
  readonly eciAfter: boolean;
}

/**
 * The steps in the order in which an apply runs them. Where ECI is turned off by a reload, the engine comes
 * first: while the gateway still enforces ECI it names the isolation runtime itself. In the other order, a
 * container that the gateway already allows would still get that runtime, as the engine's default, and be
 * refused or isolated by it: neither by the old nor by the new settings.
 */
export function orderSteps({ reloadNeeded, eciAfter }: StepOrder): readonly ApplyStep[] {
  if (!reloadNeeded || eciAfter) return applySteps;
  const others = applySteps.filter((step) => step !== 'write-settings');
  const next = others.indexOf('reload-engine') + 1;
  return [...others.slice(0, next), 'write-settings', ...others.slice(next)];
}

/** The steps that one apply displays, in order: of reload and restart, only the one that applies. */
export const shownSteps = (order: StepOrder): readonly ApplyStep[] =>
  orderSteps(order).filter((step) => step !== (order.reloadNeeded ? 'restart-engine' : 'reload-engine'));
