/** How many containers are remembered: those that were created last. */
const mostContainers = 1000;

interface ContainerHistory {
  /** By the monotonic clock, ms; null: this gateway recorded nobody. */
  readonly recordedAt: number | null;
  /** Why nobody was recorded. */
  readonly unknownSince?: string;
  readonly removed?: { readonly at: number; readonly because: string };
}

/**
 * What this gateway did with the records of who shares with containers. A container without a record is
 * refused its shares, later and by another process: the log then has to say why it has none.
 */
export class RecordHistory {
  readonly #containers = new Map<string, ContainerHistory>();
  readonly #now: () => number;
  readonly #startedAt: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
  }

  recorded(container: string): void {
    this.#set(container, { recordedAt: this.#now() });
  }

  /** Its create request got an answer, and who sent it is unknown. */
  notRecorded(container: string, because: string): void {
    this.#set(container, { recordedAt: null, unknownSince: because });
  }

  removed(container: string, because: string): void {
    const recordedAt = this.#containers.get(container)?.recordedAt ?? null;
    this.#set(container, { recordedAt, removed: { at: this.#now(), because } });
  }

  /** A clause about a container that has no record. */
  explain(container: string): string {
    const known = this.#containers.get(container);
    if (known === undefined)
      return `this gateway, which has run for ${this.#since(this.#startedAt)}, did not record it`;
    const { recordedAt, unknownSince, removed } = known;
    const recorded = recordedAt === null ? '' : `it was recorded ${this.#since(recordedAt)} ago, and `;
    if (removed !== undefined) return `${recorded}removed ${this.#since(removed.at)} ago: ${removed.because}`;
    return unknownSince === undefined
      ? `${recorded}not removed by this gateway`
      : `nobody was recorded: ${unknownSince}`;
  }

  #since(at: number): string {
    return `${((this.#now() - at) / 1000).toFixed(1)} s`;
  }

  #set(container: string, history: ContainerHistory): void {
    this.#containers.delete(container);
    this.#containers.set(container, history);
    if (this.#containers.size <= mostContainers) return;
    for (const oldest of this.#containers.keys()) {
      this.#containers.delete(oldest);
      break;
    }
  }
}
