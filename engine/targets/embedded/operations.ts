import { rm, stat } from 'node:fs/promises';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { desiredEngineConfig } from '../../backends/desired-engine-config.ts';
import { acquireLock } from '../../base/lock.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { checkEngineConfig } from '../../daemon-json/daemon-json-check.ts';
import type { DriverCallOptions, EngineDriver } from '../../apply/driver.ts';
import { DriverCall } from './driver-call.ts';
import { restartReason } from './restart-reason.ts';
import { engineStatus } from './embedded-status.ts';
import { failedStart, refusedByOther, startEngine, unreachableSupervisor } from './engine-start.ts';
import { engineUnitState } from './engine-unit-state.ts';
import { removeEngineUnit } from './engine-unit.ts';
import { readEngineState, supervisorLock, writeEngineState } from './engine-state.ts';
import { clearLeftovers } from './leftovers.ts';
import { openLog, readLogs } from './log-files.ts';
import { waitForExit } from '../../base/process-identity.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import { processesWithoutState } from './processes-without-state.ts';
import { checkMachine } from './root-directory.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unscaledLimits } from '../../../shared/process/time-limits.ts';
import { message } from '../../../shared/messages/message.ts';
import { SupervisorChanges } from './supervisor-changes.ts';

/** What changes the engine, or reads more of it than its state. */
export type EmbeddedOperations = Required<Omit<EngineDriver, 'kind' | 'paths' | 'status'>>;

/** The operations of the engine under `paths.root`; `bulkheadCommand`: the launcher, for its supervisor. */
export function embeddedOperations(paths: RootPaths, bulkheadCommand: string): EmbeddedOperations {
  const settled = async (outcome: Result<void, AppError>): Promise<Result<EngineStatus, AppError>> =>
    outcome.ok ? ok(await engineStatus(paths)) : outcome;
  return {
    start: async (call = {}) => settled(await startEngine(paths, bulkheadCommand, call)),
    stop: async (call = {}) => settled(await stop(paths, call)),
    restart: async (call = {}) => settled(await restart(paths, bulkheadCommand, call)),
    reload: (call = {}) => reload(paths, call),
    restartReason: (desired, text) => restartReason(paths, desired, text),
    checkConfig: (desired) => checkEngineConfig(paths, desired),
    log: (lines) => readLogs(paths, lines),
  };
}

/** Checks that root may use the files in the engine's directory: a socket, and files to be written. */
async function checkOwnDirectory(paths: RootPaths): Promise<Result<void, AppError>> {
  const machine = await checkMachine();
  return machine.ok ? checkRootOwner(paths) : machine;
}

async function restart(
  paths: RootPaths,
  bulkheadCommand: string,
  callOptions: DriverCallOptions,
): Promise<Result<void, AppError>> {
  const own = await checkOwnDirectory(paths);
  if (!own.ok) return own;
  let isStartNeeded = false;
  const restarted = await DriverCall.run(paths, 'restart', callOptions, async (call) => {
    const outcome = await restartRunning(paths, call);
    if (outcome !== null) return outcome;
    if (call.signal.aborted) return call.cancelledResult();
    isStartNeeded = true;
    return ok(undefined);
  });
  if (!restarted.ok || !isStartNeeded) return restarted;
  if ((await unreachableSupervisor(paths)) !== null) {
    const stopped = await stop(paths, callOptions);
    if (!stopped.ok) return stopped;
  }
  return startEngine(paths, bulkheadCommand, callOptions);
}

/** Restarts the engine of a running supervisor; null if there is none, or if it has ended or is ending. */
async function restartRunning(paths: RootPaths, call: DriverCall): Promise<Result<void, AppError> | null> {
  const control = await call.connect();
  const before = control === null ? null : await control.request('subscribe');
  if (control === null || before === null) return null;
  if (!before.ok) return refusedByOther(before.message);
  if (before.state.phase === 'stopping') return null;
  // Of an earlier version: it is replaced.
  if (before.state.preparedRuntime === undefined) return null;
  const checked = await checkEngineConfig(paths, await desiredEngineConfig(paths));
  if (!checked.ok) return checked;
  const accepted = await control.requestRestart(call.timeoutMs);
  if (accepted?.ok !== true) return null;
  for (;;) {
    const state = await control.nextState();
    if (state === null) return null;
    if (state.generation <= accepted.state.generation) continue;
    call.reportProgress(state);
    if (state.phase === 'ready') return ok(undefined);
    if (state.phase === 'failed') return failedStart(state);
  }
}

/** Has the engine of a running supervisor reload its configuration. */
async function reload(paths: RootPaths, callOptions: DriverCallOptions): Promise<Result<void, AppError>> {
  const own = await checkOwnDirectory(paths);
  if (!own.ok) return own;
  return DriverCall.run(paths, 'reload', callOptions, async (call) => {
    const control = await call.connect();
    const reply = control === null ? null : await control.request('reload');
    if (reply?.ok === true) return ok(undefined);
    if (call.signal.aborted) return call.cancelledResult();
    return fail('engine.request-failed', message('engine.reload-failed'), {
      reason: reply?.message ?? message('engine.supervisor-no-response'),
    });
  });
}

async function stop(paths: RootPaths, callOptions: DriverCallOptions): Promise<Result<void, AppError>> {
  const isGone = await isAbsent(paths.root);
  if (isGone && !(await isLeft(paths))) return ok(undefined);
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('engine.stop-needs-root'), {
      hint: message('containers.run-with-sudo'),
    });
  if (isGone) return stopWithoutDirectory(paths);
  const own = await checkRootOwner(paths);
  if (!own.ok) return own;
  const stopped = await stopSupervised(paths, callOptions);
  return stopped.ok ? removeEngineUnit(paths) : stopped;
}

/** Whether there is no such directory. One in a directory that this user may not search counts as present. */
const isAbsent = (directory: string): Promise<boolean> =>
  stat(directory).then(
    () => false,
    (error: unknown) => systemCode(error) !== 'EACCES',
  );

/** Whether there is anything of an engine whose directory is gone: the service that starts it, processes. */
async function isLeft(paths: RootPaths): Promise<boolean> {
  return (await engineUnitState(paths)) !== null || (await processesWithoutState(paths)) > 0;
}

/** Removes the service that would start it at boot, and ends what a supervisor that crashed left running. */
async function stopWithoutDirectory(paths: RootPaths): Promise<Result<void, AppError>> {
  const removed = await removeEngineUnit(paths);
  if (!removed.ok) return removed;
  try {
    await clearLeftovers(paths, null, { everything: true, onFound: () => undefined });
    return ok(undefined);
  } catch (error) {
    return stopFailed(error);
  }
}

const stopFailed = (cause: unknown): Result<never, AppError> =>
  fail('engine.stop-failed', message('engine.stop-incomplete'), { cause });

function stopSupervised(paths: RootPaths, callOptions: DriverCallOptions): Promise<Result<void, AppError>> {
  return DriverCall.run(paths, 'stop', callOptions, async (call) => {
    const changes = new SupervisorChanges(paths);
    try {
      for (;;) {
        await stopRunning(paths, call);
        if (call.signal.aborted) return await call.cancelledResult();
        const cleared = await clearStopped(paths);
        // Locked: a supervisor is just starting; it will listen soon.
        if (cleared !== 'locked') return cleared;
        await changes.next(call.signal);
      }
    } finally {
      changes.close();
    }
  });
}

/** Stops a running supervisor, and waits for its end, unless the call is aborted. */
async function stopRunning(paths: RootPaths, call: DriverCall): Promise<void> {
  if (call.signal.aborted) return;
  const control = await call.connect();
  const subscription = control === null ? null : await control.request('subscribe');
  if (control !== null && subscription?.ok === true) {
    const { supervisor } = subscription.state;
    await control.request('stop');
    for (let state = await control.nextState(); state !== null; state = await control.nextState())
      call.reportProgress(state);
    if (!call.signal.aborted) await waitForExit([supervisor], unscaledLimits.processEnd);
    return;
  }
  const unreachable = await unreachableSupervisor(paths);
  if (unreachable === null || call.signal.aborted) return;
  // After writing this it is about to exit.
  if (unreachable.phase !== 'stopped') signalStop(unreachable.supervisor);
  while (!call.signal.aborted && !(await waitForExit([unreachable.supervisor], 1_000)));
}

function signalStop({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    /* it has ended meanwhile */
  }
}

/** With no supervisor running: ends and removes whatever a killed one left. */
async function clearStopped(paths: RootPaths): Promise<Result<void, AppError> | 'locked'> {
  const lock = await acquireLock(supervisorLock(paths));
  if (!lock.ok) return lock.error.code === 'apply.in-progress' ? 'locked' : lock;
  try {
    const state = await readEngineState(paths);
    await rm(paths.controlSocket, { force: true });
    const log = openLog(paths, 'supervisor');
    await clearLeftovers(paths, state, {
      everything: true,
      onFound: (text) => {
        log.line(text);
      },
    });
    await log.close();
    if (state !== null && state.phase !== 'stopped')
      await writeEngineState(paths, {
        ...state,
        phase: 'stopped',
        readyAt: null,
        dockerd: null,
        gateway: null,
        planner: null,
        error: null,
        problem: null,
      });
    return ok(undefined);
  } catch (error) {
    return stopFailed(error);
  } finally {
    await lock.value.release();
  }
}
