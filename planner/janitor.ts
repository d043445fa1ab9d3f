import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerState, ContainerStore } from './containers.ts';
import { firstProcessOf, hasEnded, type FirstProcess } from './first-process.ts';
import type { ExclusivePaths } from './options.ts';
import { perform } from './perform.ts';
import { basesInUse, isBase, type RangeStore } from './ranges.ts';
import type { PlannerRequest } from './request.ts';
import { isMade, isOfAnotherBoot, mountsOf, type IsolationService } from './service.ts';
import { started } from './started.ts';
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

/** A delete that a runtime of ours is at. */
interface MadeUpDelete {
  readonly done: Promise<void>;
  end(): void;
}

/**
 * Finishes what runtimes could not: of a container that runc does not know (any more) and no runtime is at
 * work on, mounts, state and range go, and the engine gets its plain overlay back. Runtimes keep a connection
 * to the planner as long as they live, so that the end of one that was killed is an event. Requests for a
 * container wait while it is cleaned.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  /** Runtimes at work by container. */
  readonly #working = new Map<string, number>();
  readonly #cleaning = new Map<string, Promise<boolean>>();
  /** Deletes of our own that runtimes are at. */
  readonly #deletes = new Map<string, MadeUpDelete>();
  readonly #firstProcesses = new Map<string, FirstProcess>();
  /** Containers that had ended when last looked at. */
  #ended: ReadonlySet<string> = new Set();
  /** Containers that a runtime was about to delete, and whether by force: also what runs. */
  readonly #deleting = new Map<string, boolean>();
  /** How often in a row something was tried for a container that did not help. */
  readonly #failedAttempts = new Map<string, number>();
  readonly #soon = new Map<string, NodeJS.Timeout>();
  /** What was said of containers that could not be cleaned: said once. */
  readonly #said = new Map<string, string>();
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
    for (const timer of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
    const deletes = [...this.#deletes.values()];
    const giveUp = setTimeout(() => {
      for (const one of deletes) one.end();
    }, deleteGraceMs);
    await Promise.all([
      this.#sweeping?.catch(() => undefined),
      ...this.#cleaning.values(),
      ...deletes.map(({ done }) => done),
    ]);
    clearTimeout(giveUp);
  }

  /** A runtime asks something about container `id`; resolves when it can be answered. Pair with `went`. */
  async beginRequest({
    id,
    verb,
    runcRoot,
  }: Pick<PlannerRequest, 'id' | 'verb' | 'runcRoot'>): Promise<void> {
    const isDelete = verb === 'deleting' || verb === 'deleting-by-force';
    // Another runc's container of that name is not this one.
    if (isDelete && this.#options.containers.read(id)?.runcRoot === runcRoot)
      this.#deleting.set(id, verb === 'deleting-by-force' || this.#deleting.get(id) === true);
    this.#working.set(id, (this.#working.get(id) ?? 0) + 1);
    await this.#cleaning.get(id);
    if (verb !== 'create' || this.#stopped) return;
    // A new life of the container must not meet the end of the earlier one: runc would kill what is made and
    // not started yet.
    if (this.#deleting.has(id) && this.#working.get(id) === 1) this.#deleteAgain(id);
    await this.#deletes.get(id)?.done;
    // What could not be taken away of an earlier life, because the planner was away or its disk full, would
    // be in the way.
    if (
      !this.#stopped &&
      this.#options.containers.has(id) &&
      this.#working.get(id) === 1 &&
      !this.#cleaning.has(id)
    )
      await this.#cleanAlone(id);
    this.#forget(id);
  }

  /** That runtime ended, in whatever way. */
  endRequest(id: string): void {
    const left = (this.#working.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#working.set(id, left);
      return;
    }
    this.#working.delete(id);
    if (!this.#options.containers.has(id)) this.#forget(id);
    else this.#lookSoon(id);
  }

  /**
   * A runtime that is killed before it asks us anything is no event: its container has ended, and nobody
   * deletes it.
   */
  #deleteEnded(): void {
    const ids = this.#options.containers.ids();
    for (const id of this.#firstProcesses.keys()) if (!ids.includes(id)) this.#forget(id);
    const ended = new Set(ids.filter((id) => !this.#working.has(id) && this.#hasEnded(id)));
    for (const id of ended) if (this.#ended.has(id) && !this.#soon.has(id)) this.#deleteAgain(id);
    this.#ended = ended;
  }

  #hasEnded(id: string): boolean {
    let first = this.#firstProcesses.get(id);
    if (first === undefined) {
      const state = this.#options.containers.read(id);
      const noted = state === null || isOfAnotherBoot(state) ? null : firstProcessOf(state.runcRoot, id);
      if (noted === null) return false;
      first = noted;
      this.#firstProcesses.set(id, first);
    }
    return hasEnded(first);
  }

  #forget(id: string): void {
    this.#deleting.delete(id);
    this.#firstProcesses.delete(id);
    this.#failedAttempts.delete(id);
    this.#said.delete(id);
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
    if (this.#stopped || this.#deletes.has(id) || state === null || !service.isKnown(id, state.runcRoot))
      return;
    const force = this.#deleting.get(id) === true;
    // Half deleted, runc has no note of its process any more.
    if (!force && !this.#hasEnded(id) && firstProcessOf(state.runcRoot, id) !== null) return;
    this.#wasInVain(id);
    this.#say(id, 'its delete was interrupted and is tried again');
    const args = ['--root', state.runcRoot, 'delete', ...(force ? ['--force'] : []), id];
    let child: ChildProcess | null = null;
    const run = async (): Promise<void> => {
      child = await started(() => spawn(paths.runtimeBinary, args, { stdio: 'ignore' }));
      await once(child, 'exit');
    };
    const done = run()
      .catch((error: unknown) => {
        this.#say(id, error instanceof Error ? error.message : String(error));
      })
      .finally(() => {
        this.#deletes.delete(id);
      });
    // Its runc ends with it.
    this.#deletes.set(id, {
      done,
      end: () => {
        child?.kill('SIGKILL');
      },
    });
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
    if (this.#stopped || this.#working.has(id) || this.#cleaning.has(id)) return;
    // From here to the entry in #cleaning nothing is awaited: no request can come in between.
    const done = await this.#cleanAlone(id);
    if (done && !this.#isMade(id)) return;
    // What stands in the way mostly goes by itself: a process that is dying, an engine that takes its layers
    // away just now. A runtime of before we started may take its time.
    if (!done) this.#wasInVain(id);
    this.#lookSoon(id, done ? endedMs : undefined);
  }

  /** Cleans while requests for the container wait. Whether nothing stood in the way; never rejects. */
  async #cleanAlone(id: string): Promise<boolean> {
    const cleaning = this.#clean(id).then(
      () => true,
      (error: unknown) => {
        this.#say(id, `could not be cleaned up: ${error instanceof Error ? error.message : String(error)}`);
        return false;
      },
    );
    this.#cleaning.set(id, cleaning);
    const done = await cleaning;
    this.#cleaning.delete(id);
    return done;
  }

  /**
   * Whether the runtime that creates the container is at work, which we hear of only if it asked us and not a
   * planner before us.
   */
  #isMade(id: string): boolean {
    const { paths, containers } = this.#options;
    const state = this.#working.has(id) ? null : containers.read(id);
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
    this.#forget(id);
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
      this.#say(id, error instanceof Error ? error.message : String(error));
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

  /** Says it once. */
  #say(id: string, what: string): void {
    if (this.#said.get(id) === what) return;
    this.#said.set(id, what);
    this.#options.log(`container ${id}: ${what}`);
  }

  #wasInVain(id: string): void {
    this.#failedAttempts.set(id, (this.#failedAttempts.get(id) ?? 0) + 1);
  }

  /**
   * Looks at one container, later the more was in vain, unless that is due already. What runc still has, and
   * a runtime was about to delete, is deleted again.
   */
  #lookSoon(id: string, ms = Math.min(settleMs * 2 ** (this.#failedAttempts.get(id) ?? 0), sweepMs)): void {
    if (this.#stopped || this.#soon.has(id)) return;
    const timer = setTimeout(() => {
      this.#soon.delete(id);
      void this.#look(id).then(() => {
        if (this.#deleting.has(id) && !this.#working.has(id)) this.#deleteAgain(id);
      });
    }, ms);
    timer.unref();
    this.#soon.set(id, timer);
  }
}
