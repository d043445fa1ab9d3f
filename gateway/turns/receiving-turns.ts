import type { FairShare } from './fair-share.ts';

export interface ReceivingLimits {
  /** How long a turn may take before it steps aside for others, ms. */
  readonly afterMs: number;
  /**
   * How many turns may have stepped aside; one more displaces the oldest.
   */
  readonly slow: number;
}

/** A turn to receive something long. */
export interface ReceivingTurn {
  /** It was received completely: it can't be displaced any more. */
  received(): void;
  /** Gives the turn back; more than once does nothing. */
  end(): void;
}

/**
 * Turns to receive something long, which takes memory. A slow sender steps aside after a while, so that
 * others don't wait for it, and is displaced where too many are slow.
 */
export class ReceivingTurns {
  readonly #share: FairShare;
  readonly #limits: ReceivingLimits;
  /**
   * Turns that stepped aside, in that order, with the callback to displace those that are still receiving.
   */
  readonly #aside = new Map<object, (() => void) | null>();

  constructor(share: FairShare, limits: ReceivingLimits) {
    this.#share = share;
    this.#limits = limits;
  }

  /**
   * Resolves when it is the caller's turn; rejects as FairShare does. `displaced`: the turn was given to
   * another caller.
   */
  async acquire(caller: string, displaced: () => void, signal?: AbortSignal): Promise<ReceivingTurn> {
    const endTurn = await this.#share.acquire(caller, signal);
    const key = {};
    const stepAside = () => {
      if (!this.#makeRoom()) return;
      this.#aside.set(key, displaced);
      endTurn.stepAside();
    };
    const timer = setTimeout(stepAside, this.#limits.afterMs).unref();
    return {
      received: () => {
        clearTimeout(timer);
        if (this.#aside.has(key)) this.#aside.set(key, null);
      },
      end: () => {
        clearTimeout(timer);
        this.#aside.delete(key);
        endTurn();
      },
    };
  }

  #makeRoom(): boolean {
    if (this.#aside.size < this.#limits.slow) return true;
    const first = [...this.#aside].find(([, displaced]) => displaced !== null);
    if (first === undefined) return false;
    this.#aside.delete(first[0]);
    first[1]?.();
    return true;
  }
}
