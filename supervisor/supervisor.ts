import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { engineProblem } from '../shared/engine-status/status.ts';
import { errorMessage } from '../shared/messages/error-message.ts';
import type { LaunchResult } from './engine-launch.ts';
import { readEngineState } from '../engine/targets/embedded/engine-state.ts';
import { clearLeftovers } from '../engine/targets/embedded/leftovers.ts';
import { truncateLargeLogs, type LogWriter } from '../engine/targets/embedded/log-files.ts';
import type { ProcessIdentity } from '../shared/process/process-stat.ts';
import { allowForStart, timeLimit } from '../engine/base/time-limits.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { superviseChildren, type Children } from './children.ts';
import { crashAfterRestart, recordedCrash } from './crash-record.ts';
import type { SupervisorState } from '../engine/targets/embedded/control-protocol.ts';
import type { ControlTarget } from './control-server.ts';
import { EngineRunner } from './engine-runner.ts';
import { InterruptedWork } from './interrupted-work.ts';
import { PendingReloads } from './pending-reloads.ts';
import { StateRecord } from './state-record.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { SupervisorEvents } from './supervisor-events.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

/** Maximum pause before another restart of the engine after a failed one. */
const maxPauseMs = 30_000;
/** Failed restarts in a row before the phase becomes `failed`. */
const maxFailures = 5;
/** Interval at which the size of the log files is checked. */
const logCheckMs = 60_000;
/** Interval at which applies and recreations are checked for processes that have died. */
const interruptedCheckMs = 30_000;

/** The sequence: start, serve until a stop, shut down. The steps are in the modules beside it. */
export class Supervisor {
  readonly #paths: RootPaths;
  readonly #options: SupervisorOptions;
  readonly #log: (text: string | Message) => void;
  readonly #record: StateRecord;
  readonly #events = new SupervisorEvents();
  readonly #reloads = new PendingReloads();
  readonly #children: Children;
  readonly #engine: EngineRunner;
  readonly #interrupted: InterruptedWork;
  #lifecycle: 'running' | 'stop-requested' | 'shutting-down' = 'running';
  /** When dockerd ended by itself, ISO 8601 UTC, until the engine is ready again. */
  #crashedAt: string | null = null;

  constructor(paths: RootPaths, options: SupervisorOptions, self: ProcessIdentity, log: LogWriter) {
    this.#paths = paths;
    this.#options = options;
    this.#log = (text) => {
      log.line(text);
    };
    this.#record = new StateRecord(paths, self, this.#log);
    this.#children = superviseChildren(paths, {
      bulkheadCommand: options.bulkheadCommand,
      log: this.#log,
      onChange: (patch) => {
        void this.#record.update(patch);
      },
    });
    this.#engine = new EngineRunner({
      paths,
      backends: options.backends,
      children: this.#children,
      record: this.#record,
      log: this.#log,
      onEnded: () => {
        if (this.#record.latest.phase === 'ready') this.#events.push('engine-ended');
      },
    });
    this.#interrupted = new InterruptedWork(paths, {
      bulkheadCommand: options.bulkheadCommand,
      resume: options.resume,
      settleRecreation: options.settleRecreation,
      log: this.#log,
      stop: () => {
        this.#requestStop();
      },
    });
  }

  /** What its control socket gives access to. */
  controlTarget(): ControlTarget {
    const record = this.#record;
    return {
      get latest() {
        return record.latest;
      },
      flushed: () => record.flushed(),
      onChange: (listener) => record.onChange(listener),
      restart: (timeoutMs) => {
        if (this.#lifecycle !== 'running') return false;
        if (timeoutMs !== null) allowForStart(timeoutMs);
        this.#events.push('restart');
        return true;
      },
      reload: () => {
        const reloaded = this.#reloads.add();
        this.#events.push('reload');
        return reloaded;
      },
      stop: () => {
        this.#requestStop();
      },
    };
  }

  async run(): Promise<Result<void, AppError>> {
    const end = this.#watchSignalsAndTimers();
    let outcome: LaunchResult<void>;
    try {
      outcome = await this.#startUp();
      this.#interrupted.engineStarted(outcome);
      if (outcome.ok) await this.#serve();
    } catch (error) {
      outcome = fail('internal', message('engine.supervisor-failed'), { cause: error });
      this.#log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    try {
      await this.#shutDown(outcome);
    } finally {
      this.#events.close();
      end();
    }
    return outcome;
  }

  /** Returns how to unsubscribe. */
  #watchSignalsAndTimers(): () => void {
    const onStop = () => {
      this.#requestStop();
    };
    const onRestart = () => {
      this.#events.push('restart');
    };
    process.on('SIGTERM', onStop).on('SIGINT', onStop).on('SIGHUP', onRestart);
    const logTimer = setInterval(() => {
      this.#truncateLogs().catch(this.#logNotTruncated);
    }, logCheckMs);
    const interruptedTimer = setInterval(() => {
      if (this.#lifecycle === 'running') void this.#interrupted.check(() => this.#record.latest.phase);
    }, interruptedCheckMs);
    return () => {
      clearInterval(logTimer);
      clearInterval(interruptedTimer);
      process.off('SIGTERM', onStop).off('SIGINT', onStop).off('SIGHUP', onRestart);
    };
  }

  readonly #logNotTruncated = (error: unknown): void => {
    this.#log(`logs could not be cut: ${String(error)}`);
  };

  #truncateLogs(): Promise<void> {
    return truncateLargeLogs(this.#paths, this.#logNotTruncated);
  }

  async #startUp(): Promise<LaunchResult<void>> {
    const before = await readEngineState(this.#paths);
    if (before?.phase !== 'stopped') await this.#record.update({ crash: before?.crash ?? null });
    await this.#truncateLogs();
    await this.#record.update({ generation: 1 });
    this.#log(message('engine.supervisor-starting'));
    this.#record.enterStep('clear-leftovers');
    await clearLeftovers(this.#paths, before, { everything: false, onFound: this.#log });
    this.#record.enterStep('settle-apply');
    // The files are settled when the resumed apply has ended, or when it requests the engine in order to
    // continue.
    await this.#interrupted.beginApply();
    if (this.#isStopping) return ok(undefined);
    const starting = this.#children.gateway.start(await timeLimit('gatewayReady'));
    const probed = this.#probeBackends();
    // Containers that dockerd restarts by itself mount sockets that the gateway must be listening on by then,
    // and files of lxcfs.
    const [gateway, engine] = await Promise.all([
      starting,
      this.#engine.start(Promise.all([starting, this.#children.lxcfs.start()])),
    ]);
    if (this.#isStopping) return ok(undefined);
    if (!engine.ok) return engine;
    if (!gateway.ok) return gateway;
    await probed;
    await this.#ready();
    return ok(undefined);
  }

  /** The result affects only what is displayed about this machine. */
  async #probeBackends(): Promise<void> {
    const probed = await this.#options
      .examine?.()
      .catch((cause: unknown) => fail('internal', message('engine.backends-not-examined'), { cause }));
    if (probed?.ok === false) this.#log(`${probed.error.message}: ${probed.error.reason ?? ''}`);
  }

  /** Handles the events of the running engine, until a stop. */
  async #serve(): Promise<void> {
    let failures = 0;
    for (;;) {
      const event = await this.#events.next();
      if (event === 'stop') return;
      const resolveReloads = this.#reloads.take();
      if (event === 'reload') {
        resolveReloads(await this.#engine.reload());
        continue;
      }
      if (event === 'restart') {
        failures = 0;
        this.#crashedAt = null;
      }
      if (event === 'engine-ended') {
        this.#crashedAt = new Date().toISOString();
        this.#log(message('engine.dockerd-crashed'));
      }
      const { crash } = this.#record.latest;
      const up = await this.#restartEngine(event === 'restart' ? crashAfterRestart(crash) : (crash ?? null));
      resolveReloads(up);
      if (this.#isStopping) return;
      if (up.ok) {
        failures = 0;
        await this.#ready();
        continue;
      }
      this.#log(`${up.error.message}: ${up.error.reason ?? ''}`);
      await this.#engine.stop();
      failures += 1;
      const retry = event !== 'restart' && failures < maxFailures;
      if (retry) this.#events.retryIn(Math.min(1000 * 2 ** failures, maxPauseMs));
      else await this.#failed(up.error);
    }
  }

  /** `crash`: the last one that stays recorded. */
  async #restartEngine(crash: SupervisorState['crash']): Promise<LaunchResult<void>> {
    await this.#record.update({
      phase: 'restarting',
      crash,
      generation: this.#record.latest.generation + 1,
      readyAt: null,
      error: null,
      problem: null,
    });
    this.#record.enterStep('stop-dockerd');
    await this.#engine.stop();
    return this.#isStopping ? ok(undefined) : this.#engine.start();
  }

  async #ready(): Promise<void> {
    this.#children.gateway.notify({ kind: 'engine-started' });
    const crash = await this.#crash();
    await this.#record.update({ phase: 'ready', readyAt: new Date().toISOString(), error: null, crash });
    this.#log(message('engine.ready', { address: `unix://${this.#paths.clientSocket}` }));
    void this.#interrupted.settleRecreation();
    // It may have ended while the phase was not 'ready' yet.
    if (!this.#engine.isRunning) this.#events.push('engine-ended');
  }

  /**
   * The last crash, in which this start is recorded; the containers' names are only in the log, which root
   * reads.
   */
  async #crash(): Promise<SupervisorState['crash']> {
    const earlier = this.#record.latest.crash ?? null;
    const endedAt = this.#crashedAt;
    this.#crashedAt = null;
    try {
      const killed = await this.#engine.killed();
      const names = [...killed.stopped, ...killed.removed].map(({ name }) => name);
      if (names.length > 0)
        this.#log(message('engine.killed-by-crash', { names: joinMessages('enumeration', names) }));
      return recordedCrash(earlier, { endedAt, killed });
    } catch (error) {
      this.#log(`the containers killed by the crash could not be determined: ${String(error)}`);
      return recordedCrash(earlier, { endedAt, killed: { stopped: [], removed: [] } });
    }
  }

  async #failed(error: AppError & { logTail?: string[] }): Promise<void> {
    const { logTail, ...rest } = error;
    await this.#record.update({
      phase: 'failed',
      readyAt: null,
      error: rest,
      problem: engineProblem(errorMessage(error), logTail),
    });
  }

  async #shutDown(outcome: LaunchResult<void>): Promise<void> {
    this.#lifecycle = 'shutting-down';
    this.#reloads.close();
    this.#interrupted.close();
    if (outcome.ok) await this.#record.update({ phase: 'stopping', readyAt: null });
    this.#log(message('engine.supervisor-stopping'));
    try {
      this.#record.enterStep('stop-dockerd');
      await this.#engine.stop();
      this.#record.enterStep('stop-services');
      await this.#children.gateway.stop();
      await this.#children.lxcfs.stop();
      this.#record.enterStep('clean-up');
      await clearLeftovers(this.#paths, null, { everything: true, onFound: this.#log });
    } finally {
      if (outcome.ok)
        await this.#record.update({ phase: 'stopped', gateway: null, error: null, problem: null });
      else {
        await this.#record.update({ gateway: null });
        await this.#failed(outcome.error);
      }
      this.#log(message('cli-status.phase-stopped'));
    }
  }

  get #isStopping(): boolean {
    return this.#lifecycle !== 'running';
  }

  #requestStop(): void {
    if (this.#lifecycle === 'running') this.#lifecycle = 'stop-requested';
    this.#engine.cancelStart();
    this.#events.push('stop');
  }
}
