import type { FirstProcess } from './first-process.ts';
import type { OwnDelete } from './own-delete.ts';

/** The janitor's record of one container, in addition to the state on disk. */
export interface TrackedContainer {
  /** Number of runtimes with a request for it. */
  requests: number;
  /** Set during clean-up; resolves to whether that succeeded. */
  cleaning: Promise<boolean> | null;
  /** A delete started by the planner itself, while it runs. */
  ownDelete: OwnDelete | null;
  /** Fires at its next check. */
  checkTimer: NodeJS.Timeout | null;
  /** Its process had ended at the last check of all containers. */
  hadEnded: boolean;
  readonly life: ContainerLife;
}

/** What belongs to one life of a container, between its create and the end of its clean-up. */
export interface ContainerLife {
  /** A runtime was about to delete it; `by-force`: even if running. */
  deleting: 'plain' | 'by-force' | null;
  firstProcess: FirstProcess | null;
  /** Number of failed attempts in a row; determines the retry delay. */
  failedAttempts: number;
  /** The last line logged about it, so that each is logged once. */
  logged: string | null;
}

const newLife = (): ContainerLife => ({
  deleting: null,
  firstProcess: null,
  failedAttempts: 0,
  logged: null,
});

/** The containers that the janitor has a record of, by id. */
export class TrackedContainers {
  readonly #byId = new Map<string, TrackedContainer>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** The mutable record of a container. */
  of(id: string): TrackedContainer {
    let tracked = this.#byId.get(id);
    if (tracked === undefined) {
      tracked = {
        requests: 0,
        cleaning: null,
        ownDelete: null,
        checkTimer: null,
        hadEnded: false,
        life: newLife(),
      };
      this.#byId.set(id, tracked);
    }
    return tracked;
  }

  /** Whether a runtime is working on it. */
  isBusy(id: string): boolean {
    return (this.#byId.get(id)?.requests ?? 0) > 0;
  }

  /** Logs a line about a container, unless it equals the last one. */
  logOnce(id: string, what: string): void {
    const { life } = this.of(id);
    if (life.logged === what) return;
    life.logged = what;
    this.#log(`container ${id}: ${what}`);
  }

  /** Its life has ended, or another one begins. */
  forgetLife(id: string): void {
    const tracked = this.#byId.get(id);
    if (tracked !== undefined) Object.assign(tracked.life, newLife());
  }

  entries(): readonly (readonly [string, TrackedContainer])[] {
    return [...this.#byId];
  }

  /** Drops records of containers that are gone and for which no work is in progress. */
  prune(present: readonly string[]): void {
    const presentIds = new Set(present);
    for (const [id, { requests, cleaning, ownDelete, checkTimer }] of this.#byId) {
      const isIdle = requests === 0 && cleaning === null && ownDelete === null && checkTimer === null;
      if (isIdle && !presentIds.has(id)) this.#byId.delete(id);
    }
  }
}
