import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Side } from '../../support/guarded-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import {
  clientEnvironment,
  compareSuite,
  enterNetwork,
  makeDirectories,
  removeAll,
  sum,
  type Counts,
} from './compare.ts';
import type { KnownDifference } from './differences.ts';
import { importFrozenImages } from './frozen-images.ts';
import { runGoTests } from './go-tests.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;

export interface GoPackages {
  readonly title: string;
  /** First part of the names of reports. */
  readonly suite: string;
  /** Packages of tests, each of them a directory with a program `test.main`. */
  readonly packages: readonly string[];
  /** Names begin with that of the package. */
  readonly known: readonly KnownDifference[];
  /** As many pass on a bare engine. */
  readonly atLeast: number;
  /** Resolves with the directory of the packages. */
  readonly fetch: () => Promise<string>;
  /** Called for each of the engines, which have the frozen images. */
  readonly prepare?: (side: Side) => Promise<void>;
  readonly environment?: (side: Side) => Readonly<Record<string, string>>;
  /** Names of tests in a directory that are left out. */
  readonly skip?: (directory: string) => Promise<readonly string[]>;
}

/** Starts both engines, ECI on, and runs tests on each, package by package. */
export function compareGoPackages(options: GoPackages): void {
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

    for (const name of options.packages)
      it(
        name,
        async () => {
          results.push(
            await compareSuite({
              suite: `${options.suite}-${name}`,
              engines,
              known: options.known,
              run: (side, tests) => runPackage({ options, engines, side, root, name, tests }),
            }),
          );
        },
        60 * minutes,
      );

    it('have run as a whole', () => {
      const { bare, guarded } = sum(results);
      console.log(`${options.suite}: ${bare} -> ${guarded}`);
      expect(results).toHaveLength(options.packages.length);
      expect(bare).toBeGreaterThanOrEqual(options.atLeast);
    });
  });
}

async function runPackage(of: {
  readonly options: GoPackages;
  readonly engines: TwoEngines;
  readonly side: Side;
  readonly root: string;
  readonly name: string;
  readonly tests: readonly string[];
}): Promise<TestResults> {
  const { options, engines, side, name } = of;
  const directory = path.join(of.root, name);
  const functions = [...new Set(of.tests.map((test) => test.split('/')[1] ?? ''))];
  const found = await runGoTests({
    program: path.join(directory, 'test.main'),
    directory,
    enter: enterNetwork(engines, side),
    env: {
      ...clientEnvironment(side),
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin',
      GOTRACEBACK: 'all',
      ...options.environment?.(side),
    },
    run: functions.length === 0 ? '.' : `^(${functions.join('|')})$`,
    depth: 1,
    skip: (await options.skip?.(directory)) ?? [],
    patienceMs: 5 * minutes,
    afterHang: () => removeAll(side),
  });
  return new Map([...found].map(([test, result]) => [`${name}/${test}`, result]));
}
