import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fail, ok, type AppError, type Result, err } from '../../../shared/result.ts';
import type { DriverCallOptions } from '../../apply/driver.ts';
import { isLocked } from '../../base/lock.ts';
import { isAlive, waitForExit } from '../../base/process-identity.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unscaledLimits } from '../../../shared/process/time-limits.ts';
import type { ControlConnection } from './control-client.ts';
import type { SupervisorState } from './control-protocol.ts';
import { DriverCall } from './driver-call.ts';
import { readEngineState, supervisorLock, type EngineState } from './engine-state.ts';
import { endRestarts, startEngineUnit, supervisorCommand, type SupervisorCommand } from './engine-unit.ts';
import { coverInherited } from './inherited-files.ts';
import { logFile } from './log-files.ts';
import { checkMachine, checkRootPath, prepareRoot } from './root-directory.ts';
import { message } from '../../../shared/messages/message.ts';
import { SupervisorChanges } from './supervisor-changes.ts';

/**
 * Starts a supervisor if none runs, and follows it until the engine is ready or has failed. One whose last
 * restart failed is requested to try again: the configuration may have been corrected since.
 */
export async function startEngine(
  paths: RootPaths,
  bulkheadCommand: string,
  options: DriverCallOptions,
): Promise<Result<void, AppError>> {
  for (const check of [() => Promise.resolve(checkRootPath(paths)), checkMachine, () => prepareRoot(paths)]) {
    const checked = await check();
    if (!checked.ok) return checked;
  }
  return DriverCall.run(paths, 'start', options, async (call) => {
    const changes = new SupervisorChanges(paths);
    try {
      return await new EngineStart(paths, bulkheadCommand, call, changes).run();
    } finally {
      changes.close();
    }
  });
}

class EngineStart {
  readonly #paths: RootPaths;
  readonly #bulkheadCommand: string;
  readonly #call: DriverCall;
  readonly #changes: SupervisorChanges;
  #spawned: SpawnedSupervisor | null = null;
  /** Whether another supervisor was found: then one of ours that ended has lost the race against it. */
  #sawOther = false;

  constructor(paths: RootPaths, bulkheadCommand: string, call: DriverCall, changes: SupervisorChanges) {
    this.#paths = paths;
    this.#bulkheadCommand = bulkheadCommand;
    this.#call = call;
    this.#changes = changes;
  }

  async run(): Promise<Result<void, AppError>> {
    for (;;) {
      if (this.#call.signal.aborted) return this.#call.cancelledResult();
      const control = await this.#call.connect();
      const outcome = control === null ? await this.#withoutSupervisor() : await this.#follow(control);
      if (outcome !== null) return outcome;
    }
  }

  /** Nobody listens: starts a supervisor, or waits for one that is just starting or ending. */
  async #withoutSupervisor(): Promise<Result<void, AppError> | null> {
    const isTaken = await isLocked(supervisorLock(this.#paths));
    if (this.#spawned === null && !isTaken) {
      const started = await startSupervisor(this.#paths, this.#bulkheadCommand, this.#call.timeoutMs);
      if (!started.ok) return started;
      this.#spawned = started.value;
    } else if (this.#spawned?.hasEnded() === true) {
      return this.#afterEnd(this.#spawned, isTaken);
    } else if (this.#spawned === null) {
      this.#sawOther = true;
      const unreachable = await unreachableSupervisor(this.#paths);
      if (unreachable?.phase === 'ready') return ok(undefined);
    }
    await this.#changes.next(this.#call.signal, this.#spawned?.exited);
    return null;
  }

  /** Our supervisor has ended; null: another start is worth trying. */
  async #afterEnd(spawned: SpawnedSupervisor, isTaken: boolean): Promise<Result<void, AppError> | null> {
    const state = await readEngineState(this.#paths);
    const isOurs =
      state !== null && state.supervisor.pid === spawned.pid && state.supervisor.started !== spawned.before;
    if (isOurs) {
      await endRestarts(this.#paths);
      return state.phase === 'failed'
        ? failedStart(state)
        : fail('engine.not-ready', message('engine.stopped-while-starting'));
    }
    // It lost the race against another one started at the same moment: that one is waited for; when it is
    // gone too, we try again.
    if (isTaken || this.#sawOther) {
      this.#spawned = null;
      this.#sawOther = false;
      return null;
    }
    return fail('engine.start-failed', message('engine.supervisor-ended-early'), {
      reason: await firstLines(logFile(this.#paths, 'supervisor'), spawned.logFrom),
      hint: message('engine.supervisor-log'),
    });
  }

  /** Follows a supervisor until the engine is ready or has failed; null: the supervisor has ended. */
  async #follow(control: ControlConnection): Promise<Result<void, AppError> | null> {
    const subscription = await control.request('subscribe');
    if (subscription?.ok === false) return refusedByOther(subscription.message);
    if (subscription === null) {
      await this.#changes.next(this.#call.signal);
      return null;
    }
    const { supervisor } = subscription.state;
    if (supervisor.pid !== this.#spawned?.pid) this.#sawOther = true;
    let failedBefore: number | null = null;
    for (let state: SupervisorState | null = subscription.state; state !== null;) {
      this.#call.reportProgress(state);
      if (state.phase === 'ready') return ok(undefined);
      if (state.phase === 'failed') {
        if (failedBefore !== null && state.generation > failedBefore) return failedStart(state);
        // One that is ending refuses, and closes the connection soon.
        if (failedBefore === null) await control.requestRestart(this.#call.timeoutMs);
        failedBefore = state.generation;
      }
      state = await control.nextState();
    }
    await this.#waitForExit(supervisor);
    return null;
  }

  /** Waits for the end of a supervisor that has closed its connection. */
  async #waitForExit(supervisor: ProcessIdentity): Promise<void> {
    if (this.#call.signal.aborted) return;
    if (supervisor.pid === this.#spawned?.pid)
      await this.#changes.next(this.#call.signal, this.#spawned.exited);
    else await waitForExit([supervisor], unscaledLimits.processEnd);
  }
}

/** A supervisor that runs, but does not listen: one of an earlier version. Null: there is none. */
export async function unreachableSupervisor(paths: RootPaths): Promise<EngineState | null> {
  const state = await readEngineState(paths);
  return state !== null && (await isAlive(state.supervisor)) ? state : null;
}

/** A supervisor of another version refused the subscription. */
export function refusedByOther(reason: string): Result<never, AppError> {
  return fail('engine.not-ready', message('engine.supervisor-version-differs'), {
    reason,
    hint: message('engine.restart-engine'),
  });
}

/** The error of a state whose phase is `failed`. */
export function failedStart(state: EngineState): Result<never, AppError> {
  return state.error === null
    ? fail('engine.start-failed', message('engine.start-failed'))
    : err(state.error);
}

export interface SpawnedSupervisor {
  readonly pid: number;
  /** Start time of the supervisor that the state file named before: a state with it is not the new one's. */
  readonly before: string | null;
  /** Offset in the supervisors' log at which its lines begin. */
  readonly logFrom: number;
  readonly hasEnded: () => boolean;
  readonly exited: Promise<void>;
}

/** As a service if systemd runs, else in the background. */
async function startSupervisor(
  paths: RootPaths,
  bulkheadCommand: string,
  timeoutMs: number,
): Promise<Result<SpawnedSupervisor, AppError>> {
  const before = (await readEngineState(paths))?.supervisor.started ?? null;
  const command = supervisorCommand(paths, bulkheadCommand, timeoutMs);
  const log = openSync(logFile(paths, 'supervisor'), 'a', 0o640);
  const logFrom = fstatSync(log).size;
  try {
    const unit = await startEngineUnit(paths, command, timeoutMs);
    if (!unit.ok) return unit;
    const { pid, ended } = unit.value ?? spawnSupervisor(paths, command, log);
    let hasEnded = false;
    const exited = ended.then(() => {
      hasEnded = true;
    });
    return ok({ pid, before, logFrom, hasEnded: () => hasEnded, exited });
  } finally {
    closeSync(log);
  }
}

/** `log`: a descriptor for its output. */
function spawnSupervisor(
  paths: RootPaths,
  [program, ...programArguments]: SupervisorCommand,
  log: number,
): { pid: number; ended: Promise<void> } {
  const nullFile = openSync('/dev/null', 'r+');
  const child = spawn(program, programArguments, {
    detached: true,
    stdio: ['ignore', log, log, ...coverInherited(nullFile)],
    cwd: '/',
  });
  closeSync(nullFile);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      appendFileSync(logFile(paths, 'supervisor'), `error: ${error.message}\n`);
      resolve();
    });
  });
  child.unref();
  return { pid: child.pid ?? -1, ended };
}

/** The first lines of a log from byte `from` on, for a process that printed why it ended. */
async function firstLines(file: string, from: number): Promise<string> {
  const text = (await readFile(file).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  return text.trim().split('\n').slice(0, 3).join(' | ').slice(0, 1000);
}
