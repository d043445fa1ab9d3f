export interface HangWatch {
  /** Its name in the log. */
  readonly name: string;
  /** Sends it a request: false when that timed out. A child that is not running does not count as hung. */
  readonly isResponsive: () => Promise<boolean>;
  /** Its process; null while there is none. */
  readonly pid: () => number | null;
  readonly intervalMs: number;
  readonly log: (text: string) => void;
}

/**
 * Kills a child that timed out twice in a row, so that it is restarted. Returns a function that ends the
 * watch.
 */
export function watchForHang({ name, isResponsive, pid, intervalMs, log }: HangWatch): () => void {
  let late = 0;
  let checking = false;
  const check = async () => {
    if (checking) return;
    checking = true;
    const watched = pid();
    const inTime = watched === null || (await isResponsive());
    checking = false;
    late = inTime || pid() !== watched ? 0 : late + 1;
    if (late < 2 || watched === null) return;
    late = 0;
    log(`${name} (pid ${watched}) hangs; it is killed and started again`);
    try {
      process.kill(watched, 'SIGKILL');
    } catch {
      /* it ended by itself */
    }
  };
  const timer = setInterval(() => {
    void check();
  }, intervalMs);
  return () => {
    clearInterval(timer);
  };
}
