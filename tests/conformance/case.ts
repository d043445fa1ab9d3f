/**
 * A use case as a shell script that runs against a stock engine and, through the gateway with ECI on, against
 * an isolated one. Exit code and output must be the same on both; `shows` and `code` are the required results
 * on the stock engine, so that two equal failures don't pass. Names inside a script must not be used by
 * another one: scripts run concurrently.
 */
export interface Case {
  readonly does: string;
  readonly script: string;
  /** What stdout must match. */
  readonly shows?: RegExp;
  /** Expected exit code; 0 by default. */
  readonly code?: number;
  /** Progress and timings on stderr differ from run to run: compare stdout and exit code only. */
  readonly quietly?: boolean;
}
