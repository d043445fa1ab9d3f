import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import type { DriverCallOptions, EngineDriver } from './driver.ts';
import { createEmbeddedDriver } from './embedded.ts';
import { engineStatus } from './engine-facts.ts';
import type { RootPaths } from './root-paths.ts';

/** Finishes or rolls back an interrupted apply with the given driver. `apply.in-progress`: its process lives, there is nothing to do. */
export type ResumeApply = (driver: EngineDriver) => Promise<Result<unknown, AppError>>;

export interface ResumedApply {
  /** Starts it; resolves when it is over or needs the engine, its files being settled then. */
  begin(): Promise<void>;
  /** Tells how the start of the engine ended, for which it may be waiting. */
  engineStarted(outcome: Result<void, AppError>): void;
  /** The supervisor is ending: what it still asks of the engine fails at once. It is tried again at the next start. */
  close(): void;
}

/**
 * Lets an apply be resumed by the supervisor itself while that is starting the engine: its first call for the engine is answered when the engine has come up,
 * which waits until then for the resumed apply to have put its files right.
 */
export function resumeWithin(paths: RootPaths, resume: ResumeApply, options: { bulkheadCommand: string; log: (text: string) => void }): ResumedApply {
  const outside = createEmbeddedDriver(paths, options);
  const ending = new AbortController();
  let want: () => void = () => undefined;
  const wanted = new Promise<void>((resolve) => { want = resolve; });
  let tellStarted: (outcome: Result<void, AppError>) => void = () => undefined;
  const started = new Promise<Result<void, AppError>>((resolve) => { tellStarted = resolve; });
  let first = true;

  const up = async (later: EngineDriver['start'], call: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> => {
    if (ending.signal.aborted) return fail('engine.not-ready', 'the engine is being stopped');
    if (!first) return later({ ...call, signal: ending.signal });
    first = false;
    want();
    const outcome = await started;
    return outcome.ok ? ok(await engineStatus(paths)) : outcome;
  };
  const driver: EngineDriver = {
    ...outside,
    start: (call) => up(outside.start, call),
    restart: (call) => up(outside.restart, call),
    // It did not run before the apply, but is asked to run now.
    stop: async () => ok(await engineStatus(paths)),
  };
  const run = async (): Promise<void> => {
    const outcome = await resume(driver);
    if (outcome.ok || outcome.error.code === 'apply.in-progress') return;
    options.log(`an interrupted apply could not be settled: ${outcome.error.message}${outcome.error.reason === undefined ? '' : `: ${outcome.error.reason}`}`);
  };
  return {
    begin: () => Promise.race([run().catch((error: unknown) => { options.log(`resuming an interrupted apply hit a defect: ${String(error)}`); }), wanted]),
    engineStarted: (outcome) => { tellStarted(outcome); },
    close: () => { ending.abort(); tellStarted(fail('engine.not-ready', 'the engine is being stopped')); },
  };
}
