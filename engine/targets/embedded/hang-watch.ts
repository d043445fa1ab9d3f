export interface HangWatch {
  /** What it is called in the log. */
  readonly name: string;
  /** Asks it something: false when it took too long. That nobody is there is no hang. */
  readonly answers: () => Promise<boolean>;
  /** Its process; null while there is none. */
  readonly pid: () => number | null;
  readonly everyMs: number;
  readonly say: (text: string) => void;
}

/**
 * Kills a child that hangs, late twice in a row, so that it is started again. Returns what ends the watch.
 */
export function watchForHang({ name, answers, pid, everyMs, say }: HangWatch): () => void {
  let late = 0;
  let asking = false;
  const look = async () => {
    if (asking) return;
    asking = true;
    const watched = pid();
    const inTime = watched === null || (await answers());
    asking = false;
    late = inTime || pid() !== watched ? 0 : late + 1;
    if (late < 2 || watched === null) return;
    late = 0;
    say(`${name} (pid ${watched}) hangs; it is killed and started again`);
    try {
      process.kill(watched, 'SIGKILL');
    } catch {
      /* ended by itself */
    }
  };
  const timer = setInterval(() => {
    void look();
  }, everyMs);
  return () => {
    clearInterval(timer);
  };
}
