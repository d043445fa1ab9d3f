import type { ApplyPlan, ContainerChoices } from '../../shared/apply/plan.ts';
import type { RemoveOutcome, RemoveRequest } from '../../shared/containers/protection.ts';
import type { RecreateRun } from '../../shared/containers/recreate.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { Verification } from '../../shared/verify/claims.ts';
import type { RecreateHandle } from '../recreate/recreate.ts';
import type { ChosenRecreation } from '../recreate/recreate-chosen.ts';
import type { EngineDriver } from './driver.ts';
import type { RootPaths } from '../base/root-paths.ts';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import type { IsolationBackend } from '../backends/backend.ts';
import type { PlanFacts } from './plan-facts.ts';

/** What an apply needs from the engine; provided by the target, or by a test. */
export interface ApplyPorts {
  readonly capabilities: TargetCapabilities;
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  /** Who applies: the user, even if the process runs as root. */
  user(): Promise<{ readonly uid: number; readonly name: string }>;
  /** The inputs of a plan for `draft`, looked up now. */
  facts(draft: string): Promise<Result<PlanFacts, AppError>>;
  /** The isolation backend that a policy selects. */
  isolation(settings: EffectiveSettings): IsolationBackend;
  /**
   * For an engine whose configuration is not ours: what it does instead of the step "reconfigure". The value
   * is a caption.
   */
  readonly reconfigure?: () => Promise<Result<Message | string, AppError>>;
  /**
   * Checks that the engine responds through the gateway, with the expected default runtime (null: any). The
   * value is a caption.
   */
  health(expectedRuntime: string | null): Promise<Result<Message | string, AppError>>;
  /** Runs the probes and records the result. */
  verify(signal: AbortSignal): Promise<Result<Verification, AppError>>;
  /** Whether a user has turned isolation off, as the settings allow. Then there is nothing to verify. */
  readonly turnedOffByUser?: () => Promise<boolean>;
  /** The last recorded verification, for a run that is finished after a crash. */
  lastVerification(): Promise<Verification | null>;
  remove(
    request: RemoveRequest,
    onProgress: (outcome: RemoveOutcome, done: number, total: number) => void,
  ): Promise<Result<RemoveOutcome[], AppError>>;
  /**
   * Recreates the chosen containers; the caller holds the apply lock. An interrupted recreation is settled
   * first. Absent if nothing is recreated.
   */
  readonly recreate?: (
    chosen: ChosenRecreation,
    onEvent: (run: RecreateRun) => void,
  ) => Promise<Result<RecreateHandle, AppError>>;
  /**
   * The plan with the predicted consequences of the chosen recreations, blocked by those that will be
   * refused. `make`: the plan if those containers can't be recreated.
   */
  readonly previewRecreation?: (
    make: (blocked?: ReadonlySet<string>) => ApplyPlan,
    text: string,
    choices: ContainerChoices,
  ) => Promise<ApplyPlan>;
  /**
   * Called at each point of the journal ("verify begun", "verify done", "rolling-back", …) once it is on
   * disk; tests kill the process there.
   */
  readonly onCheckpoint?: (point: string) => Promise<void>;
}
