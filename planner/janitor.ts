import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerState, ContainerStore } from './containers.ts';
import { firstProcessOf, hasEnded } from './first-process.ts';
import type { ExclusivePaths } from './options.ts';
import { startDelete } from './own-delete.ts';
import { perform } from './perform.ts';
import { basesInUse, isBase, type RangeStore } from './ranges.ts';
import type { PlannerRequest } from './request.ts';
import { isMade, isOfAnotherBoot } from './live-state.ts';
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
 * Between the end of a runtime and a look at its container, ms: the kernel ends the killed runtime's runc
 * right after it, containerd asks for a delete.
 */
const settleMs = 150;
/**
 * Between two looks at everything, ms: for what no runtime's end told of (somebody else deleted from runc's
 * directory). The longest wait before something is tried again, too.
 */
const sweepMs = 30_000;
/**
 * Between two looks for containers that ended, ms. One that is seen ended twice should have been deleted in
 * between.
 */
const endedMs = 4_000;
/** How long a delete of ours may take once the planner ends, ms: less than its supervisor waits. */
const deleteGraceMs = 3_000;

/**
 * Finishes what runtimes could not: of a container that runc does not know (any more) and no runtime is at
 * work on, mounts, state and range go, and the engine gets its plain overlay back. Runtimes keep a connection
 * to the planner as long as they live, so that the end of one that was killed is an event. Requests for a
 * container wait while it is cleaned.
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

  /** Looks at everything now, as after a crash, and from then on now and then. */
  async start(): Promise<void> {
    const { ranges, containers } = this.#options;
    // Each may wait for the disk: in between the planner shows its supervisor that it lives.
    const next = turns();
    for (const id of containers.ids()) {
      await next();
      this.#holdRange(id);
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

  /** Begins nothing any more; resolves when nothing is being done. A delete that takes too long is ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const tracked = this.#tracked.entries().map(([, one]) => one);
    for (const one of tracked) {
      if (one.lookTimer !== null) clearTimeout(one.lookTimer);
      one.lookTimer = null;
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

  /** A runtime asks something about container `id`; resolves when it can be answered. Pair with `endRequest`. */
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
    // A new life of the container must not meet the end of the earlier one: runc would kill what is made and
    // not started yet.
    if (tracked.life.deleting !== null && tracked.requests === 1) this.#deleteAgain(id);
    await tracked.ownDelete?.done;
    // What could not be taken away of an earlier life, because the planner was away or its disk full, would
    // be in the way.
    if (
      !this.#stopped &&
      this.#options.containers.has(id) &&
      tracked.requests === 1 &&
      tracked.cleaning === null
    )
      await this.#cleanAlone(id);
    this.#tracked.forgetLife(id);
  }

  /** That runtime ended, in whatever way. */
  endRequest(id: string): void {
    const tracked = this.#tracked.of(id);
    tracked.requests = Math.max(0, tracked.requests - 1);
    if (tracked.requests > 0) return;
    if (!this.#options.containers.has(id)) this.#tracked.forgetLife(id);
    else this.#lookSoon(id);
  }

  /**
   * A runtime that is killed before it asks us anything is no event: its container has ended, and nobody
   * deletes it.
   */
  #deleteEnded(): void {
    const ids = this.#options.containers.ids();
    const present = new Set(ids);
    for (const [id, tracked] of this.#tracked.entries()) {
      if (present.has(id)) continue;
      tracked.seenEnded = false;
      if (tracked.life.firstProcess !== null) this.#tracked.forgetLife(id);
    }
    this.#tracked.prune(ids);
    for (const id of ids) {
      const tracked = this.#tracked.of(id);
      const ended = tracked.requests === 0 && this.#hasEnded(id);
      if (ended && tracked.seenEnded && tracked.lookTimer === null) this.#deleteAgain(id);
      tracked.seenEnded = ended;
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
   * Has a runtime delete what another was killed at deleting, before or while runc did: containerd does not
   * ask again until its next start, and then is content that there is nothing. What lives only if that delete
   * was by force (containerd's, once a shim is gone): of what is made and not started yet runc kills the
   * process anyway. It may refuse, or be killed, where it should not, so it is asked again, later each time.
   */
  #deleteAgain(id: string): void {
    const { paths, service, containers } = this.#options;
    const state = containers.read(id);
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.ownDelete !== null) return;
    if (state === null || !service.isKnown(id, state.runcRoot)) return;
    const force = tracked.life.deleting === 'by-force';
    // Half deleted, runc has no note of its process any more.
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

  /** Looks at every container, unless that is under way. */
  #sweep(): Promise<void> {
    this.#sweeping ??= this.#lookAtAll().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #lookAtAll(): Promise<void> {
    const { containers, ranges } = this.#options;
    if (this.#stopped) return;
    ranges.look();
    for (const id of containers.ids()) await this.#look(id);
    await this.#freeOrphans();
  }

  /**
   * Claims of containers of which nothing is kept: where the state of one that runs was lost, until its
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
      if (inUse.has(base) || containers.has(id) || ranges.isHeld(base)) continue;
      ranges.free(base);
    }
  }

  async #look(id: string): Promise<void> {
    // A runtime says that it deletes before runc does: while we were busy, that may not have been read. Its
    // connection takes a turn, its words another.
    await turn();
    await turn();
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.requests > 0 || tracked.cleaning !== null) return;
    // From here to setting `cleaning` nothing is awaited: no request can come in between.
    const done = await this.#cleanAlone(id);
    if (done && !this.#isMade(id)) return;
    // What stands in the way mostly goes by itself: a process that is dying, an engine that takes its layers
    // away just now. A runtime of before we started may take its time.
    if (!done) tracked.life.failedAttempts += 1;
    this.#lookSoon(id, done ? endedMs : undefined);
  }

  /** Cleans while requests for the container wait. Whether nothing stood in the way; never rejects. */
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
   * Whether the runtime that creates the container is at work, which we hear of only if it asked us and not a
   * planner before us.
   */
  #isMade(id: string): boolean {
    const { paths, containers } = this.#options;
    const state = this.#tracked.isBusy(id) ? null : containers.read(id);
    return state !== null && isMade(state, paths.runtimeBinary);
  }

  async #clean(id: string): Promise<void> {
    const { paths, service, ranges, containers, log } = this.#options;
    const state = containers.read(id);
    if (!containers.has(id) || (state !== null && this.#isAlive(state))) return;
    const runcRoot = state === null || isOfAnotherBoot(state) ? null : state.runcRoot;
    await perform(paths.runtimeBinary, service.planDelete(id, runcRoot, mountsOf('self')));
    if (state !== null && !ranges.heldByOthers(state.base, id) && basesInUse().has(state.base))
      throw new Error(`a process still lives in its id range ${state.base}, which is kept`);
    service.release(id, runcRoot, mountsOf('self'));
    this.#tracked.forgetLife(id);
    log(`container ${id}: cleaned up after a runtime or a planner that was killed`);
  }

  /**
   * A container that may be running keeps its range, whatever became of the claim; one that is gone needs
   * none.
   */
  #holdRange(id: string): void {
    const { containers, ranges } = this.#options;
    const state = containers.read(id);
    if (state === null || !isBase(state.base) || !this.#isAlive(state)) return;
    try {
      ranges.hold(state.base, id);
    } catch (error) {
      this.#logOnce(id, error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether runc knows the container, or the runtime that creates it is at work. */
  #isAlive(state: ContainerState): boolean {
    const { paths, service } = this.#options;
    return (
      isMade(state, paths.runtimeBinary) ||
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
   * Looks at one container, later the more attempts have failed, unless that is due already. What runc still
   * has, and a runtime was about to delete, is deleted again.
   */
  #lookSoon(id: string, afterMs?: number): void {
    const tracked = this.#tracked.of(id);
    if (this.#stopped || tracked.lookTimer !== null) return;
    const ms = afterMs ?? Math.min(settleMs * 2 ** tracked.life.failedAttempts, sweepMs);
    const timer = setTimeout(() => {
      tracked.lookTimer = null;
      void this.#look(id).then(() => {
        const { life, requests } = this.#tracked.of(id);
        if (life.deleting !== null && requests === 0) this.#deleteAgain(id);
      });
    }, ms);
    timer.unref();
    tracked.lookTimer = timer;
  }
}
