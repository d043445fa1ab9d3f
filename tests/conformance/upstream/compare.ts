import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { artifacts } from '../../../scripts/paths.mjs';
import type { Side } from '../../support/guarded-engine.ts';
import { docker } from '../../support/real-engine.ts';
import type { TwoEngines } from '../../support/two-engines.ts';
import { differences, outdated, passed, unexplained, type KnownDifference } from './differences.ts';
import type { TestResults } from './results.ts';

/** What passed, without tests that have subtests. */
export interface Counts {
  readonly bare: number;
  readonly guarded: number;
}

/**
 * Runs a suite on both engines and fails for what is not listed. `run` is given names of tests, or none for
 * all of them.
 */
export async function compareSuite(options: {
  readonly suite: string;
  readonly engines: TwoEngines;
  readonly known: readonly KnownDifference[];
  readonly run: (side: Side, tests: readonly string[]) => Promise<TestResults>;
}): Promise<Counts> {
  const { suite, engines, known, run } = options;
  const bare = new Map(await run(engines.bare, []));
  const guarded = new Map(await run(engines.guarded, []));
  // Some of them wait for a fixed time: a difference is one that shows twice.
  const again = unexplained(differences(bare, guarded), known).map(({ test }) => test);
  if (again.length > 0) {
    for (const [name, test] of await run(engines.bare, again)) bare.set(name, test);
    for (const [name, test] of await run(engines.guarded, again)) guarded.set(name, test);
  }
  await writeReport(suite, bare, guarded);
  const counts = { bare: passed(bare), guarded: passed(guarded) };
  console.log(`${suite}: ${counts.bare} -> ${counts.guarded}`);
  expect(unexplained(differences(bare, guarded), known)).toEqual([]);
  expect(outdated(bare, guarded, known), 'listed, but not different').toEqual([]);
  return counts;
}

export const sum = (all: readonly Counts[]): Counts => ({
  bare: all.reduce((total, { bare }) => total + bare, 0),
  guarded: all.reduce((total, { guarded }) => total + guarded, 0),
});

/** Makes a home, and a directory for temporary files that containers may mount. */
export async function makeDirectories(side: Side): Promise<void> {
  for (const name of ['home', 'tmp']) await mkdir(path.join(side.work, name));
}

/** Variables of programs that use the engine. */
export const clientEnvironment = (side: Side): Record<string, string> => ({
  HOME: path.join(side.work, 'home'),
  TMPDIR: path.join(side.work, 'tmp'),
  DOCKER_HOST: `unix://${side.socket}`,
  LC_ALL: 'C',
});

/** Prefix of commands: both engines are in networks of their own, and so is what talks to them. */
export const enterNetwork = (engines: TwoEngines, side: Side): readonly string[] =>
  side === engines.bare ? engines.bareNetwork.enter : [];

/** Removes what tests that were ended have left. */
export async function removeAll({ socket }: Side): Promise<void> {
  const containers = (await docker(socket, 'ps', '-aq')).split('\n').filter((id) => id !== '');
  if (containers.length > 0) await docker(socket, 'rm', '-fv', ...containers);
  await docker(socket, 'volume', 'prune', '-af');
  await docker(socket, 'network', 'prune', '-f');
}

/** The outcome of every test, and the output of those that did not pass. */
async function writeReport(suite: string, bare: TestResults, guarded: TestResults): Promise<void> {
  const file = path.join(artifacts, 'upstream', `${suite}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  const report = Object.fromEntries(
    [...new Set([...bare.keys(), ...guarded.keys()])]
      .sort()
      .map((name) => [name, { bare: shown(bare, name), guarded: shown(guarded, name) }]),
  );
  await writeFile(file, JSON.stringify(report, null, 1));
}

const shown = (tests: TestResults, name: string) => {
  const test = tests.get(name);
  return test === undefined || test.outcome === 'passed' ? (test?.outcome ?? 'not run') : test;
};
