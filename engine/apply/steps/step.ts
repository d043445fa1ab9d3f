import type { ApplyStep } from '../../../shared/apply/steps.ts';
import type { RemoveOutcome } from '../../../shared/containers/protection.ts';
import type { RecreateMember } from '../../../shared/containers/recreate.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { Journal } from '../journal.ts';
import type { ApplyPorts } from '../ports.ts';
import type { RunState, StepDetail } from '../run-state.ts';

/** One step of apply: everything about it, apart from its entry in `shared/apply/steps.ts` and its texts. */
export interface StepModule {
  readonly id: ApplyStep;
  /** Whether it has something to do in this apply; otherwise it is skipped. */
  readonly isDue: (work: ApplyWork) => boolean;
  /** May be called again after an interruption if the step is not reversible. */
  readonly run: (context: StepContext) => Promise<Result<StepResult, AppError>>;
  readonly estimate: StepEstimate;
  /**
   * For a step that is not reversible: what is reported if it could not be run (the engine does not start, an
   * exception). The settings are applied all the same.
   */
  readonly resultsWithout?: (journal: Journal, error: AppError) => StepResults;
  /** For a step that is not reversible: the outcome for an exception in it. */
  readonly defectError?: (cause: unknown) => AppError;
}

/** The work of an apply, which determines its steps: available from the plan and from the journal. */
export interface ApplyWork {
  readonly restartNeeded: boolean;
  /** The running engine reloads its configuration. */
  readonly reloadNeeded: boolean;
  readonly eciAfter: boolean;
  /** Containers were chosen to be removed. */
  readonly removes: boolean;
  /** Containers were chosen to be recreated. */
  readonly recreates: boolean;
}

/** How long a step takes. */
export interface StepEstimate {
  /** Without history on this engine, in ms. */
  readonly defaultMs: number;
  /**
   * The part of a past duration that was spent waiting for containers of that apply, in ms. Default: none.
   */
  readonly waitedMs?: (entry: { readonly stopWait?: number | undefined }) => number;
  /** The current estimate, in ms, if it depends on the load. Default: `typicalMs`. */
  readonly withLoad?: (typicalMs: number, load: ApplyLoad) => number;
}

export interface ApplyLoad {
  readonly removals: number;
  readonly recreations: number;
  /** Seconds a restart waits for containers that ignore the stop signal. */
  readonly stopWait: number;
}

/** State that one apply passes from step to step. */
export interface StepContext {
  readonly ports: ApplyPorts;
  readonly state: RunState;
  readonly journal: Journal;
  readonly text: string;
  readonly signal: AbortSignal;
  /** Receives the function that cancels a recreation, once one has begun. */
  readonly onRecreation?: (cancel: () => boolean) => void;
}

/** Parts of the outcome. */
export interface StepResults {
  readonly verification?: Verification;
  readonly removed?: RemoveOutcome[];
  readonly recreated?: RecreateMember[];
}

/** The results of a step: a caption, and parts of the outcome. */
export interface StepResult extends StepResults {
  readonly detail: StepDetail;
}
