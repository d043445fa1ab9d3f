import type { ApplyRun } from '../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { DriverCallOptions, EngineDriver } from '../engine/apply/driver.ts';
import { createEmbeddedDriver } from '../engine/targets/embedded/driver.ts';
import { engineStatus } from '../engine/targets/embedded/embedded-status.ts';
import { message } from '../shared/messages/message.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

/**
 * Finishes or rolls back an interrupted apply with the given driver. `apply.in-progress`: its process is
 * still running, and nothing was done.
 */
export type ResumeApply = (driver: EngineDriver) => Promise<Result<ApplyRun | null, AppError>>;

export interface ResumedApply {
  /** Starts it; resolves when it has ended, or when its files are settled and it needs the engine. */
  begin(): Promise<void>;
  /** Reports the outcome of the engine's start, for which it may be waiting. */
  engineStarted(outcome: Result<void, AppError>): void;
  /** Settles an apply whose process died while the engine runs. */
  retry(): Promise<Result<ApplyRun | null, AppError>>;
  /**
   * The supervisor is ending: further requests to the engine fail at once. The apply is resumed at the next
   * start.
   */
  close(): void;
}

/**
 * Lets the supervisor resume an apply while it starts the engine. The start waits until the resumed apply has
 * settled its files, which is when it first calls the driver; that call then resolves with the outcome of the
 * start.
 */
export function resumeWithin(
  paths: RootPaths,
  resume: ResumeApply,
  options: { bulkheadCommand: string; log: (text: string) => void; stop: () => void },
): ResumedApply {
  const baseDriver = createEmbeddedDriver(paths, options);
  const ending = new AbortController();
  let resolveNeeded: () => void = () => undefined;
  const engineNeeded = new Promise<void>((resolve) => {
    resolveNeeded = resolve;
  });
  let resolveStarted: (outcome: Result<void, AppError>) => void = () => undefined;
  const started = new Promise<Result<void, AppError>>((resolve) => {
    resolveStarted = resolve;
  });
  let running = false;

  const up = async (
    startOrRestart: EngineDriver['start'],
    call: DriverCallOptions = {},
  ): Promise<Result<EngineStatus, AppError>> => {
    if (ending.signal.aborted) return fail('engine.not-ready', message('engine.being-stopped'));
    if (running) return startOrRestart({ ...call, signal: ending.signal });
    resolveNeeded();
    const outcome = await started;
    return outcome.ok ? ok(await engineStatus(paths)) : outcome;
  };
  const driver: EngineDriver = {
    ...baseDriver,
    start: (call) => up(baseDriver.start, call),
    restart: (call) => up(baseDriver.restart, call),
    reload: async (call = {}) => {
      if (running && !ending.signal.aborted) return baseDriver.reload({ ...call, signal: ending.signal });
      // A start reads the configuration on disk.
      const outcome = await up(baseDriver.start, call);
      return outcome.ok ? ok(undefined) : outcome;
    },
    stop: async () => {
      // During the start there is nothing to stop. Later, waiting for its own end would deadlock the
      // supervisor, so the stop is only requested.
      if (running) options.stop();
      return ok(await engineStatus(paths));
    },
  };
  const run = async (): Promise<Result<ApplyRun | null, AppError>> => {
    const resumed = await resume(driver).catch((error: unknown): Result<never, AppError> =>
      fail('internal', message('engine.resume-defect'), { cause: error }),
    );
    if (resumed.ok && resumed.value !== null)
      options.log(`an interrupted apply was settled: ${resumed.value.outcome?.kind ?? ''}`);
    if (!resumed.ok && resumed.error.code !== 'apply.in-progress')
      options.log(
        'an interrupted apply could not be settled: ' +
          resumed.error.message +
          (resumed.error.reason === undefined ? '' : `: ${resumed.error.reason}`),
      );
    return resumed;
  };
  return {
    begin: () => Promise.race([run().then(() => undefined), engineNeeded]),
    engineStarted: (outcome) => {
      running = true;
      resolveStarted(outcome);
    },
    retry: run,
    close: () => {
      ending.abort();
      resolveStarted(fail('engine.not-ready', message('engine.being-stopped')));
    },
  };
}
