import path from 'node:path';
import type { Side } from '../../support/guarded-engine.ts';
import { clientEnvironment, enterNetwork, removeAll } from './compare.ts';
import type { KnownDifference } from './differences.ts';
import { runGoTests } from './go-tests.ts';
import { compareOnTwoEngines, type SuiteRun } from './on-two-engines.ts';
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
  compareOnTwoEngines({
    title: options.title,
    name: options.suite,
    suites: options.packages,
    reportName: (name) => `${options.suite}-${name}`,
    known: options.known,
    atLeast: options.atLeast,
    suiteMinutes: 60,
    fetch: options.fetch,
    prepare: options.prepare,
    run: (run) => runPackage(options, run),
  });
}

async function runPackage(
  options: GoPackages,
  { engines, side, root, suite: name, tests }: SuiteRun,
): Promise<TestResults> {
  const directory = path.join(root, name);
  const functions = [...new Set(tests.map((test) => test.split('/')[1] ?? ''))];
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
