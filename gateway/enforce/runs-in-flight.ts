import type { ContainerFacts } from '../engine-api/engine-facts.ts';

/** Longest time from `create` to `start`, ms: milliseconds as a rule, seconds on a slow or busy machine. */
const longestRunMs = 10_000;
/** The engine's zero time. */
const never = '0001-01-01T00:00:00Z';

/**
 * `docker run` consists of several requests. A container that was created before ECI was turned on, and
 * starts right after it, is exempt: it could have started a moment earlier. Otherwise turning ECI on would
 * fail running commands.
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

  /** Whether `container` belongs to a run that began before ECI was turned on, and still runs. */
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

/** A container that the engine removes by itself when its first start fails. */
export const isRemovedWithoutStart = ({
  startedAt,
  autoRemove,
}: Pick<ContainerFacts, 'startedAt' | 'autoRemove'>): boolean => autoRemove && startedAt === never;
