import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, fstatSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { chosenBackend, runtimeNameOf } from '../../../shared/isolation/requirements.ts';
import { sysboxRuntimePath } from '../../backends/sysbox/backend.ts';
import { acquireLock, isLocked } from '../../base/lock.ts';
import { checkEngineConfig } from '../../daemon-json/daemon-json-check.ts';
import type { DesiredEngineConfig } from '../../daemon-json/daemon-json-conflicts.ts';
import type { DriverCallOptions, EngineDriver } from '../../apply/driver.ts';
import { engineStatus } from './engine-facts.ts';
import { readEnginePolicy } from './engine-launch.ts';
import { readEngineState, supervisorLock, writeEngineState, type EngineState } from './engine-state.ts';
import { clearLeftovers } from './leftovers.ts';
import { coverInherited } from './inherited-files.ts';
import { followLogs, logFile, openLog, readLogs } from './log-files.ts';
import { isAlive } from '../../base/process-identity.ts';
import { checkMachine, checkRootOwner, checkRootPath, prepareRoot } from './root-directory.ts';
import type { RootPaths } from '../../base/root-paths.ts';

export interface EmbeddedDriverOptions {
  /** Absolute path of the launcher, for the supervisor it starts. */
  readonly bulkheadCommand: string;
}

const defaultTimeoutMs = 90_000;

/**
 * Drives the engine under `paths.root` from outside its supervisor: through signals and the state file.
 * Start, stop and restart need root.
 */
export function createEmbeddedDriver(paths: RootPaths, options: EmbeddedDriverOptions): EngineDriver {
  const status = () => engineStatus(paths);
  const settled = async (outcome: Result<void, AppError>): Promise<Result<EngineStatus, AppError>> =>
    outcome.ok ? ok(await status()) : outcome;
  return {
    kind: 'embedded',
    paths,
    status,
    start: async (call = {}) => settled(await start(paths, options, call)),
    stop: async (call = {}) => settled(await stop(paths, call)),
    restart: async (call = {}) => settled(await restart(paths, options, call)),
    checkConfig: (desired) => checkEngineConfig(paths, desired),
    log: (lines) => readLogs(paths, lines),
  };
}

async function start(
  paths: RootPaths,
  options: EmbeddedDriverOptions,
  call: DriverCallOptions,
): Promise<Result<void, AppError>> {
  for (const check of [() => Promise.resolve(checkRootPath(paths)), checkMachine, () => prepareRoot(paths)]) {
    const checked = await check();
    if (!checked.ok) return checked;
  }
  const wait = await waiter(paths, call, 'start');
  let ours: SpawnedSupervisor | null = null;
  let sawOther = false;
  let retried: number | null = null;
  for (;;) {
    const state = await readEngineState(paths);
    const isOurs =
      ours !== null &&
      state !== null &&
      state.supervisor.pid === ours.pid &&
      state.supervisor.started !== ours.before;
    if (state !== null && (await isAlive(state.supervisor))) {
      if (!isOurs) sawOther = true;
      if (state.phase === 'ready') return ok(undefined);
      // A supervisor whose last restart failed: the configuration may have been mended since.
      if (state.phase === 'failed' && retried === null) {
        retried = state.generation;
        signal(state, 'SIGHUP');
      } else if (state.phase === 'failed' && state.generation > (retried ?? 0)) return failedStart(state);
    } else if (ours === null) {
      ours = spawnSupervisor(paths, options.bulkheadCommand, state?.supervisor.started ?? null);
    } else if (ours.ended()) {
      if (isOurs && state.phase === 'failed') return failedStart(state);
      if (isOurs) return fail('engine.not-ready', 'the engine was stopped while it started');
      // It lost against another one started at the same moment: that one is waited for; when that is gone
      // too, it is our turn again.
      if (await isLocked(supervisorLock(paths))) sawOther = true;
      else if (sawOther) {
        ours = null;
        sawOther = false;
      } else
        return fail('engine.start-failed', 'the supervisor ended at once', {
          reason: await firstWords(logFile(paths, 'supervisor'), ours.logFrom),
          hint: "Its log is logs/supervisor.log in the engine's directory.",
        });
    }
    const over = await wait.tick();
    if (!over.ok) return over;
  }
}

async function restart(
  paths: RootPaths,
  options: EmbeddedDriverOptions,
  call: DriverCallOptions,
): Promise<Result<void, AppError>> {
  // What stands in the directory names processes to be told and files to be written to.
  for (const check of [checkMachine, () => checkRootOwner(paths)]) {
    const checked = await check();
    if (!checked.ok) return checked;
  }
  const before = await readEngineState(paths);
  if (before === null || !(await isAlive(before.supervisor)) || before.phase === 'stopping')
    return start(paths, options, call);
  const takes = await checkEngineConfig(paths, await desiredConfig(paths));
  if (!takes.ok) return takes;
  const wait = await waiter(paths, call, 'restart');
  signal(before, 'SIGHUP');
  for (;;) {
    const state = await readEngineState(paths);
    if (
      state !== null &&
      state.supervisor.pid === before.supervisor.pid &&
      state.supervisor.started === before.supervisor.started &&
      state.generation > before.generation
    ) {
      if (state.phase === 'ready') return ok(undefined);
      if (state.phase === 'failed') return failedStart(state);
    }
    if (!(await isAlive(before.supervisor))) return start(paths, options, call);
    const over = await wait.tick();
    if (!over.ok) return over;
  }
}

/** What the settings on disk ask of the engine's configuration. */
async function desiredConfig(paths: RootPaths): Promise<DesiredEngineConfig> {
  const { eci, backend } = await readEnginePolicy(paths);
  const chosen = chosenBackend(backend);
  return {
    eci,
    runtimeName: runtimeNameOf(chosen),
    runtimePath: chosen === 'sysbox' ? sysboxRuntimePath : paths.runtimeBinary,
  };
}

async function stop(paths: RootPaths, call: DriverCallOptions): Promise<Result<void, AppError>> {
  if ((await stat(paths.root).catch(() => null)) === null) return ok(undefined);
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', 'the embedded engine must be stopped by root', {
      hint: 'Run the same command with sudo.',
    });
  const own = await checkRootOwner(paths);
  if (!own.ok) return own;
  const wait = await waiter(paths, call, 'stop');
  let asked = 0;
  for (;;) {
    const state = await readEngineState(paths);
    if (state !== null && (await isAlive(state.supervisor))) {
      if (asked !== state.supervisor.pid) {
        asked = state.supervisor.pid;
        signal(state, 'SIGTERM');
      }
    } else {
      const cleared = await clearStopped(paths, state);
      // Locked: a supervisor is just starting; it will have written its state in a moment.
      if (cleared !== 'locked') return cleared;
    }
    const over = await wait.tick();
    if (!over.ok) return over;
  }
}

/** With no supervisor alive: ends and removes whatever a killed one left. */
async function clearStopped(
  paths: RootPaths,
  state: EngineState | null,
): Promise<Result<void, AppError> | 'locked'> {
  const lock = await acquireLock(supervisorLock(paths));
  if (!lock.ok) return lock.error.code === 'apply.in-progress' ? 'locked' : lock;
  try {
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
    return fail('engine.stop-failed', 'the engine could not be stopped completely', { cause: error });
  } finally {
    await lock.value.release();
  }
}

interface SpawnedSupervisor {
  readonly pid: number;
  /** Start time of the supervisor the state file named before: a state with it is not the new one's. */
  readonly before: string | null;
  /** Where its words begin in the supervisors' log. */
  readonly logFrom: number;
  readonly ended: () => boolean;
}

function spawnSupervisor(
  paths: RootPaths,
  bulkheadCommand: string,
  before: string | null,
): SpawnedSupervisor {
  const log = openSync(logFile(paths, 'supervisor'), 'a', 0o640);
  const logFrom = fstatSync(log).size;
  const nullFile = openSync('/dev/null', 'r+');
  const child = spawn(bulkheadCommand, ['engine', 'start', '--root', paths.root, '--foreground'], {
    detached: true,
    stdio: ['ignore', log, log, ...coverInherited(nullFile)],
    cwd: '/',
  });
  closeSync(log);
  closeSync(nullFile);
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', (error) => {
    appendFileSync(logFile(paths, 'supervisor'), `error: ${error.message}\n`);
    ended = true;
  });
  child.unref();
  return { pid: child.pid ?? -1, before, logFrom, ended: () => ended };
}

/** The first lines of a log from byte `from` on, for a process that said why it ended. */
async function firstWords(file: string, from: number): Promise<string> {
  const text = (await readFile(file).catch(() => Buffer.alloc(0))).subarray(from).toString('utf8');
  return text.trim().split('\n').slice(0, 3).join(' | ').slice(0, 1000);
}

function signal(state: EngineState, name: NodeJS.Signals): void {
  try {
    process.kill(state.supervisor.pid, name);
  } catch {
    /* gone: the next look at the state says so */
  }
}

function failedStart(state: EngineState): Result<never, AppError> {
  return {
    ok: false,
    error: state.error ?? { code: 'engine.start-failed', message: 'the engine did not start' },
  };
}

interface Waiter {
  tick(): Promise<Result<void, AppError>>;
}

/**
 * Pauses between looks at the state file (what changes is another process, file and liveness together), hands
 * on log lines, and knows when to give up.
 */
async function waiter(
  paths: RootPaths,
  call: DriverCallOptions,
  what: 'start' | 'stop' | 'restart',
): Promise<Waiter> {
  const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
  const deadline = Date.now() + timeoutMs;
  const follower = call.onLog === undefined ? null : await followLogs(paths, call.onLog);
  return {
    tick: async () => {
      await follower?.poll();
      if (call.signal?.aborted === true)
        return fail('engine.not-ready', `waiting for the engine to ${what} was given up`, {
          reason: 'it was cancelled',
        });
      if (Date.now() > deadline) {
        return fail(
          what === 'stop' ? 'engine.stop-failed' : 'engine.not-ready',
          `the engine did not ${what} within ${Math.round(timeoutMs / 1000)} s`,
          {
            reason: (await readLogs(paths, 3)).map((line) => line.text).join(' | '),
            hint: 'It goes on in the background; ask for its status, or give it longer with --timeout.',
          },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ok(undefined);
    },
  };
}
