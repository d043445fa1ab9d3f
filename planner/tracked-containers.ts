import type { FirstProcess } from './first-process.ts';
import type { OwnDelete } from './own-delete.ts';

/** What the janitor knows of one container, aside from the state on disk. */
export interface TrackedContainer {
  /** Runtimes that are at work on it. */
  requests: number;
  /** While it is cleaned: resolves to whether nothing stood in the way. */
  cleaning: Promise<boolean> | null;
  /** A delete of our own, while a runtime is at it. */
  ownDelete: OwnDelete | null;
  /** Until it is looked at again. */
  lookTimer: NodeJS.Timeout | null;
  /** Its process had ended when all were last looked at. */
  seenEnded: boolean;
  readonly life: ContainerLife;
}

/** What belongs to one life of a container, between its create and the end of its clean-up. */
export interface ContainerLife {
  /** A runtime was about to delete it; `by-force`: also what runs. */
  deleting: 'plain' | 'by-force' | null;
  firstProcess: FirstProcess | null;
  /** How often in a row something was tried that did not help. */
  failedAttempts: number;
  /** The last line logged of it: each is logged once. */
  logged: string | null;
}

const newLife = (): ContainerLife => ({
  deleting: null,
  firstProcess: null,
  failedAttempts: 0,
  logged: null,
});

/** The containers that the janitor has something to remember of, by id. */
export class TrackedContainers {
  readonly #byId = new Map<string, TrackedContainer>();

  /** The record of a container, to be changed. */
  of(id: string): TrackedContainer {
    let tracked = this.#byId.get(id);
    if (tracked === undefined) {
      tracked = {
        requests: 0,
        cleaning: null,
        ownDelete: null,
        lookTimer: null,
        seenEnded: false,
        life: newLife(),
      };
      this.#byId.set(id, tracked);
    }
    return tracked;
  }

  /** Whether a runtime is at work on it. */
  isBusy(id: string): boolean {
    return (this.#byId.get(id)?.requests ?? 0) > 0;
  }

  /** Its life is over, or another one begins. */
  forgetLife(id: string): void {
    const tracked = this.#byId.get(id);
    if (tracked !== undefined) Object.assign(tracked.life, newLife());
  }

  entries(): readonly (readonly [string, TrackedContainer])[] {
    return [...this.#byId];
  }

  /** Drops records of containers that are gone and that nothing is being done about. */
  prune(present: readonly string[]): void {
    const kept = new Set(present);
    for (const [id, { requests, cleaning, ownDelete, lookTimer }] of this.#byId) {
      const isIdle = requests === 0 && cleaning === null && ownDelete === null && lookTimer === null;
      if (isIdle && !kept.has(id)) this.#byId.delete(id);
    }
  }
}
