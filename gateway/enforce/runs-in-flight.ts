import type { ContainerFacts } from '../engine-api/engine-facts.ts';

/** From `create` to `start` a client takes milliseconds; on a machine that is slow or busy, seconds. */
const longestRunMs = 10_000;
/** What the engine writes where there is no time. */
const never = '0001-01-01T00:00:00Z';

/**
 * `docker run` is several requests. One whose container was made before ECI came on, and that starts right
 * after it, is finished as it began: it could have started a moment earlier. Otherwise a switch would fail
 * runs that are under way.
 */
export class RunsInFlight {
  #wasOff = false;
  /** When ECI was first seen to be on after it was off, ms since the epoch; null: never. */
  #onSince: number | null = null;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Called for every request with whether ECI is on for it. */
  observe(isOn: boolean): void {
    if (isOn && this.#wasOff) this.#onSince = this.#now();
    this.#wasOff = !isOn;
  }

  /** Whether `container` belongs to a run that began before ECI came on, and is still under way. */
  includes({ created, startedAt }: Pick<ContainerFacts, 'created' | 'startedAt'>): boolean {
    if (this.#onSince === null || startedAt !== never) return false;
    const createdAt = Date.parse(created);
    return (
      this.#now() - this.#onSince < longestRunMs &&
      createdAt <= this.#onSince &&
      this.#onSince - createdAt < longestRunMs
    );
  }
}

/** A container that the engine would have removed by itself if its first start had failed there. */
export const isRemovedWithoutStart = ({
  startedAt,
  autoRemove,
}: Pick<ContainerFacts, 'startedAt' | 'autoRemove'>): boolean => autoRemove && startedAt === never;
