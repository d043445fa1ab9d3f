import { engineProblem } from '../shared/engine-status/status.ts';
import type { IsolationBackend } from '../engine/backends/backend.ts';
import { endProcesses, identityOf } from '../engine/base/process-identity.ts';
import { timeLimit } from '../engine/base/time-limits.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { ContainerdProcess } from './containerd-process.ts';
import type { DockerdProcess } from './dockerd-process.ts';
import { launchEngine, type LaunchResult, type LaunchedEngine } from './engine-launch.ts';
import { reloadEngine } from './engine-reload.ts';
import type { EngineState } from '../engine/targets/embedded/engine-state.ts';
import { NetworkSeparation } from './network-separation.ts';
import { clearEngineLeftovers } from '../engine/targets/embedded/leftovers.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { Children } from './children.ts';
import {
  notRestarted,
  readRunningRecords,
  type KilledContainer,
  type KilledContainers,
} from './killed-containers.ts';
import type { StateRecord } from './state-record.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message, type Message } from '../shared/messages/message.ts';

export interface EngineRunnerOptions {
  readonly paths: RootPaths;
  readonly backends: readonly IsolationBackend[];
  readonly children: Children;
  readonly record: StateRecord;
  readonly log: (text: string | Message) => void;
  /** Called when dockerd exits unexpectedly. */
  readonly onEnded: () => void;
}

/** Runs dockerd, and the containerd and planner that it needs; one instance at a time. */
export class EngineRunner {
  readonly #options: EngineRunnerOptions;
  /** Null also as soon as its end is expected. */
  #dockerd: DockerdProcess | null = null;
  /** What the last successful start left running. */
  #launched: LaunchedEngine | null = null;
  #isCancelled = false;
  readonly #containerd: ContainerdProcess;
  readonly #separation: NetworkSeparation;
  /**
   * Containers that were running when an engine ended without stopping them, and that have not been checked
   * since.
   */
  #killed: readonly KilledContainer[] = [];

  constructor(options: EngineRunnerOptions) {
    this.#options = options;
    this.#containerd = new ContainerdProcess(options.paths, options.log);
    this.#separation = new NetworkSeparation(options.paths, {
      log: options.log,
      onChange: () => {
        if (this.#launched !== null && this.isRunning)
          void options.record.update({ problem: this.#problemUnder(this.#launched) });
      },
    });
  }

  get isRunning(): boolean {
    return this.#dockerd !== null;
  }

  /** Which containers were killed with the previous engine and did not return. */
  async killed(): Promise<KilledContainers> {
    const found = await notRestarted(this.#options.paths.engineSocket, this.#killed);
    this.#killed = [];
    return found;
  }

  /**
   * Starts planner and dockerd, the latter after `beforeDockerd`. Resolves when the engine is ready, or with
   * the failure.
   */
  async start(beforeDockerd: Promise<unknown> = Promise.resolve()): Promise<LaunchResult<void>> {
    const { paths, backends, children, record, log } = this.#options;
    // A failed start may change dockerd's records.
    const recorded = await readRunningRecords(paths.data);
    this.#killed = [...this.#killed, ...recorded.filter(({ id }) => !this.#isKnown(id))];
    const launched = await launchEngine(paths, {
      backends,
      planner: children.planner,
      containerd: this.#containerd,
      separation: this.#separation,
      log,
      readyTimeoutMs: await timeLimit('engineReady'),
      cancelled: () => this.#isCancelled,
      beforeDockerd,
      onStep: (step) => {
        record.enterStep(step);
      },
      onDockerd: (dockerd) => {
        this.#watch(dockerd);
      },
    });
    if (!launched.ok) return launched;
    this.#launched = launched.value;
    const { eci, prepared } = launched.value;
    await record.update({
      eci,
      preparedRuntime: prepared?.name ?? null,
      problem: this.#problemUnder(launched.value),
    });
    return ok(undefined);
  }

  #isKnown(id: string): boolean {
    return this.#killed.some((container) => container.id === id);
  }

  /** Has the running engine take the configuration on disk without a restart. */
  async reload(): Promise<Result<void, AppError>> {
    const { paths, record, log } = this.#options;
    const dockerd = this.#dockerd;
    if (dockerd === null || this.#launched === null)
      return fail('engine.not-ready', message('engine.not-running'));
    const reloaded = await reloadEngine(paths, { dockerd, runtime: this.#launched.prepared }, log);
    if (!reloaded.ok) return reloaded;
    this.#launched = { ...this.#launched, eci: reloaded.value };
    await record.update({ eci: reloaded.value, problem: this.#problemUnder(this.#launched) });
    log(message('engine.reloaded'));
    return ok(undefined);
  }

  /** Ends dockerd (which stops its containers), containerd, and the planner. */
  async stop(): Promise<void> {
    const { paths, children, record, log } = this.#options;
    const dockerd = this.#dockerd;
    this.#dockerd = null;
    await this.#separation.end();
    if (dockerd !== null) {
      children.gateway.notify({ kind: 'engine-stopping' });
      const identity = await identityOf(dockerd.pid);
      if (identity !== null) await endProcesses([identity], await timeLimit('engineStop'));
      await dockerd.exited;
    }
    await this.#containerd.stop();
    await children.planner.stop();
    await record.update({ dockerd: null, planner: null, preparedRuntime: null });
    await clearEngineLeftovers(paths, log);
  }

  /** For a supervisor that is about to stop: does not wait for a starting engine, nor start it again. */
  cancelStart(): void {
    this.#isCancelled = true;
    if (this.#options.record.latest.phase !== 'ready') this.#dockerd?.child.kill('SIGTERM');
  }

  /** An engine's limits are relevant under ECI only. */
  #problemUnder({ eci, limits }: LaunchedEngine): EngineState['problem'] {
    const { problem } = this.#separation;
    const all = [...limits, ...(problem === null ? [] : [problem])];
    return eci && all.length > 0 ? engineProblem(joinMessages('statements', all)) : null;
  }

  #watch(dockerd: DockerdProcess): void {
    const { record, onEnded } = this.#options;
    this.#dockerd = dockerd;
    const recorded = identityOf(dockerd.pid).then((identity) => record.update({ dockerd: identity }));
    void dockerd.exited.then(() => {
      if (this.#dockerd !== dockerd) return;
      this.#dockerd = null;
      // One that ends at once may have done so before its identity was recorded.
      void recorded.finally(() => (this.#dockerd === null ? record.update({ dockerd: null }) : undefined));
      onEnded();
    });
    if (this.#isCancelled) dockerd.child.kill('SIGTERM');
  }
}
