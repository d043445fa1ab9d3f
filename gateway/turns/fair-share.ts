/** Gives a turn back; more than once does nothing. */
export interface EndTurn {
  (): void;
  /** Lets others have the turn meanwhile. It stays the caller's own, who has no other one before it ends. */
  stepAside(): void;
}

export interface FairShareLimits {
  /** Turns that one caller has at a time, and that all have. */
  readonly each: number;
  readonly all: number;
  /** Requests of one caller that wait for a turn; more are refused. */
  readonly waiting: number;
}

/** Too many requests of this caller are waiting already. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
}

/**
 * Turns for work that costs much, shared between callers: what one asks for waits behind what the same one
 * asked for before.
 */
export class FairShare {
  readonly #limits: FairShareLimits;
  readonly #running = new Map<string, number>();
  /** By caller, in the order in which they have the next turn. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #all = 0;

  constructor(limits: FairShareLimits) {
    this.#limits = limits;
  }

  /**
   * Resolves when it is the caller's turn. Rejects with TooManyWaiting, and with the reason of `signal` where
   * it is aborted before.
   */
  take(caller: string, signal?: AbortSignal): Promise<EndTurn> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (
        this.#all < this.#limits.all &&
        this.#of(caller) < this.#limits.each &&
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
      const gone = () => {
        queue.delete(go);
        if (queue.size === 0) this.#waiting.delete(caller);
        reject(signal?.reason as Error); // what a signal is aborted with is an error
      };
      const go = () => {
        signal?.removeEventListener('abort', gone);
        resolve(this.#begin(caller));
      };
      queue.add(go);
      signal?.addEventListener('abort', gone, { once: true });
    });
  }

  #of(caller: string): number {
    return this.#running.get(caller) ?? 0;
  }

  #begin(caller: string): EndTurn {
    this.#all++;
    this.#running.set(caller, this.#of(caller) + 1);
    let over = false;
    let isAside = false;
    const stepAside = () => {
      if (over || isAside) return;
      isAside = true;
      this.#all--;
      this.#next();
    };
    const end = () => {
      if (over) return;
      over = true;
      if (!isAside) this.#all--;
      if (this.#of(caller) === 1) this.#running.delete(caller);
      else this.#running.set(caller, this.#of(caller) - 1);
      this.#last(caller);
      this.#next();
    };
    return Object.assign(end, { stepAside });
  }

  #next(): void {
    for (const [caller, queue] of this.#waiting) {
      if (this.#all >= this.#limits.all) return;
      if (this.#of(caller) >= this.#limits.each) continue;
      const [go] = queue;
      if (go === undefined) continue;
      queue.delete(go);
      this.#last(caller);
      go();
    }
  }

  /** Whoever had a turn is the last who gets the next one. */
  #last(caller: string): void {
    const queue = this.#waiting.get(caller);
    if (queue === undefined) return;
    this.#waiting.delete(caller);
    if (queue.size > 0) this.#waiting.set(caller, queue);
  }
}
