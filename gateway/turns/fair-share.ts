/** Gives a turn back; more than once does nothing. */
export interface EndTurn {
  (): void;
  /**
   * Releases the turn for other callers. It still counts for this caller, who gets no further one before its
   * end.
   */
  stepAside(): void;
}

export interface FairShareLimits {
  /** Concurrent turns of one caller, and of all callers. */
  readonly each: number;
  readonly all: number;
  /** Requests of one caller that wait for a turn; more are refused. */
  readonly waiting: number;
}

/** The caller's queue is full. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
}

/**
 * Limits the concurrency of expensive work, fairly between callers: requests of one caller queue behind each
 * other.
 */
export class FairShare {
  readonly #limits: FairShareLimits;
  readonly #running = new Map<string, number>();
  /** Queues by caller, in the order of their next turns. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #runningTotal = 0;

  constructor(limits: FairShareLimits) {
    this.#limits = limits;
  }

  /**
   * Resolves when it is the caller's turn. Rejects with TooManyWaiting, and with the reason of `signal` where
   * it is aborted before.
   */
  acquire(caller: string, signal?: AbortSignal): Promise<EndTurn> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (
        this.#runningTotal < this.#limits.all &&
        this.#runningOf(caller) < this.#limits.each &&
        !this.#waiting.has(caller)
      ) {
        resolve(this.#begin(caller));
        return;
      }
      const queue = this.#waiting.get(caller) ?? new Set();
      if (queue.size >= this.#limits.waiting) {
        reject(new TooManyWaiting(`${queue.size} requests of the same user are waiting`));
        return;
      }
      this.#waiting.set(caller, queue);
      const aborted = () => {
        queue.delete(grant);
        if (queue.size === 0) this.#waiting.delete(caller);
        reject(signal?.reason as Error); // what a signal is aborted with is an error
      };
      const grant = () => {
        signal?.removeEventListener('abort', aborted);
        resolve(this.#begin(caller));
      };
      queue.add(grant);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  #runningOf(caller: string): number {
    return this.#running.get(caller) ?? 0;
  }

  #begin(caller: string): EndTurn {
    this.#runningTotal++;
    this.#running.set(caller, this.#runningOf(caller) + 1);
    let isEnded = false;
    let isAside = false;
    const stepAside = () => {
      if (isEnded || isAside) return;
      isAside = true;
      this.#runningTotal--;
      this.#grantNext();
    };
    const end = () => {
      if (isEnded) return;
      isEnded = true;
      if (!isAside) this.#runningTotal--;
      if (this.#runningOf(caller) === 1) this.#running.delete(caller);
      else this.#running.set(caller, this.#runningOf(caller) - 1);
      this.#moveToEnd(caller);
      this.#grantNext();
    };
    return Object.assign(end, { stepAside });
  }

  #grantNext(): void {
    for (const [caller, queue] of this.#waiting) {
      if (this.#runningTotal >= this.#limits.all) return;
      if (this.#runningOf(caller) >= this.#limits.each) continue;
      const [grant] = queue;
      if (grant === undefined) continue;
      queue.delete(grant);
      this.#moveToEnd(caller);
      grant();
    }
  }

  /** A caller that had a turn goes to the end of the queue. */
  #moveToEnd(caller: string): void {
    const queue = this.#waiting.get(caller);
    if (queue === undefined) return;
    this.#waiting.delete(caller);
    if (queue.size > 0) this.#waiting.set(caller, queue);
  }
}
