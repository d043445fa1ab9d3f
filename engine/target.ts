import type { AppError, Result } from '../shared/result.ts';
import type { ContainerScan, RemoveOutcome, RemoveRequest } from '../shared/containers/protection.ts';
import type { ApplyPlan, ContainerChoices } from '../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../shared/apply/run.ts';
import type { Verification } from '../shared/verify/claims.ts';
import type { BackendReport } from '../shared/isolation/requirements.ts';
import type { EngineDriver } from './drivers/driver.ts';
import type { RootPaths } from './drivers/root-paths.ts';
import type { IsolationBackend } from './isolation/backend.ts';
import type { SettingsStore } from './store/settings-store.ts';

export interface TargetOptions {
  /** Absolute path of the launcher (`bin/bulkhead`), for the processes the driver starts. */
  readonly bulkheadCommand: string;
  /** Directory that holds `runtime/build/` (the project, or the installed package). */
  readonly projectRoot: string;
}

/** What to apply. `baseHash` is the plan's: sha256 of the applied text it was made against, '' for no file. */
export interface ApplyRequest {
  readonly text: string;
  readonly choices: ContainerChoices;
  readonly baseHash: string;
}

/** One apply under way. */
export interface ApplyHandle {
  /** The run as it stands now. */
  readonly run: () => ApplyRun;
  /** Asks for a cancel; false when it is too late (clean-up has begun, or it is rolling back or over). */
  readonly cancel: () => boolean;
  /** Resolves when the run has ended, whatever its outcome; never rejects. */
  readonly done: Promise<ApplyRun>;
}

export interface LocalImage { readonly id: string; readonly tags: string[]; readonly digests: string[] }

/** An engine guarded by us with everything an admin does to it: one object for the command line and the app. Nothing here throws for expected failures. */
export interface Target {
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  readonly backends: readonly IsolationBackend[];
  readonly settings: SettingsStore;
  /** Tries every backend's requirements on this machine. */
  backendReports(): Promise<BackendReport[]>;
  /** Every container with its protection state, through the client socket. */
  scan(): Promise<Result<ContainerScan, AppError>>;
  /** One outcome per id asked for, in order; `onProgress` after each. An abort leaves the rest as outcomes with an error. */
  remove(request: RemoveRequest, options?: { onProgress?: (outcome: RemoveOutcome, done: number, total: number) => void; signal?: AbortSignal }): Promise<Result<RemoveOutcome[], AppError>>;
  /** What applying `text` would do. Changes nothing. Fails with settings.* when the applied file cannot be read; findings and missing requirements are in the plan. */
  plan(text: string, choices: ContainerChoices): Promise<Result<ApplyPlan, AppError>>;
  /** Starts an apply; refused (`settings.conflict`, `apply.in-progress`, `settings.findings`, `isolation.requirement-missing`, `apply.nothing-to-apply`) before anything is touched. */
  startApply(request: ApplyRequest, onEvent?: (event: ApplyEvent) => void): Promise<Result<ApplyHandle, AppError>>;
  /** Finishes or rolls back an apply that a crash interrupted. Null when there was none. Call at start, before anything else. */
  resume(onEvent?: (event: ApplyEvent) => void): Promise<Result<ApplyRun | null, AppError>>;
  /** Runs the probes now and records the result. */
  verify(signal?: AbortSignal): Promise<Result<Verification, AppError>>;
  /** The last recorded verification, null when there is none or it cannot be read. */
  lastVerification(): Promise<Verification | null>;
  images(): Promise<Result<LocalImage[], AppError>>;
  /** Stops watching; does not touch the engine. */
  dispose(): void;
}

/** Opens the engine under `root` (a directory that may not exist yet). Starts nothing. */
export function openTarget(_root: string, _options: TargetOptions): Target {
  throw new Error('not there yet');
}
