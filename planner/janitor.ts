import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerState, ContainerStore } from './containers.ts';
import { InterruptedDeletes } from './interrupted-deletes.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { perform } from './mounts/perform.ts';
import { basesInUse } from './ranges/taken-ranges.ts';
import { isBase } from './ranges/id-ranges.ts';
import type { RangeStore } from './ranges/range-store.ts';
import type { PlannerRequest } from './base/request.ts';
import { isBeingCreated, isOfAnotherBoot } from './live-state.ts';
import { mountsOf } from './mounts/mount-table.ts';
import type { IsolationService } from './service.ts';
import { TrackedContainers } from './tracked-containers.ts';
import { turns } from './base/turns.ts';

export interface JanitorOptions {
  readonly paths: ExclusivePaths;
  readonly service: IsolationService;
  readonly ranges: RangeStore;
  readonly containers: ContainerStore;
  readonly log: (line: string) => void;
}

/**
 * Delay between the exit of a runtime and the check of its container, ms: the kernel kills the runc of a
 * killed runtime right after it, and containerd then requests a delete.
 */
const settleMs = 150;
/**
 * Interval of the check of all containers, ms: it finds changes that involve no runtime (another process
 * deleted from runc's directory). Also the upper bound of the retry delay.
 */
const sweepMs = 30_000;
/**
 * Interval of the check for containers that have ended, ms. One that was found ended by two checks in a row
 * should have been deleted in between.
 */
const endedMs = 4_000;

/**
 * Finishes the work of killed runtimes: for a container that runc has no record of and that no runtime is
 * working on, it removes mounts, state and range, and restores the engine's plain overlay. Runtimes keep
 * their connection to the planner open as long as they run, so the exit of a killed one is an event. Requests
 * for a container wait while it is cleaned up.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  readonly #tracked: TrackedContainers;
  readonly #deletes: InterruptedDeletes;
  readonly #timers: NodeJS.Timeout[] = [];
  #sweeping: Promise<void> | null = null;
  /** The last failure about ranges that was logged, so that each is logged once. */
  #rangeFailure = '';
  #stopped = false;

  constructor(options: JanitorOptions) {
    const { paths, service, containers, log } = options;
    this.#options = options;
    this.#tracked = new TrackedContainers(log);
    this.#deletes = new InterruptedDeletes({ paths, service, containers, tracked: this.#tracked });
  }

  /** Checks all containers now, as after a crash, and then at intervals. */
  async start(): Promise<void> {
    const { ranges, containers } = this.#options;
    // Each check may wait for the disk: yield in between, so that heartbeats to the supervisor continue.
    const next = turns();
    for (const id of containers.ids()) {
      await next();
      this.#restoreClaim(id);
    }
    await this.#sweep();
    await this.#logRangeFailure(async () => {
      for (const base of ranges.abandoned(basesInUse())) {
        await next();
        if (!this.#stopped) ranges.free(base);
      }
    });
    if (this.#stopped) return;
    this.#timers.push(
      setInterval(() => {
        void this.#sweep();
      }, sweepMs),
      setInterval(() => {
        this.#deletes.deleteEnded();
        void this.#freeOrphans();
      }, endedMs),
    );
    for (const timer of this.#timers) timer.unref();
  }

  /** Starts no further work; resolves when all work is done. A delete that takes too long is killed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const tracked = this.#tracked.entries().map(([, one]) => one);
    for (const one of tracked) {
      if (one.checkTimer !== null) clearTimeout(one.checkTimer);
      one.checkTimer = null;
    }
    await Promise.all([
      this.#sweeping?.catch(() => undefined),
      ...tracked.map(({ cleaning }) => cleaning),
      this.#deletes.stop(),
    ]);
  }

  /** Registers a runtime's request; resolves when it can be answered. Pair with `endRequest`. */
  async beginRequest({
    id,
    verb,
    runcRoot,
  }: Pick<PlannerRequest, 'id' | 'verb' | 'runcRoot'>): Promise<void> {
    const isDelete = verb === 'deleting' || verb === 'deleting-by-force';
    const tracked = this.#tracked.of(id);
    // A container of the same name in another runc root is a different one.
    if (isDelete && this.#options.containers.read(id)?.runcRoot === runcRoot) {
      const { life } = tracked;
      life.deleting = verb === 'deleting-by-force' || life.deleting === 'by-force' ? 'by-force' : 'plain';
    }
    tracked.requests += 1;
    await tracked.cleaning;
    if (verb !== 'create' || this.#stopped) return;
    // A new container with the same id must not overlap with the deletion of the earlier one: runc would kill
    // the new one while it is created and not yet started.
    if (tracked.life.deleting !== null && tracked.requests === 1) this.#deletes.retry(id);
    await tracked.ownDelete?.done;
    // Remains of an earlier container (the planner was not running, or the disk was full) would be in the
    // way.
    if (
      !this.#stopped &&
      this.#options.containers.has(id) &&
      tracked.requests === 1 &&
      tracked.cleaning === null
    )
      await this.#cleanAlone(id);
    this.#tracked.forgetLife(id);
  }

  /** The runtime that sent the request has exited, for whatever reason. */
  endRequest(id: string): void {
    const tracked = this.#tracked.of(id);
    tracked.requests = Math.max(0, tracked.requests - 1);
    if (tracked.requests > 0) return;
    if (!this.#options.containers.has(id)) this.#tracked.forgetLife(id);
    else this.#scheduleCheck(id);
  }

  /** Checks every container, unless a check is running. */
  #sweep(): Promise<void> {
    this.#sweeping ??= this.#checkAll().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #checkAll(): Promise<void> {
    const { containers, ranges } = this.#options;
    if (this.#stopped) return;
    await this.#logRangeFailure(() => {
      ranges.refresh();
    });
    for (const id of containers.ids()) await this.#check(id);
    await this.#freeOrphans();
  }

  /**
   * Does work on ranges that is repeated at intervals. If it fails, as with a full or broken disk, the range
   * is kept and the planner goes on: containers need it.
   */
  async #logRangeFailure(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      if (failure !== this.#rangeFailure) this.#options.log(`id ranges could not be checked: ${failure}`);
      this.#rangeFailure = failure;
    }
  }

  /**
   * Frees claims of containers without a state file (a running container lost its state) once their processes
   * have ended.
   */
  #freeOrphans(): Promise<void> {
    return this.#logRangeFailure(() => this.#freeUnused());
  }

  async #freeUnused(): Promise<void> {
    const { containers, ranges } = this.#options;
    if (this.#stopped) return;
    const orphans = ranges.orphans().filter(({ id }) => !containers.has(id));
    if (orphans.length === 0) return;
    const inUse = basesInUse();
    const next = turns();
    for (const { base, id } of orphans) {
      await next();
      if (this.#stopped) return;
      // The state may have been restored meanwhile.
      if (inUse.has(base) || containers.has(id) || ranges.hasHolder(base)) continue;
      ranges.free(base);
    }
  }

  async #check(id: string): Promise<void> {
    // A runtime announces a delete before runc performs it; while the planner was busy, the announcement may
    // be unread. Accepting its connection takes one turn of the event loop, reading it another.
    await turn();
    await turn();
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.requests > 0 || tracked.cleaning !== null) return;
    // No await from here until `cleaning` is set: no request can come in between.
    const done = await this.#cleanAlone(id);
    if (done && !this.#isBeingCreated(id)) return;
    // The obstacle usually disappears by itself: a process that is exiting, or an engine that is unmounting
    // its layers. A runtime that was started before this planner may take longer.
    if (!done) tracked.life.failedAttempts += 1;
    this.#scheduleCheck(id, done ? endedMs : undefined);
  }

  /** Cleans up while requests for the container wait. Resolves to whether that succeeded; never rejects. */
  async #cleanAlone(id: string): Promise<boolean> {
    const cleaning = this.#clean(id).then(
      () => true,
      (error: unknown) => {
        this.#tracked.logOnce(
          id,
          `could not be cleaned up: ${error instanceof Error ? error.message : String(error)}`,
        );
        return false;
      },
    );
    const tracked = this.#tracked.of(id);
    tracked.cleaning = cleaning;
    const done = await cleaning;
    tracked.cleaning = null;
    return done;
  }

  /**
   * Whether a runtime is creating the container. Read from the process table, since the runtime may have sent
   * its request to an earlier planner.
   */
  #isBeingCreated(id: string): boolean {
    const { paths, containers } = this.#options;
    const state = this.#tracked.isBusy(id) ? null : containers.read(id);
    return state !== null && isBeingCreated(state, paths.runtimeBinary);
  }

  async #clean(id: string): Promise<void> {
    const { paths, service, ranges, containers, log } = this.#options;
    const state = containers.read(id);
    if (!containers.has(id) || (state !== null && this.#isAlive(state))) return;
    const runcRoot = state === null || isOfAnotherBoot(state) ? null : state.runcRoot;
    await perform(paths.runtimeBinary, service.planDelete(id, runcRoot, mountsOf('self')));
    if (state !== null && !ranges.hasOtherHolder(state.base, id) && basesInUse().has(state.base))
      throw new Error(`a process still lives in its id range ${state.base}, which is kept`);
    service.release(id, runcRoot, mountsOf('self'));
    this.#tracked.forgetLife(id);
    log(`container ${id}: cleaned up after a runtime or a planner that was killed`);
  }

  /**
   * Claims the range of a container that may be running again, in case its claim was lost. A removed
   * container needs none.
   */
  #restoreClaim(id: string): void {
    const { containers, ranges } = this.#options;
    const state = containers.read(id);
    if (state === null || !isBase(state.base) || !this.#isAlive(state)) return;
    try {
      ranges.addHolder(state.base, id);
    } catch (error) {
      this.#tracked.logOnce(id, error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether runc has a record of the container, or the runtime that creates it is still running. */
  #isAlive(state: ContainerState): boolean {
    const { paths, service } = this.#options;
    return (
      isBeingCreated(state, paths.runtimeBinary) ||
      (!isOfAnotherBoot(state) && service.isKnown(state.id, state.runcRoot))
    );
  }

  /**
   * Schedules a check of one container, with a delay that grows with failed attempts, unless one is scheduled
   * already. If runc still has the container, and a runtime was about to delete it, the delete is repeated.
   */
  #scheduleCheck(id: string, afterMs?: number): void {
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.checkTimer !== null) return;
    const ms = afterMs ?? Math.min(settleMs * 2 ** tracked.life.failedAttempts, sweepMs);
    const timer = setTimeout(() => {
      tracked.checkTimer = null;
      void this.#check(id).then(() => {
        const { life, requests } = this.#tracked.of(id);
        if (life.deleting !== null && requests === 0) this.#deletes.retry(id);
      });
    }, ms);
    timer.unref();
    tracked.checkTimer = timer;
  }
}
