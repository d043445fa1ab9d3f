import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EngineLogLine } from '../shared/engine-status/status.ts';
import type { IsolationBackend } from '../engine/backends/backend.ts';
import { applyLockPath } from '../engine/base/root-paths.ts';
import { recreateJournalPath } from '../engine/recreate/recreate-journal.ts';
import type { SettledRecreate } from '../engine/recreate/recreate.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { superviseChild } from '../engine/targets/embedded/child-process.ts';
import type { DockerdProcess } from '../engine/targets/embedded/dockerd-process.ts';
import { launchEngine } from '../engine/targets/embedded/engine-launch.ts';
import {
  readEngineState,
  supervisorLock,
  writeEngineState,
  type EngineState,
} from '../engine/targets/embedded/engine-state.ts';
import { interruptedLook } from './interrupted.ts';
import { clearEngineLeftovers, clearLeftovers } from '../engine/targets/embedded/leftovers.ts';
import { boundLogs, openLog } from '../engine/targets/embedded/log-files.ts';
import { superviseLxcfs } from '../engine/targets/embedded/lxcfs.ts';
import { endProcesses, identityOf, type ProcessIdentity } from '../engine/base/process-identity.ts';
import { checkMachine, checkRootPath, prepareRoot } from '../engine/targets/embedded/root-directory.ts';
import { resumeWithin, type ResumeApply, type ResumedApply } from './resume-within.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { SupervisorEvents } from '../engine/targets/embedded/supervisor-events.ts';
import { supervisePlanner } from './supervised-planner.ts';

export interface SupervisorOptions {
  /** Absolute path of the launcher, for gateway and planner. */
  readonly bulkheadCommand: string;
  readonly backends: readonly IsolationBackend[];
  /**
   * Finishes or rolls back an apply a crash interrupted, driving this engine through `driver`; begins before
   * anything reads the configuration.
   */
  readonly resume?: ResumeApply;
  /**
   * Tries what the backends need and keeps what it finds, for users; goes on beside the start, and is over
   * when the engine is ready.
   */
  readonly examine?: () => Promise<Result<void, AppError>>;
  /**
   * Finishes or undoes a recreation of containers a crash interrupted; called when the engine has come up.
   */
  readonly settleRecreation?: () => Promise<Result<SettledRecreate | null, AppError>>;
  /** The supervisor's own lines, as they are written to its log. */
  readonly onLog?: (line: EngineLogLine) => void;
}

const engineReadyMs = 60_000;
/** dockerd stops its containers first, each with up to ten seconds of grace. */
const engineStopMs = 60_000;
const longestPauseMs = 30_000;
const mostFailures = 5;
const logCheckMs = 60_000;
const interruptedCheckMs = 30_000;

/**
 * Runs one engine in the foreground until SIGTERM or SIGINT: gateway, planner, dockerd, each brought back
 * when it dies. SIGHUP restarts dockerd and planner under the configuration on disk; the gateway keeps its
 * socket. A restart that fails leaves the supervisor waiting for the next SIGHUP, the gateway answering 503.
 * Resolves when everything has ended; with an error when the engine never came up or another supervisor has
 * this root.
 */
export async function runSupervisor(
  paths: RootPaths,
  options: SupervisorOptions,
): Promise<Result<void, AppError>> {
  for (const check of [() => Promise.resolve(checkRootPath(paths)), checkMachine, () => prepareRoot(paths)]) {
    const checked = await check();
    if (!checked.ok) return checked;
  }
  const self = await identityOf(process.pid);
  if (self === null) throw new Error('/proc is not mounted');
  const lock = await acquireLock(supervisorLock(paths));
  if (!lock.ok) {
    return lock.error.code === 'apply.in-progress'
      ? fail('engine.already-running', 'this engine has a supervisor already', {
          ...(lock.error.reason === undefined ? {} : { reason: lock.error.reason }),
        })
      : lock;
  }
  try {
    return await new Supervisor(paths, options, self).run();
  } finally {
    await lock.value.release();
  }
}

class Supervisor {
  readonly #paths: RootPaths;
  readonly #options: SupervisorOptions;
  readonly #log;
  readonly #gateway;
  readonly #planner;
  readonly #lxcfs;
  readonly #resumed: ResumedApply | null;
  readonly #lookAtApply: () => Promise<void>;
  readonly #lookAtRecreation: () => Promise<void>;
  #state: EngineState;
  #writing: Promise<unknown> = Promise.resolve();
  #dockerd: DockerdProcess | null = null;
  #stopWanted = false;
  readonly #events = new SupervisorEvents();

  constructor(paths: RootPaths, options: SupervisorOptions, self: ProcessIdentity) {
    this.#paths = paths;
    this.#options = options;
    this.#state = {
      version: 1,
      supervisor: self,
      phase: 'starting',
      generation: 0,
      readyAt: null,
      eci: false,
      dockerd: null,
      gateway: null,
      planner: null,
      error: null,
      problem: null,
    };
    this.#log = openLog(paths, 'supervisor', options.onLog);
    this.#resumed =
      options.resume === undefined
        ? null
        : resumeWithin(paths, options.resume, {
            bulkheadCommand: options.bulkheadCommand,
            log: (text) => {
              this.#log.line(text);
            },
            stop: () => {
              this.#requestStop();
            },
          });
    const lock = applyLockPath(paths);
    this.#lookAtApply = interruptedLook({
      journal: paths.journal,
      lock,
      settle: async () => this.#resumed?.again() ?? ok(null),
    });
    this.#lookAtRecreation = interruptedLook({
      journal: recreateJournalPath(paths),
      lock,
      settle: () => this.#settleRecreation(),
    });
    this.#gateway = superviseChild({
      name: 'gateway',
      command: options.bulkheadCommand,
      args: gatewayArguments(paths),
      log: openLog(paths, 'gateway'),
      ready: /gateway listening on/,
      keepListeners: true,
      heartbeat: {},
      onChange: (gateway) => {
        void this.#update({ gateway });
      },
    });
    this.#lxcfs = superviseLxcfs(paths, openLog(paths, 'lxcfs'), (text) => {
      this.#log.line(text);
    });
    const planner = {
      command: options.bulkheadCommand,
      log: openLog(paths, 'planner'),
      onChange: (identity: ProcessIdentity | null) => {
        void this.#update({ planner: identity });
      },
    };
    this.#planner = supervisePlanner(paths, planner);
  }

  async run(): Promise<Result<void, AppError>> {
    const onStop = () => {
      this.#requestStop();
    };
    const onRestart = () => {
      this.#events.push('restart');
    };
    process.on('SIGTERM', onStop).on('SIGINT', onStop).on('SIGHUP', onRestart);
    const logTimer = setInterval(() => {
      boundLogs(this.#paths).catch((error: unknown) => {
        this.#log.line(`logs could not be cut: ${String(error)}`);
      });
    }, logCheckMs);
    const interruptedTimer = setInterval(() => {
      void this.#lookAtInterrupted();
    }, interruptedCheckMs);
    let outcome: Result<void, AppError>;
    try {
      outcome = await this.#startUp();
      this.#resumed?.engineStarted(outcome);
      if (outcome.ok) await this.#serve();
    } catch (error) {
      outcome = fail('internal', 'the supervisor failed', { cause: error });
      this.#log.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    try {
      await this.#shutDown(outcome);
    } finally {
      this.#events.close();
      clearInterval(logTimer);
      clearInterval(interruptedTimer);
      process.off('SIGTERM', onStop).off('SIGINT', onStop).off('SIGHUP', onRestart);
      await this.#log.close();
    }
    return outcome;
  }

  async #startUp(): Promise<Result<void, AppError>> {
    const before = await readEngineState(this.#paths);
    await boundLogs(this.#paths);
    await this.#update({ generation: 1 });
    this.#log.line('starting');
    await clearLeftovers(this.#paths, before, {
      everything: false,
      onFound: (text) => {
        this.#log.line(text);
      },
    });
    // The files are settled when the resumed apply is over, or asks for the engine to go on.
    await this.#resumed?.begin();
    if (this.#stopWanted) return ok(undefined);
    const starting = this.#gateway.start(20_000);
    const examined = this.#examine();
    // Containers that dockerd starts of itself mount sockets the gateway must be listening on by then, and
    // files of lxcfs.
    const [gateway, engine] = await Promise.all([
      starting,
      this.#bringUp(Promise.all([starting, this.#lxcfs.start()])),
    ]);
    if (this.#stopWanted) return ok(undefined);
    if (!engine.ok) return engine;
    if (!gateway.ok) return gateway;
    await examined;
    await this.#ready();
    return ok(undefined);
  }

  /** Nothing depends on it but what users see of this machine. */
  async #examine(): Promise<void> {
    const kept = await this.#options
      .examine?.()
      .catch((cause: unknown) => fail('internal', 'the backends could not be examined', { cause }));
    if (kept?.ok === false) this.#log.line(`${kept.error.message}: ${kept.error.reason ?? ''}`);
  }

  /** Waits for what happens to the running engine, until it is to stop. */
  async #serve(): Promise<void> {
    let failures = 0;
    for (;;) {
      const event = await this.#events.next();
      if (event === 'stop') return;
      if (event === 'restart') failures = 0;
      if (event === 'engine-ended') this.#log.line('dockerd ended unexpectedly');
      await this.#update({
        phase: 'restarting',
        generation: this.#state.generation + 1,
        readyAt: null,
        error: null,
        problem: null,
      });
      await this.#takeDown();
      const up = await this.#bringUp();
      if (this.#stopWanted) return;
      if (up.ok) {
        failures = 0;
        await this.#ready();
        continue;
      }
      this.#log.line(`${up.error.message}: ${up.error.reason ?? ''}`);
      await this.#takeDown();
      failures += 1;
      const retry = event !== 'restart' && failures < mostFailures;
      if (!retry) {
        await this.#failed(up.error);
        continue;
      }
      this.#events.retryIn(Math.min(1000 * 2 ** failures, longestPauseMs));
    }
  }

  /** `first` is awaited before dockerd starts. */
  async #bringUp(
    first: Promise<unknown> = Promise.resolve(),
  ): Promise<Result<void, AppError & { logTail?: string[] }>> {
    const launched = await launchEngine(this.#paths, {
      backends: this.#options.backends,
      planner: this.#planner,
      log: (text) => {
        this.#log.line(text);
      },
      readyTimeoutMs: engineReadyMs,
      cancelled: () => this.#stopWanted,
      beforeDockerd: first,
      onDockerd: (dockerd) => {
        this.#dockerd = dockerd;
        void identityOf(dockerd.pid).then((identity) => this.#update({ dockerd: identity }));
        void dockerd.exited.then(() => {
          if (this.#dockerd !== dockerd) return;
          this.#dockerd = null;
          void this.#update({ dockerd: null });
          if (this.#state.phase === 'ready') this.#events.push('engine-ended');
        });
        if (this.#stopWanted) dockerd.child.kill('SIGTERM');
      },
    });
    if (!launched.ok) return launched;
    await this.#update({
      eci: launched.value.eci,
      problem: launched.value.problem === null ? null : { message: launched.value.problem, logTail: [] },
    });
    return ok(undefined);
  }

  async #ready(): Promise<void> {
    this.#gateway.tell({ kind: 'engine-started' });
    await this.#update({ phase: 'ready', readyAt: new Date().toISOString(), error: null });
    this.#log.line(`ready: clients use unix://${this.#paths.clientSocket}`);
    void this.#settleRecreation();
    // It may have ended while the phase was not 'ready' yet.
    if (this.#dockerd === null) this.#events.push('engine-ended');
  }

  /** An apply or recreation whose process died while the engine runs: nobody else may ever look. */
  async #lookAtInterrupted(): Promise<void> {
    if (this.#stopWanted || (this.#state.phase !== 'ready' && this.#state.phase !== 'failed')) return;
    await this.#lookAtApply();
    if (this.#state.phase === 'ready') await this.#lookAtRecreation();
  }

  async #settleRecreation(): Promise<Result<SettledRecreate | null, AppError>> {
    const settled =
      (await this.#options
        .settleRecreation?.()
        .catch((error: unknown): Result<never, AppError> =>
          fail('internal', 'settling an interrupted recreation hit a defect', { cause: error }),
        )) ?? ok(null);
    if (!settled.ok && settled.error.code !== 'apply.in-progress')
      this.#log.line(`${settled.error.message}: ${settled.error.reason ?? ''}`);
    if (settled.ok && settled.value !== null)
      this.#log.line(
        `an interrupted recreation of ${settled.value.names.join(', ')} was settled: ${[settled.value.how, ...settled.value.problems].join('; ')}`,
      );
    return settled;
  }

  async #failed(error: AppError & { logTail?: string[] }): Promise<void> {
    const { logTail, ...rest } = error;
    await this.#update({
      phase: 'failed',
      readyAt: null,
      error: rest,
      problem: { message: error.message, logTail: logTail ?? [] },
    });
  }

  /** Ends dockerd (which stops its containers), what is left of its containerd, and the planner. */
  async #takeDown(): Promise<void> {
    const dockerd = this.#dockerd;
    // Not null any more from here on: its end is expected.
    this.#dockerd = null;
    if (dockerd !== null) {
      this.#gateway.tell({ kind: 'engine-stopping' });
      const identity = await identityOf(dockerd.pid);
      if (identity !== null) await endProcesses([identity], engineStopMs);
      await dockerd.exited;
    }
    await this.#planner.stop();
    await this.#update({ dockerd: null, planner: null });
    await clearEngineLeftovers(this.#paths, (text) => {
      this.#log.line(text);
    });
  }

  async #shutDown(outcome: Result<void, AppError & { logTail?: string[] }>): Promise<void> {
    this.#resumed?.close();
    if (outcome.ok) await this.#update({ phase: 'stopping', readyAt: null });
    this.#log.line('stopping');
    try {
      await this.#takeDown();
      await this.#gateway.stop();
      await this.#lxcfs.stop();
      await clearLeftovers(this.#paths, null, {
        everything: true,
        onFound: (text) => {
          this.#log.line(text);
        },
      });
    } finally {
      if (outcome.ok) await this.#update({ phase: 'stopped', gateway: null, error: null, problem: null });
      else {
        await this.#update({ gateway: null });
        await this.#failed(outcome.error);
      }
      this.#log.line('stopped');
    }
  }

  #requestStop(): void {
    this.#stopWanted = true;
    // A starting engine is not waited for.
    if (this.#state.phase !== 'ready') this.#dockerd?.child.kill('SIGTERM');
    this.#events.push('stop');
  }

  #update(patch: Partial<EngineState>): Promise<unknown> {
    this.#state = { ...this.#state, ...patch };
    const snapshot = this.#state;
    // In order, and never two writers at once.
    this.#writing = this.#writing
      .then(() => writeEngineState(this.#paths, snapshot))
      .then((written) => {
        if (!written.ok) this.#log.line(`${written.error.message}: ${written.error.reason ?? ''}`);
      });
    return this.#writing;
  }
}

function gatewayArguments(paths: RootPaths): string[] {
  return [
    'gateway',
    '--engine',
    `unix://${paths.engineSocket}`,
    '--listen',
    `unix://${paths.clientSocket}`,
    '--settings',
    paths.settings,
    '--audit',
    paths.audit,
    '--metrics',
    `unix://${paths.metricsSocket}`,
    '--state',
    paths.root,
    ...[paths.root, paths.data, paths.run].flatMap((directory) => ['--engine-directory', directory]),
  ];
}
