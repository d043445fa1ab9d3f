/** A time limit that runs. */
export interface RunningLimit {
  /** Aborted when it has passed. */
  readonly signal: AbortSignal;
  /** How long it is, as far as that is known, ms. */
  totalMs(): number;
  end(): void;
}

/** The longest time that a timer can be set to, ms (24.8 days). Node fires one set to more at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Starts a time limit of `requestedMs`, or of as many times that as this machine is slower than usual. The
 * speed is measured only when the usual time has passed, so whatever ends before has no cost, and again each
 * time that as much more has passed: a machine that was busy for a moment does not make a limit long that
 * still runs when it is idle. Where the speed cannot be measured, the limit is the usual one.
 */
export function startLimit(requestedMs: number, measureSlowness: () => Promise<number>): RunningLimit {
  const usualMs = Math.min(requestedMs, longestTimerMs);
  const controller = new AbortController();
  let totalMs = usualMs;
  let ended = false;
  let timer: NodeJS.Timeout;
  const continueAfter = (passedMs: number): void => {
    void measureSlowness()
      .catch(() => 1)
      .then((factor) => {
        if (ended) return;
        totalMs = Math.max(passedMs, Math.round(usualMs * factor));
        if (totalMs === passedMs) controller.abort();
        else wait(passedMs, Math.min(usualMs, totalMs - passedMs));
      });
  };
  const wait = (passedMs: number, ms: number): void => {
    timer = setTimeout(() => {
      continueAfter(passedMs + ms);
    }, ms);
  };
  wait(0, usualMs);
  return {
    signal: controller.signal,
    totalMs: () => totalMs,
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
