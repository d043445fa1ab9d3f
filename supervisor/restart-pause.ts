const firstMs = 100;
const longestMs = 10_000;

/** Running this long counts as healthy, ms: the next pause is short again. */
export const healthyMs = 10_000;

/** The pauses before a process that has ended is started again: each is twice as long, 100 ms to 10 s. */
export class RestartPause {
  #nextMs = firstMs;

  /** How long to wait this time, ms. `wasHealthy`: the process had run long enough before it ended. */
  next(wasHealthy: boolean): number {
    if (wasHealthy) this.reset();
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(pauseMs * 2, longestMs);
    return pauseMs;
  }

  reset(): void {
    this.#nextMs = firstMs;
  }
}
