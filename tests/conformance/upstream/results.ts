/** `hung`: ended from outside, since nothing happened for too long. */
export type Outcome = 'passed' | 'failed' | 'skipped' | 'hung';

export interface TestResult {
  readonly outcome: Outcome;
  readonly output: string;
}

/** By name. Slashes separate what contains a test from it: `TestSuite/TestName/subtest`. */
export type TestResults = ReadonlyMap<string, TestResult>;
