import type { ContainerStore } from './containers.ts';
import { firstProcessOf, hasEnded } from './first-process.ts';
import { isOfAnotherBoot } from './live-state.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { startDelete } from './own-delete.ts';
import type { IsolationService } from './service.ts';
import type { TrackedContainers } from './tracked-containers.ts';

export interface InterruptedDeletesOptions {
  readonly paths: ExclusivePaths;
  readonly service: IsolationService;
  readonly containers: ContainerStore;
  readonly tracked: TrackedContainers;
}

/** How long our own deletes may take while the planner stops, ms: less than its supervisor waits. */
const deleteGraceMs = 3_000;

/** Deletes containers whose runtime was killed before or while runc deleted them. */
export class InterruptedDeletes {
  readonly #options: InterruptedDeletesOptions;
  #stopped = false;

  constructor(options: InterruptedDeletesOptions) {
    this.#options = options;
  }

  /**
   * Starts no further delete; resolves when those in progress have ended. One that takes too long is killed.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = this.#options.tracked
      .entries()
      .flatMap(([, { ownDelete }]) => (ownDelete === null ? [] : [ownDelete]));
    const giveUp = setTimeout(() => {
      for (const one of running) one.end();
    }, deleteGraceMs);
    await Promise.all(running.map(({ done }) => done));
    clearTimeout(giveUp);
  }

  /**
   * Deletes containers whose end nobody handles: their runtime was killed before it sent a request. To be
   * called at intervals: a container found ended by two calls in a row should have been deleted in between.
   */
  deleteEnded(): void {
    const { containers, tracked } = this.#options;
    const ids = containers.ids();
    const present = new Set(ids);
    for (const [id, one] of tracked.entries()) {
      if (present.has(id)) continue;
      one.hadEnded = false;
      if (one.life.firstProcess !== null) tracked.forgetLife(id);
    }
    tracked.prune(ids);
    for (const id of ids) {
      const one = tracked.of(id);
      const ended = one.requests === 0 && this.#hasEnded(id);
      if (ended && one.hadEnded && one.checkTimer === null) this.retry(id);
      one.hadEnded = ended;
    }
  }

  /**
   * Repeats a delete whose runtime was killed before or while runc performed it: containerd does not request
   * it again until its next start, and then accepts that there is nothing. A running container is deleted
   * only if that delete was forced (containerd's, after a shim has exited); the process of a container that
   * was created but not started is killed by runc anyway. A delete may fail, so it is retried with growing
   * delays.
   */
  retry(id: string): void {
    const { paths, service, containers, tracked } = this.#options;
    const state = containers.read(id);
    const one = tracked.of(id);
    if (this.#stopped || one.ownDelete !== null) return;
    if (state === null || !service.isKnown(id, state.runcRoot)) return;
    const force = one.life.deleting === 'by-force';
    // For a partly deleted container, runc has no record of the process any more.
    if (!force && !this.#hasEnded(id) && firstProcessOf(state.runcRoot, id) !== null) return;
    one.life.failedAttempts += 1;
    tracked.logOnce(id, 'its delete was interrupted and is tried again');
    const ownDelete = startDelete({
      runtimeBinary: paths.runtimeBinary,
      runcRoot: state.runcRoot,
      id,
      force,
      onError: (message) => {
        tracked.logOnce(id, message);
      },
    });
    const done = ownDelete.done.finally(() => {
      one.ownDelete = null;
    });
    one.ownDelete = { ...ownDelete, done };
  }

  #hasEnded(id: string): boolean {
    const { life } = this.#options.tracked.of(id);
    if (life.firstProcess === null) {
      const state = this.#options.containers.read(id);
      if (state === null || isOfAnotherBoot(state)) return false;
      life.firstProcess = firstProcessOf(state.runcRoot, id);
    }
    return life.firstProcess !== null && hasEnded(life.firstProcess);
  }
}
