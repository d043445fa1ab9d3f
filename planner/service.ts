import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Mount } from '../engine/base/mountinfo.ts';
import { planCreate } from './create-plan.ts';
import { isShiftedPoint } from './engine-points.ts';
import { isBeingCreated } from './live-state.ts';
import { mountsOf } from './mounts/mount-table.ts';
import { message } from '../shared/messages/message.ts';
import { IsolationRefused } from './base/refuse.ts';
import { planPlain } from './mounts/overlay.ts';
import { PlanBuilder } from './base/plan.ts';
import type { Reach } from './shares/reach.ts';
import type { PlannerRequest } from './base/request.ts';
import { isRuntime } from './runtime-process.ts';
import type { ServiceOptions } from './service-options.ts';
import { admitStepProcess, isStep } from './step-processes.ts';

/**
 * Handles the runtime's requests. Synchronous on purpose: two requests never interleave, so a range, a state
 * file and a target belong to one of them.
 */
export class IsolationService {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Handles every request except create. */
  handle(verb: Exclude<PlannerRequest['verb'], 'create'>, request: PlannerRequest): Buffer {
    switch (verb) {
      case 'exec':
        admitStepProcess(request, this.#options.containers.read(request.id), this.#options.sharing);
        return new PlanBuilder().encode();
      case 'deleting':
      case 'deleting-by-force':
        return new PlanBuilder().encode();
      case 'delete':
        return this.planDelete(request.id, request.runcRoot, mountsOf(request.pid)).encode();
      case 'release': {
        // The runtime, which sees the same mounts, does not wait: its process may be gone, and another may be
        // creating the container again.
        const maker = this.#options.containers.read(request.id)?.runtimePid ?? request.pid;
        if (maker === request.pid || !isRuntime(maker, this.#options.runtimeBinary))
          this.release(request.id, request.runcRoot, mountsOf('self'));
        return new PlanBuilder().encode();
      }
    }
  }

  /**
   * Plans a create, with the mounts that the runtime sees, the emulated files of /proc at `procFiles` where
   * they are served, and the directories that the sharing user can access (share-checks.ts). Throws
   * IsolationRefused with a message for the client that started the container.
   */
  create(request: PlannerRequest, mounts: readonly Mount[], procFiles: string | null, reach: Reach): Buffer {
    const { ranges, containers } = this.#options;
    const { id, runcRoot } = request;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot))
      throw new IsolationRefused(message('planner-refusals.exists', { id }));
    if (this.#isMadeByAnother(request))
      throw new IsolationRefused(message('planner-refusals.being-created', { id }));
    this.#refuseLaterVersion(id);
    refuseEngineContainerId(request);
    const plan = new PlanBuilder();
    const earlier = containers.read(id);
    ranges.release(id);
    try {
      planCreate(plan, this.#options, { request, mounts, procFiles, reach });
      return plan.encode();
    } catch (error) {
      ranges.release(id);
      // If the engine's own overlay was not restored after an earlier life, the state must stay until the
      // planner's next start.
      if (earlier?.enginePoints.some((point) => isShiftedPoint(point, earlier, mounts)) !== true)
        containers.remove(id);
      throw error;
    }
  }

  /** Whether the recorded container is another runc root's container of the same name. */
  #isAnothers(id: string, runcRoot: string | null): boolean {
    const state = this.#options.containers.read(id);
    return (
      state !== null && runcRoot !== null && state.runcRoot !== runcRoot && this.isKnown(id, state.runcRoot)
    );
  }

  /**
   * Whether another running runtime is creating the container, or has not cleaned up yet after a failed
   * create.
   */
  #isMadeByAnother({ id, pid }: PlannerRequest): boolean {
    const state = this.#options.containers.read(id);
    return state !== null && state.runtimePid !== pid && isBeingCreated(state, this.#options.runtimeBinary);
  }

  /**
   * Refuses a container whose state a later version of Bulkhead wrote: whether it runs, and what it has
   * mounted, is not known here.
   */
  #refuseLaterVersion(id: string): void {
    if (!this.#options.containers.isOfLaterVersion(id)) return;
    throw new IsolationRefused(message('planner-refusals.later-version', { id }));
  }

  /**
   * Whether runc, with `runcRoot` as its --root, has a record of the container; null: that cannot be
   * determined.
   */
  isKnown(id: string, runcRoot: string | null): boolean {
    return runcRoot !== null && existsSync(path.join(runcRoot, id));
  }

  /**
   * Plans to restore the engine's plain overlay where the container's is still mounted (otherwise `docker cp`
   * and `export` would show a stopped container with shifted ids). Nothing while runc still has the
   * container. Throws if a later version of Bulkhead wrote its state.
   */
  planDelete(id: string, runcRoot: string | null, mounts: readonly Mount[]): PlanBuilder {
    this.#refuseLaterVersion(id);
    const plan = new PlanBuilder();
    const state = this.#options.containers.read(id);
    if (
      this.isKnown(id, runcRoot) ||
      this.#isAnothers(id, runcRoot) ||
      state === null ||
      state.overlay === null
    )
      return plan;
    // The engine may have unmounted it, or mounted its own again.
    const points = state.enginePoints.filter((point) => isShiftedPoint(point, state, mounts));
    if (points.length === 0) return plan;
    // A process outside that holds a directory of the overlay must not be able to exchange what the engine
    // accesses in the layers that it mounts next.
    const [first] = points;
    if (first !== undefined) plan.freeze(first);
    for (const point of points) plan.unmount(point);
    const plain = planPlain(plan, state.overlay);
    for (const [i, point] of points.entries()) plan.attach(i === 0 ? plain : plan.clone(plain), point);
    return plan;
  }

  /**
   * Removes the records of the container: state and range. Nothing while runc has the container or the engine
   * still has its overlay mounted. Throws if a later version of Bulkhead wrote its state.
   */
  release(id: string, runcRoot: string | null, mounts: readonly Mount[]): void {
    const { ranges, containers, log } = this.#options;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot)) return;
    this.#refuseLaterVersion(id);
    const state = containers.read(id);
    const left = state?.enginePoints.find((point) => isShiftedPoint(point, state, mounts));
    if (left !== undefined) {
      log(`container ${id}: its overlay is still mounted at ${left}; its range is kept`);
      throw new Error(`the container's overlay is still mounted at ${left}`);
    }
    containers.remove(id);
    ranges.release(id);
  }
}

/**
 * The client of a build chooses the ids of its containers: with the id of one of the engine's own, a step
 * would be taken for that container, and get a range of the user who created it (A3).
 */
function refuseEngineContainerId(request: PlannerRequest): void {
  const { id } = request;
  if (!isStep(request) || !/^[0-9a-f]{64}$/.test(id)) return;
  throw new IsolationRefused(message('planner-refusals.step-id', { id }));
}
