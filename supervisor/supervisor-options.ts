import type { IsolationBackend } from '../engine/backends/backend.ts';
import type { SettledRecreate } from '../engine/recreate/recreate-interrupted.ts';
import type { EngineLogLine } from '../shared/engine-status/status.ts';
import type { AppError, Result } from '../shared/result.ts';
import type { ResumeApply } from './resume-within.ts';

export interface SupervisorOptions {
  /** Absolute path of the launcher, for gateway and planner. */
  readonly bulkheadCommand: string;
  readonly backends: readonly IsolationBackend[];
  /**
   * Finishes or rolls back an apply that a crash interrupted, driving this engine through `driver`; begins
   * before anything reads the configuration.
   */
  readonly resume?: ResumeApply;
  /**
   * Probes the requirements of the backends and stores the result, for users; runs concurrently with the
   * start, and is awaited before the engine is reported as ready.
   */
  readonly examine?: () => Promise<Result<void, AppError>>;
  /**
   * Finishes or undoes a recreation of containers that a crash interrupted; called when the engine is ready.
   */
  readonly settleRecreation?: () => Promise<Result<readonly SettledRecreate[], AppError>>;
  /** The supervisor's own log lines. */
  readonly onLog?: (line: EngineLogLine) => void;
}
