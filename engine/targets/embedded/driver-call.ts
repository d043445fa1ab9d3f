import type { EngineProgress } from '../../../shared/engine-status/progress.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import type { DriverCallOptions } from '../../apply/driver.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { startLimit, type RunningLimit } from '../../../shared/process/scaled-limit.ts';
import { usualLimits } from '../../../shared/process/time-limits.ts';
import { startTimeLimit } from '../../base/time-limits.ts';
import { connectControl, type ControlConnection } from './control-client.ts';
import type { SupervisorState } from './control-protocol.ts';
import { message } from '../../../shared/messages/message.ts';
import { followLogs, readLogs, type LogFollower } from './log-files.ts';

type DriverCallKind = 'start' | 'stop' | 'restart' | 'reload';

/** One call of the driver that waits for a supervisor: its time limit, and its progress reports. */
export class DriverCall {
  /** Aborted when the caller cancels, and when the time is over. */
  readonly signal: AbortSignal;
  readonly #paths: RootPaths;
  readonly #what: DriverCallKind;
  readonly #options: DriverCallOptions;
  /** How long a start may take, ms: the caller's limit, or the usual one, which the parts of it scale. */
  readonly timeoutMs: number;
  readonly #follower: LogFollower | null;
  readonly #limit: RunningLimit;
  readonly #onCancel: () => void;
  readonly #connections: ControlConnection[] = [];
  #progress: EngineProgress | null = null;

  private constructor(
    paths: RootPaths,
    what: DriverCallKind,
    options: DriverCallOptions,
    follower: LogFollower | null,
  ) {
    this.#paths = paths;
    this.#what = what;
    this.#options = options;
    this.#follower = follower;
    this.timeoutMs = options.timeoutMs ?? usualLimits.engineStart;
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#onCancel = () => {
      controller.abort();
      this.#closeConnections();
    };
    this.#limit = startCallLimit(what, options.timeoutMs);
    this.#limit.signal.addEventListener('abort', this.#onCancel);
    if (options.signal?.aborted === true) controller.abort();
    else options.signal?.addEventListener('abort', this.#onCancel);
  }

  /** Performs `work`, with the time limit and progress reports given by `options`. */
  static async run(
    paths: RootPaths,
    what: DriverCallKind,
    options: DriverCallOptions,
    work: (call: DriverCall) => Promise<Result<void, AppError>>,
  ): Promise<Result<void, AppError>> {
    const follower = options.onLog === undefined ? null : await followLogs(paths, options.onLog);
    const call = new DriverCall(paths, what, options, follower);
    try {
      return await work(call);
    } finally {
      await call.#end();
    }
  }

  /** Connects to the supervisor; the connection is closed when the call is over. Null: nobody listens. */
  async connect(): Promise<ControlConnection | null> {
    const control = await connectControl(this.#paths.controlSocket);
    if (control === null) return null;
    this.#connections.push(control);
    if (this.signal.aborted) this.#closeConnections();
    return control;
  }

  /** Reports the step of a state, once. */
  reportProgress({ progress }: SupervisorState): void {
    if (progress === null || progress.step === this.#progress?.step) return;
    this.#progress = progress;
    this.#options.onProgress?.(progress);
  }

  /** Why the call was aborted, once `signal` is aborted. */
  async cancelledResult(): Promise<Result<never, AppError>> {
    if (this.#options.signal?.aborted === true)
      return fail('engine.not-ready', message('engine.wait-abandoned', { what: this.#what }), {
        reason: message('containers.cancelled'),
      });
    return fail(
      this.#what === 'stop' ? 'engine.stop-failed' : 'engine.not-ready',
      message('engine.wait-timed-out', {
        what: this.#what,
        math: Math.round(this.#limit.totalMs() / 1000),
      }),
      {
        reason: (await readLogs(this.#paths, 3)).map((line) => line.text).join(' | '),
        hint: message('engine.continues-in-background'),
      },
    );
  }

  async #end(): Promise<void> {
    this.#limit.end();
    this.#options.signal?.removeEventListener('abort', this.#onCancel);
    this.#closeConnections();
    await this.#follower?.close();
  }

  #closeConnections(): void {
    for (const control of this.#connections.splice(0)) control.close();
  }
}

/**
 * The caller's limit as it is. The default is longer on a slow machine, as the limits are that the supervisor
 * has for the parts of a start and a stop, so that the error says which part was late.
 */
function startCallLimit(what: DriverCallKind, timeoutMs: number | undefined): RunningLimit {
  if (timeoutMs !== undefined) return startLimit(timeoutMs, () => Promise.resolve(1));
  return startTimeLimit(what === 'stop' ? 'supervisorStop' : 'engineStart');
}
