import type { EngineProgress } from '../../shared/engine-status/progress.ts';
import type { EngineLogLine, EngineStatus } from '../../shared/engine-status/status.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { DesiredEngineConfig } from '../daemon-json/daemon-json-conflicts.ts';
import type { RootPaths } from '../base/root-paths.ts';

/**
 * One engine, driven from outside. Every call is idempotent; long ones report log lines and honour `signal`.
 */
export interface EngineDriver {
  readonly kind: EngineStatus['kind'];
  readonly paths: RootPaths;
  status(): Promise<EngineStatus>;
  /** Starts engine, planner and gateway; resolves when clients can be served, or with why not. */
  start(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  stop(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  /**
   * Would the engine take its configuration on disk, merged with `desired`? Changes and stops nothing.
   * Errors: daemon-json.invalid, daemon-json.conflict.
   */
  checkConfig(desired: DesiredEngineConfig): Promise<Result<void, AppError>>;
  /**
   * Restarts dockerd and planner under the configuration now on disk; the gateway keeps its clients' socket.
   * Starts a stopped engine. A configuration that `checkConfig` refuses is refused here before anything
   * stops.
   */
  restart(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  /**
   * Has the running engine take its configuration on disk without a restart; resolves when it has. Present
   * where the target is `reconfiguredBy: 'reload'`.
   */
  reload?(options?: DriverCallOptions): Promise<Result<void, AppError>>;
  /**
   * Why the running engine would not take its configuration by a reload: `desired`, with `text` as its
   * daemon.json. Null: it would. Missing where nothing stands against a reload.
   */
  restartReason?(desired: DesiredEngineConfig, text: string | null): Promise<RestartReason | null>;
  /** Last `lines` of the logs of dockerd, gateway, planner, supervisor merged by time. */
  log(lines: number): Promise<EngineLogLine[]>;
}

/**
 * `not-prepared`: the engine was started without what isolation needs, by an earlier version or where a
 * requirement was missing. `build-runtime`: BuildKit gets another runtime, which it takes at the engine's
 * start alone. `keys`: these keys of daemon.json changed, which the engine reads at its start alone.
 */
export type RestartReason =
  | { readonly code: 'not-prepared' | 'build-runtime' }
  | { readonly code: 'keys'; readonly keys: readonly string[] };

export interface DriverCallOptions {
  readonly onLog?: (line: EngineLogLine) => void;
  /** Called when a step begins, where the engine reports its steps. */
  readonly onProgress?: (progress: EngineProgress) => void;
  readonly signal?: AbortSignal;
  /** Give up after this many ms (default 90 000). */
  readonly timeoutMs?: number;
}
