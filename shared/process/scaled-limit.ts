/** A time limit that runs. */
export interface RunningLimit {
  /** Aborted when it has passed. */
  readonly signal: AbortSignal;
  /** How long it is, as far as that is known, ms. */
  totalMs(): number;
  end(): void;
}

/**
 * Starts a time limit of `usualMs`, or of as many times that as this machine is slower than usual. The speed
 * is measured only when the usual time has passed, so whatever ends before has no cost. Where it cannot be
 * measured, the limit is the usual one.
 */
export function startLimit(usualMs: number, measureSlowness: () => Promise<number>): RunningLimit {
  const controller = new AbortController();
  let totalMs = usualMs;
  let ended = false;
  const abort = (): void => {
    controller.abort();
  };
  let timer = setTimeout(() => {
    void measureSlowness()
      .catch(() => 1)
      .then((factor) => {
        if (ended) return;
        totalMs = Math.round(usualMs * factor);
        timer = setTimeout(abort, totalMs - usualMs);
      });
  }, usualMs);
  return {
    signal: controller.signal,
    totalMs: () => totalMs,
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
