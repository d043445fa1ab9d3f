import type { RemoveOutcome } from '../../shared/containers/protection.ts';
import type { RecreateMember } from '../../shared/containers/recreate.ts';
import type { Verification } from '../../shared/verify/claims.ts';
import type { ApplyPlan } from '../../shared/apply/plan.ts';
import type { AppError } from '../../shared/result.ts';
import type { Result } from '../../shared/result.ts';
import type { Journal } from './journal.ts';
import type { ApplyPorts } from './ports.ts';
import type { RunState } from './run-state.ts';

/** What one apply carries from step to step. */
export interface StepContext {
  readonly ports: ApplyPorts;
  readonly state: RunState;
  readonly journal: Journal;
  readonly text: string;
  readonly plan: Pick<ApplyPlan, 'daemonJson'>;
  readonly signal: AbortSignal;
  /** Told how a recreation that has begun is cancelled. */
  readonly onRecreation?: (cancel: () => boolean) => void;
}

export type Step = (context: StepContext) => Promise<Result<StepResult, AppError>>;

/** What a step leaves behind: a caption, and results for the outcome. */
export interface StepResult {
  readonly detail: string | null;
  readonly verification?: Verification;
  readonly removed?: RemoveOutcome[];
  readonly recreated?: RecreateMember[];
}
