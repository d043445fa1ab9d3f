import type { ApplyRun } from '../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { DriverCallOptions, EngineDriver } from '../engine/apply/driver.ts';
import { createEmbeddedDriver } from '../engine/targets/embedded/embedded.ts';
import { engineStatus } from '../engine/targets/embedded/engine-facts.ts';
import { message } from '../shared/messages/message.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

/**
 * Finishes or rolls back an interrupted apply with the given driver. `apply.in-progress`: its process lives,
 * there is nothing to do.
 */
export type ResumeApply = (driver: EngineDriver) => Promise<Result<ApplyRun | null, AppError>>;

export interface ResumedApply {
  /** Starts it; resolves when it is over or needs the engine, its files being settled then. */
  begin(): Promise<void>;
  /** Reports how the start of the engine ended, for which it may be waiting. */
  engineStarted(outcome: Result<void, AppError>): void;
  /** Settles one whose process died while the engine runs. */
  again(): Promise<Result<ApplyRun | null, AppError>>;
  /**
   * The supervisor is ending: what it still asks of the engine fails at once. It is tried again at the next
   * start.
   */
  close(): void;
}

/**
 * Lets an apply be resumed by the supervisor itself while that is starting the engine: its first call for the
 * engine is answered when the engine has come up, which waits until then for the resumed apply to have put
 * its files right.
 */
export function resumeWithin(
  paths: RootPaths,
  resume: ResumeApply,
  options: { bulkheadCommand: string; log: (text: string) => void; stop: () => void },
): ResumedApply {
  const outside = createEmbeddedDriver(paths, options);
  const ending = new AbortController();
  let want: () => void = () => undefined;
  const wanted = new Promise<void>((resolve) => {
    want = resolve;
  });
  let resolveStarted: (outcome: Result<void, AppError>) => void = () => undefined;
  const started = new Promise<Result<void, AppError>>((resolve) => {
    resolveStarted = resolve;
  });
  let running = false;

  const up = async (
    later: EngineDriver['start'],
    call: DriverCallOptions = {},
  ): Promise<Result<EngineStatus, AppError>> => {
    if (ending.signal.aborted) return fail('engine.not-ready', message('engine.engine-is-being-stopped'));
    if (running) return later({ ...call, signal: ending.signal });
    want();
    const outcome = await started;
    return outcome.ok ? ok(await engineStatus(paths)) : outcome;
  };
  const driver: EngineDriver = {
    ...outside,
    start: (call) => up(outside.start, call),
    restart: (call) => up(outside.restart, call),
    stop: async () => {
      // While it starts: it did not run before the apply, but is asked to run now. Waiting for its own end,
      // the supervisor would never end.
      if (running) options.stop();
      return ok(await engineStatus(paths));
    },
  };
  const run = async (): Promise<Result<ApplyRun | null, AppError>> => {
    const resumed = await resume(driver).catch((error: unknown): Result<never, AppError> =>
      fail('internal', message('engine.resuming-it-hit-defect'), { cause: error }),
    );
    if (resumed.ok && resumed.value !== null)
      options.log(`an interrupted apply was settled: ${resumed.value.outcome?.kind ?? ''}`);
    if (!resumed.ok && resumed.error.code !== 'apply.in-progress')
      options.log(
        `an interrupted apply could not be settled: ${resumed.error.message}${resumed.error.reason === undefined ? '' : `: ${resumed.error.reason}`}`,
      );
    return resumed;
  };
  return {
    begin: () => Promise.race([run().then(() => undefined), wanted]),
    engineStarted: (outcome) => {
      running = true;
      resolveStarted(outcome);
    },
    again: run,
    close: () => {
      ending.abort();
      resolveStarted(fail('engine.not-ready', message('engine.engine-is-being-stopped')));
    },
  };
}
