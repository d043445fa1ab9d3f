/**
 * The lines by which a dockerd's log says that it has lost what a container or an exec printed: it had not
 * opened its reader when the process ended. The first one is that of Docker Engine 26, the second one that of
 * later versions.
 */
const lossLines = [
  /msg="stream copy error: reading from a closed fifo"/,
  /msg="copy stream failed" error="reading from a closed fifo"/,
];

/** How many comparisons of one pair of engines may be repeated: beyond that it is not the rare fault. */
export const mostRepetitions = 3;

/** Runs a comparison of what engines do; rejects with what differs. */
export type Comparison = () => Promise<void>;

/**
 * Repeats comparisons that failed while a dockerd lost output, a known fault of it
 * (docs/design/testing.md#output-that-dockerd-loses), and no others: each once, and no more often than the
 * logs have such lines. `readLogs` reads the engines' logs, always in the same order.
 */
export class LostOutputRepetitions {
  readonly #readLogs: () => Promise<readonly string[]>;
  readonly #used = new Set<string>();
  readonly #repetitions: string[] = [];

  constructor(readLogs: () => Promise<readonly string[]>) {
    this.#readLogs = readLogs;
  }

  /** Runs a comparison, twice at most. Rejects with its error, of its repetition if there was one. */
  async run(name: string, comparison: Comparison): Promise<void> {
    const before = new Set(await this.#losses());
    try {
      await comparison();
    } catch (error) {
      if (this.#repetitions.length >= mostRepetitions) throw error;
      const loss = (await this.#losses()).find((one) => !before.has(one) && !this.#used.has(one));
      // By now another one may have had the last repetition.
      if (loss === undefined || this.#repetitions.length >= mostRepetitions) throw error;
      this.#used.add(loss);
      this.#repetitions.push(`${name}\n    ${loss}\n    ${String(error)}`);
      await comparison();
    }
  }

  /** What was repeated and why, with the line of the log and the first error; null if nothing was. */
  report(): string | null {
    const count = this.#repetitions.length;
    if (count === 0) return null;
    const comparisons = count === 1 ? '1 comparison' : `${count} comparisons`;
    return [`${comparisons} repeated because dockerd lost output:`, ...this.#repetitions].join('\n  ');
  }

  /** The lines of the logs that say so, each with its place: two may be equal. */
  async #losses(): Promise<string[]> {
    return (await this.#readLogs()).flatMap((log, engine) =>
      log
        .split('\n')
        .filter((line) => lossLines.some((loss) => loss.test(line)))
        .map((line, index) => `dockerd ${engine + 1}, loss ${index + 1}: ${line}`),
    );
  }
}
