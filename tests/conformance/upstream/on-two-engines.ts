import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../support/guarded-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import { compareSuite, makeDirectories, sum, type Counts } from './compare.ts';
import type { KnownDifference } from './differences.ts';
import { importFrozenImages } from './frozen-images.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;

/** A run of one suite on one of the engines. */
export interface SuiteRun {
  readonly engines: TwoEngines;
  readonly side: Side;
  /** Directory of the tests. */
  readonly root: string;
  readonly suite: string;
  /** Names of tests; empty: all. */
  readonly tests: readonly string[];
}

export interface SuitesOnTwoEngines {
  readonly title: string;
  /** Name of all suites together in the output. */
  readonly name: string;
  readonly suites: readonly string[];
  /** Name of the report of a suite. */
  readonly reportName: (suite: string) => string;
  readonly known: readonly KnownDifference[];
  /** How many tests must pass on a bare engine. */
  readonly atLeast: number;
  /** How long a suite may take. */
  readonly suiteMinutes: number;
  /** Resolves with the directory of the tests. */
  readonly fetch: () => Promise<string>;
  /** Called for each engine, after the frozen images were imported. */
  readonly prepare?: ((side: Side) => Promise<void>) | undefined;
  readonly run: (run: SuiteRun) => Promise<TestResults>;
}

/** Starts both engines, ECI on, and runs tests on each, suite by suite. */
export function compareOnTwoEngines(options: SuitesOnTwoEngines): void {
  describe(options.title, () => {
    let root: string;
    let engines: TwoEngines;
    const results: Counts[] = [];

    beforeAll(async () => {
      root = await options.fetch();
      engines = await startTwoEngines();
      const sides = [engines.bare, engines.guarded];
      await importFrozenImages(...sides.map(({ socket }) => socket));
      for (const side of sides) {
        await makeDirectories(side);
        await options.prepare?.(side);
      }
    }, 60 * minutes);
    afterAll(async () => {
      await engines?.stop();
    }, 10 * minutes);

    for (const suite of options.suites)
      it(
        suite,
        async () => {
          results.push(
            await compareSuite({
              suite: options.reportName(suite),
              engines,
              known: options.known,
              run: (side, tests) => options.run({ engines, side, root, suite, tests }),
            }),
          );
        },
        options.suiteMinutes * minutes,
      );

    it('have run as a whole', () => {
      const { bare, guarded } = sum(results);
      console.log(`${options.name}: ${bare} -> ${guarded}`);
      expect(results).toHaveLength(options.suites.length);
      expect(bare).toBeGreaterThanOrEqual(options.atLeast);
    });
  });
}
