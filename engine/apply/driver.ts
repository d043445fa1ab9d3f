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
  /** Starts engine, planner and gateway; resolves when clients can be served, or with the failure. */
  start(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  stop(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  /**
   * Checks whether the engine would accept its configuration on disk, merged with `desired`. Changes and
   * stops nothing. Errors: daemon-json.invalid, daemon-json.conflict.
   */
  checkConfig(desired: DesiredEngineConfig): Promise<Result<void, AppError>>;
  /**
   * Restarts dockerd and planner with the configuration on disk; the gateway keeps its clients' socket.
   * Starts a stopped engine. A configuration that `checkConfig` refuses is refused here before anything
   * stops.
   */
  restart(options?: DriverCallOptions): Promise<Result<EngineStatus, AppError>>;
  /**
   * Has the running engine reload its configuration from disk; resolves when it has. Present if the target is
   * `reconfiguredBy: 'reload'`.
   */
  reload?(options?: DriverCallOptions): Promise<Result<void, AppError>>;
  /**
   * Why the running engine cannot take its configuration by a reload: `desired`, with `text` as its
   * daemon.json. Null: it can. Missing if a reload is always possible.
   */
  restartReason?(desired: DesiredEngineConfig, text: string | null): Promise<RestartReason | null>;
  /** Last `lines` of the logs of dockerd, gateway, planner and supervisor, merged by time. */
  log(lines: number): Promise<EngineLogLine[]>;
}

/**
 * `not-prepared`: the engine was started without what isolation needs, by an earlier version or while a
 * requirement was missing. `build-runtime`: BuildKit gets another runtime, which it reads only at the
 * engine's start. `keys`: these keys of daemon.json changed, which the engine reads only at its start.
 */
export type RestartReason =
  | { readonly code: 'not-prepared' | 'build-runtime' }
  | { readonly code: 'keys'; readonly keys: readonly string[] };

export interface DriverCallOptions {
  readonly onLog?: (line: EngineLogLine) => void;
  /** Called when a step begins, if the engine reports its steps. */
  readonly onProgress?: (progress: EngineProgress) => void;
  readonly signal?: AbortSignal;
  /** Give up after this many ms; by default after `engineStart` or `supervisorStop`, scaled. */
  readonly timeoutMs?: number;
}
