import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerState, ContainerStore } from './containers.ts';
import { firstProcessOf, hasEnded } from './first-process.ts';
import type { ExclusivePaths } from './options.ts';
import { startDelete } from './own-delete.ts';
import { perform } from './perform.ts';
import { basesInUse, isBase, type RangeStore } from './ranges.ts';
import type { PlannerRequest } from './request.ts';
import { isBeingCreated, isOfAnotherBoot } from './live-state.ts';
import { mountsOf } from './mount-table.ts';
import type { IsolationService } from './service.ts';
import { TrackedContainers } from './tracked-containers.ts';
import { turns } from './turns.ts';

export interface JanitorOptions {
  readonly paths: ExclusivePaths;
  readonly service: IsolationService;
  readonly ranges: RangeStore;
  readonly containers: ContainerStore;
  readonly log: (line: string) => void;
}

/**
 * Between the end of a runtime and the check of its container, ms: the kernel kills the runc of a killed
 * runtime right after it, and containerd then requests a delete.
 */
const settleMs = 150;
/**
 * Interval of the check of all containers, ms: it finds changes without a runtime's exit (another process
 * deleted from runc's directory). Also the upper bound of the retry delay.
 */
const sweepMs = 30_000;
/**
 * Interval of the check for containers that have ended, ms. One that has ended at two checks in a row should
 * have been deleted in between.
 */
const endedMs = 4_000;
/** How long our own deletes may take while the planner stops, ms: less than its supervisor waits. */
const deleteGraceMs = 3_000;

/**
 * Finishes what killed runtimes left: for a container that runc does not know (any more) and that no runtime
 * is working on, it removes mounts, state and range, and restores the engine's plain overlay. Runtimes keep
 * their connection to the planner open as long as they live, so the end of a killed one is an event. Requests
 * for a container wait while it is cleaned up.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  readonly #tracked = new TrackedContainers();
  readonly #timers: NodeJS.Timeout[] = [];
  #sweeping: Promise<void> | null = null;
  #stopped = false;

  constructor(options: JanitorOptions) {
    this.#options = options;
  }

  /** Checks all containers now, as after a crash, and from then on at intervals. */
  async start(): Promise<void> {
    const { ranges, containers } = this.#options;
    // Each may wait for the disk: yield in between, so that heartbeats to the supervisor go on.
    const next = turns();
    for (const id of containers.ids()) {
      await next();
      this.#restoreClaim(id);
    }
    await this.#sweep();
    for (const base of ranges.abandoned(basesInUse())) {
      await next();
      if (!this.#stopped) ranges.free(base);
    }
    if (this.#stopped) return;
    this.#timers.push(
      setInterval(() => {
        void this.#sweep();
      }, sweepMs),
      setInterval(() => {
        this.#deleteEnded();
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
    const deletes = tracked.flatMap(({ ownDelete }) => (ownDelete === null ? [] : [ownDelete]));
    const giveUp = setTimeout(() => {
      for (const one of deletes) one.end();
    }, deleteGraceMs);
    await Promise.all([
      this.#sweeping?.catch(() => undefined),
      ...tracked.map(({ cleaning }) => cleaning),
      ...deletes.map(({ done }) => done),
    ]);
    clearTimeout(giveUp);
  }

  /** Registers a runtime's request; resolves when it can be answered. Pair with `endRequest`. */
  async beginRequest({
    id,
    verb,
    runcRoot,
  }: Pick<PlannerRequest, 'id' | 'verb' | 'runcRoot'>): Promise<void> {
    const isDelete = verb === 'deleting' || verb === 'deleting-by-force';
    const tracked = this.#tracked.of(id);
    // Another runc's container of that name is not this one.
    if (isDelete && this.#options.containers.read(id)?.runcRoot === runcRoot) {
      const { life } = tracked;
      life.deleting = verb === 'deleting-by-force' || life.deleting === 'by-force' ? 'by-force' : 'plain';
    }
    tracked.requests += 1;
    await tracked.cleaning;
    if (verb !== 'create' || this.#stopped) return;
    // A new container of the same id must not run into the deletion of the earlier one: runc would kill the
    // one that is created and not started yet.
    if (tracked.life.deleting !== null && tracked.requests === 1) this.#retryDelete(id);
    await tracked.ownDelete?.done;
    // Remains of an earlier container, not removed because the planner was not running or its disk was full,
    // would be in the way.
    if (
      !this.#stopped &&
      this.#options.containers.has(id) &&
      tracked.requests === 1 &&
      tracked.cleaning === null
    )
      await this.#cleanAlone(id);
    this.#tracked.forgetLife(id);
  }

  /** The runtime of that request has exited, in whatever way. */
  endRequest(id: string): void {
    const tracked = this.#tracked.of(id);
    tracked.requests = Math.max(0, tracked.requests - 1);
    if (tracked.requests > 0) return;
    if (!this.#options.containers.has(id)) this.#tracked.forgetLife(id);
    else this.#scheduleCheck(id);
  }

  /**
   * Deletes containers that ended without an event: their runtime was killed before it sent a request, so
   * nobody else deletes them.
   */
  #deleteEnded(): void {
    const ids = this.#options.containers.ids();
    const present = new Set(ids);
    for (const [id, tracked] of this.#tracked.entries()) {
      if (present.has(id)) continue;
      tracked.hadEnded = false;
      if (tracked.life.firstProcess !== null) this.#tracked.forgetLife(id);
    }
    this.#tracked.prune(ids);
    for (const id of ids) {
      const tracked = this.#tracked.of(id);
      const ended = tracked.requests === 0 && this.#hasEnded(id);
      if (ended && tracked.hadEnded && tracked.checkTimer === null) this.#retryDelete(id);
      tracked.hadEnded = ended;
    }
  }

  #hasEnded(id: string): boolean {
    const { life } = this.#tracked.of(id);
    if (life.firstProcess === null) {
      const state = this.#options.containers.read(id);
      if (state === null || isOfAnotherBoot(state)) return false;
      life.firstProcess = firstProcessOf(state.runcRoot, id);
    }
    return life.firstProcess !== null && hasEnded(life.firstProcess);
  }

  /**
   * Repeats a delete whose runtime was killed before or while runc performed it: containerd does not request
   * it again until its next start, and then accepts that there is nothing. A live container is deleted only
   * if that delete was forced (containerd's, once a shim is gone); the process of a created one, not started
   * yet, is killed by runc anyway. A delete may fail, so it is retried with growing delays.
   */
  #retryDelete(id: string): void {
    const { paths, service, containers } = this.#options;
    const state = containers.read(id);
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.ownDelete !== null) return;
    if (state === null || !service.isKnown(id, state.runcRoot)) return;
    const force = tracked.life.deleting === 'by-force';
    // Of a container that is half deleted, runc has no record of the process any more.
    if (!force && !this.#hasEnded(id) && firstProcessOf(state.runcRoot, id) !== null) return;
    tracked.life.failedAttempts += 1;
    this.#logOnce(id, 'its delete was interrupted and is tried again');
    const ownDelete = startDelete({
      runtimeBinary: paths.runtimeBinary,
      runcRoot: state.runcRoot,
      id,
      force,
      onError: (message) => {
        this.#logOnce(id, message);
      },
    });
    const done = ownDelete.done.finally(() => {
      tracked.ownDelete = null;
    });
    tracked.ownDelete = { ...ownDelete, done };
  }

  /** Checks every container, unless such a check is running. */
  #sweep(): Promise<void> {
    this.#sweeping ??= this.#checkAll().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #checkAll(): Promise<void> {
    const { containers, ranges } = this.#options;
    if (this.#stopped) return;
    ranges.refresh();
    for (const id of containers.ids()) await this.#check(id);
    await this.#freeOrphans();
  }

  /**
   * Frees claims of containers without a state file (the state of a running one was lost), once their
   * processes have ended.
   */
  async #freeOrphans(): Promise<void> {
    const { containers, ranges } = this.#options;
    if (this.#stopped) return;
    const orphans = ranges.orphans().filter(({ id }) => !containers.has(id));
    if (orphans.length === 0) return;
    const inUse = basesInUse();
    const next = turns();
    for (const { base, id } of orphans) {
      await next();
      if (this.#stopped) return;
      // It may have come back in between.
      if (inUse.has(base) || containers.has(id) || ranges.hasHolder(base)) continue;
      ranges.free(base);
    }
  }

  async #check(id: string): Promise<void> {
    // A runtime announces a delete before runc performs it; while we were busy, that may be unread. Accepting
    // its connection takes one turn of the event loop, reading it another.
    await turn();
    await turn();
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.requests > 0 || tracked.cleaning !== null) return;
    // From here to setting `cleaning` nothing is awaited: no request can come in between.
    const done = await this.#cleanAlone(id);
    if (done && !this.#isBeingCreated(id)) return;
    // The obstacle mostly disappears by itself: a dying process, an engine that is just unmounting its
    // layers. A runtime that was started before this planner may take longer.
    if (!done) tracked.life.failedAttempts += 1;
    this.#scheduleCheck(id, done ? endedMs : undefined);
  }

  /** Cleans up while requests for the container wait. Resolves to whether that succeeded; never rejects. */
  async #cleanAlone(id: string): Promise<boolean> {
    const cleaning = this.#clean(id).then(
      () => true,
      (error: unknown) => {
        this.#logOnce(
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
   * Claims the range of a container that may be running again, should the claim have been lost; one that is
   * gone needs none.
   */
  #restoreClaim(id: string): void {
    const { containers, ranges } = this.#options;
    const state = containers.read(id);
    if (state === null || !isBase(state.base) || !this.#isAlive(state)) return;
    try {
      ranges.addHolder(state.base, id);
    } catch (error) {
      this.#logOnce(id, error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether runc knows the container, or the runtime that creates it is at work. */
  #isAlive(state: ContainerState): boolean {
    const { paths, service } = this.#options;
    return (
      isBeingCreated(state, paths.runtimeBinary) ||
      (!isOfAnotherBoot(state) && service.isKnown(state.id, state.runcRoot))
    );
  }

  #logOnce(id: string, what: string): void {
    const { life } = this.#tracked.of(id);
    if (life.logged === what) return;
    life.logged = what;
    this.#options.log(`container ${id}: ${what}`);
  }

  /**
   * Schedules a check of one container, with a delay that grows with failed attempts, unless one is scheduled
   * already. What runc still has, and a runtime was about to delete, is deleted again.
   */
  #scheduleCheck(id: string, afterMs?: number): void {
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.checkTimer !== null) return;
    const ms = afterMs ?? Math.min(settleMs * 2 ** tracked.life.failedAttempts, sweepMs);
    const timer = setTimeout(() => {
      tracked.checkTimer = null;
      void this.#check(id).then(() => {
        const { life, requests } = this.#tracked.of(id);
        if (life.deleting !== null && requests === 0) this.#retryDelete(id);
      });
    }, ms);
    timer.unref();
    tracked.checkTimer = timer;
  }
}
