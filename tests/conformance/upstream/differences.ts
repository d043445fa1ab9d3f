import type { Outcome, TestResults } from './results.ts';

/**
 * Tests of others that pass on a bare engine alone, and why: a sentence that a user would accept. What is not
 * so on purpose begins with "Not yet:".
 */
export interface KnownDifference {
  readonly why: string;
  /** Requirement behind it. */
  readonly spec: string;
  /** What a test's output shows. */
  readonly shows: RegExp;
  /** Names of tests; their subtests are included. */
  readonly tests: readonly string[];
}

export interface Difference {
  readonly test: string;
  readonly guarded: Outcome | 'not run';
  readonly output: string;
}

const isWithin = (name: string, test: string) => name === test || name.startsWith(`${test}/`);

/**
 * What passed on the bare engine and did not pass on the guarded one. A test whose subtest differs is not
 * named beside it.
 */
export function differences(bare: TestResults, guarded: TestResults): readonly Difference[] {
  const all = [...bare]
    .filter(([name, { outcome }]) => outcome === 'passed' && guarded.get(name)?.outcome !== 'passed')
    .map(([test]) => ({
      test,
      guarded: guarded.get(test)?.outcome ?? ('not run' as const),
      output: guarded.get(test)?.output ?? '',
    }));
  return all.filter(({ test }) => !all.some((other) => other.test.startsWith(`${test}/`)));
}

export const unexplained = (
  found: readonly Difference[],
  known: readonly KnownDifference[],
): readonly Difference[] =>
  found.filter(
    ({ test, output }) =>
      !known.some(({ tests, shows }) => shows.test(output) && tests.some((name) => isWithin(test, name))),
  );

/**
 * Tests that are listed, and pass on both engines. Those that did not pass on the bare engine are no
 * evidence.
 */
export const outdated = (
  bare: TestResults,
  guarded: TestResults,
  known: readonly KnownDifference[],
): readonly string[] =>
  known
    .flatMap(({ tests }) => tests)
    .filter((name) => [bare, guarded].every((tests) => tests.get(name)?.outcome === 'passed'));

/** How many passed, without those that have subtests. */
export function passed(tests: TestResults): number {
  const names = [...tests.keys()];
  const parents = new Set(names.map((name) => name.slice(0, Math.max(0, name.lastIndexOf('/')))));
  return names.filter((name) => !parents.has(name) && tests.get(name)?.outcome === 'passed').length;
}
