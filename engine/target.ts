import type { ApplyPlan, ContainerChoices } from '../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import type { ContainerScan, RemoveOutcome, RemoveRequest } from '../shared/containers/protection.ts';
import type { RecreatePolicy } from '../shared/containers/recreate-policy.ts';
import type { RecreatePlan, RecreateRequest, RecreateRun } from '../shared/containers/recreate.ts';
import type { BackendReport } from '../shared/isolation/requirements.ts';
import type { AppError, Result } from '../shared/result.ts';
import type { SettingsState } from '../shared/ipc/app-state.ts';
import type { LintContext } from '../shared/settings/lint/index.ts';
import type { TargetCapabilities } from '../shared/targets/capabilities.ts';
import type { ProductFacts } from '../shared/targets/target.ts';
import type { TargetRef } from '../shared/targets/target-id.ts';
import type { Verification } from '../shared/verify/claims.ts';
import type { ApplyHandle } from './apply/apply.ts';
import type { ApplyRequest } from './apply/admission.ts';
import type { RecreateHandle } from './recreate/recreate.ts';
import type { SettledRecreate } from './recreate/recreate-interrupted.ts';
import type { EngineDriver } from './apply/driver.ts';
import type { RootPaths } from './base/root-paths.ts';
import type { LocalImage } from './scan/list-images.ts';
import type { ScanOptions } from './scan/scan.ts';
import type { SettingsStore } from './store/settings-store.ts';
import type { Message } from '../shared/messages/message.ts';

export interface TargetOptions {
  /** Absolute path of the launcher (`bin/bulkhead`), for the processes the driver starts. */
  readonly bulkheadCommand: string;
  /** Directory that contains `runtime/build/` (the project, or the installed package). */
  readonly projectRoot: string;
  /**
   * Drives the engine instead of the embedded engine's own driver: set by the supervisor when it resumes an
   * apply while it starts the engine.
   */
  readonly driver?: EngineDriver;
  /**
   * The user behind this process, by number, if it has an administrator's rights. Default: the one behind
   * sudo or pkexec.
   */
  readonly sessionUser?: string;
  /** For a caller that prompts for an administrator's rights when it saves: why it can't; null: it can. */
  readonly elevationMissing?: () => Promise<Message | null>;
  /**
   * Predicts the gateway's refusals of a recreation, with the gateway's own code. Without it a plan does not
   * contain them.
   */
  readonly recreatePolicy?: RecreatePolicy;
  /** Called at each point of an apply's journal, once it is on disk; tests kill the process there. */
  readonly onApplyPoint?: (point: string) => Promise<void>;
}

/**
 * A managed engine with all operations of an administrator: one object for the command line and the app.
 * Expected failures are never thrown.
 */
export interface Target {
  readonly ref: TargetRef;
  /** The target's stable id (`shared/targets/target-id.ts`). */
  readonly id: string;
  /** What it allows, and how it behaves: use these, never the kind. */
  readonly capabilities: TargetCapabilities;
  /** Facts about the product that the engine is part of; null if it is part of none. */
  product(): Promise<ProductFacts | null>;
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  readonly settings: SettingsStore;
  /** The linter's facts about this machine and engine. */
  readonly lintContext: LintContext;
  /** Tries every backend's requirements on this machine. */
  backendReports(): Promise<BackendReport[]>;
  /**
   * Every container with its protection state, through the client socket. `inspectLimitMs`: how long the
   * engine may take for one of them (`ScanOptions`). `settings`: their state, if the caller has just read it.
   * `draftDirectories`: of a draft that is planned.
   */
  scan(
    call?: Pick<ScanOptions, 'inspectLimitMs' | 'draftDirectories'> & { readonly settings?: SettingsState },
  ): Promise<Result<ContainerScan, AppError>>;
  /**
   * One outcome per requested id, in order; `onProgress` after each. After an abort, the remaining outcomes
   * have an error.
   */
  remove(
    request: RemoveRequest,
    options?: {
      onProgress?: (outcome: RemoveOutcome, done: number, total: number) => void;
      signal?: AbortSignal;
    },
  ): Promise<Result<RemoveOutcome[], AppError>>;
  /** The consequences of recreating containers under ECI (D). Changes nothing. */
  planRecreate(request: RecreateRequest): Promise<Result<RecreatePlan, AppError>>;
  /**
   * Starts recreating; refused (`rights.not-root`, `apply.in-progress`, `containers.not-found`) before
   * anything is changed.
   */
  startRecreate(
    request: RecreateRequest,
    onEvent?: (run: RecreateRun) => void,
  ): Promise<Result<RecreateHandle, AppError>>;
  /**
   * Finishes or undoes a recreation that a crash interrupted, group by group. Needs root and a
   * running engine.
   */
  settleRecreate(): Promise<Result<readonly SettledRecreate[], AppError>>;
  /**
   * The consequences of applying `text`. Changes nothing. Fails with settings.* when the applied file cannot
   * be read; findings and missing requirements are in the plan.
   */
  plan(text: string, choices: ContainerChoices): Promise<Result<ApplyPlan, AppError>>;
  /**
   * Starts an apply; refused (`settings.conflict`, `apply.in-progress`, `settings.findings`,
   * `isolation.requirement-missing`, `apply.nothing-to-apply`, …) before anything is changed.
   */
  startApply(
    request: ApplyRequest,
    onEvent?: (event: ApplyEvent) => void,
  ): Promise<Result<ApplyHandle, AppError>>;
  /**
   * Finishes or rolls back an apply that a crash interrupted. Null if there was none. Call at start, before
   * anything else.
   */
  resume(onEvent?: (event: ApplyEvent) => void): Promise<Result<ApplyRun | null, AppError>>;
  /** Runs the probes now and records the result. */
  verify(signal?: AbortSignal): Promise<Result<Verification, AppError>>;
  /** The last recorded verification, null if there is none or it cannot be read. */
  lastVerification(): Promise<Verification | null>;
  /** Calls `listener` when another one was recorded. Returns how to stop. */
  watchVerification(listener: () => void): () => void;
  images(): Promise<Result<LocalImage[], AppError>>;
  /** Stops watching; does not affect the engine. */
  dispose(): void;
}
