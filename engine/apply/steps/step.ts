import type { ApplyStep } from '../../../shared/apply/steps.ts';
import type { RemoveOutcome } from '../../../shared/containers/protection.ts';
import type { RecreateMember } from '../../../shared/containers/recreate.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { Journal } from '../journal.ts';
import type { ApplyPorts } from '../ports.ts';
import type { RunState, StepDetail } from '../run-state.ts';

/** One step of apply: everything about it, aside from its entry in `shared/apply/steps.ts` and its texts. */
export interface StepModule {
  readonly id: ApplyStep;
  /** Whether it has something to do in this apply; otherwise it is skipped. */
  readonly isDue: (work: ApplyWork) => boolean;
  /** May be called again after an interruption, where the step is not reversible. */
  readonly run: (context: StepContext) => Promise<Result<StepResult, AppError>>;
  readonly estimate: StepEstimate;
  /**
   * For a step that is not reversible: what is reported where it could not be run (the engine does not start,
   * a defect). The settings are applied all the same.
   */
  readonly resultsWithout?: (journal: Journal, error: AppError) => StepResults;
  /** For a step that is not reversible: a defect in it, as the outcome reports it. */
  readonly defectError?: (cause: unknown) => AppError;
}

/** What an apply has to do, which decides about its steps: known to the plan and to the journal. */
export interface ApplyWork {
  readonly restartNeeded: boolean;
  /** The running engine takes its configuration by a reload. */
  readonly reloadNeeded: boolean;
  readonly eciAfter: boolean;
  /** Containers were chosen to be removed. */
  readonly removes: boolean;
  /** Containers were chosen to be recreated. */
  readonly recreates: boolean;
}

/** How long a step takes. */
export interface StepEstimate {
  /** Where this engine has no history yet, in ms. */
  readonly defaultMs: number;
  /** The part of a past duration that was spent waiting for that apply's containers, in ms. Default: none. */
  readonly waitedMs?: (entry: { readonly stopWait?: number | undefined }) => number;
  /** What it takes now, in ms, where that depends on the load. Default: `typicalMs`. */
  readonly withLoad?: (typicalMs: number, load: ApplyLoad) => number;
}

export interface ApplyLoad {
  readonly removals: number;
  readonly recreations: number;
  /** Seconds a restart waits for containers that don't take the stop signal. */
  readonly stopWait: number;
}

/** What one apply carries from step to step. */
export interface StepContext {
  readonly ports: ApplyPorts;
  readonly state: RunState;
  readonly journal: Journal;
  readonly text: string;
  readonly signal: AbortSignal;
  /** Gets the function that cancels a recreation, once one has begun. */
  readonly onRecreation?: (cancel: () => boolean) => void;
}

/** Parts of the outcome. */
export interface StepResults {
  readonly verification?: Verification;
  readonly removed?: RemoveOutcome[];
  readonly recreated?: RecreateMember[];
}

/** What a step leaves behind: a caption, and results for the outcome. */
export interface StepResult extends StepResults {
  readonly detail: StepDetail;
}
