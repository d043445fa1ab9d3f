import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifacts } from '../../../scripts/paths.mjs';
import { fetchUpstreamTests } from '../../../scripts/upstream-tests.mjs';
import { docker } from '../../support/real-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import type { Side } from '../../support/guarded-engine.ts';
import { differences, outdated, passed, unexplained } from './differences.ts';
import { importFrozenImages } from './frozen-images.ts';
import { runGoTests, type GoTests } from './go-tests.ts';
import { atLeast, known, leftOut, suites } from './integration-cli.ts';

const minutes = 60_000;

/** Starts both engines, ECI on, and runs moby's `integration-cli` on each, suite by suite. */
describe('A1: integration-cli of moby', () => {
  let moby: string;
  let engines: TwoEngines;
  const results: { readonly bare: GoTests; readonly guarded: GoTests }[] = [];

  beforeAll(async () => {
    moby = await fetchUpstreamTests();
    engines = await startTwoEngines();
    const sides = [engines.bare, engines.guarded];
    await importFrozenImages(...sides.map(({ socket }) => socket));
    for (const side of sides) await prepare(side);
  }, 60 * minutes);
  afterAll(async () => {
    await engines?.stop();
  }, 10 * minutes);

  const programs = (side: Side) => path.join(side.work, 'programs');

  /** Directories, and programs of the names that the tests look for. */
  async function prepare(side: Side): Promise<void> {
    for (const name of ['home', 'tmp', 'programs']) await mkdir(path.join(side.work, name));
    await symlink('/usr/bin/docker-registry', path.join(programs(side), 'registry-v2'));
  }

  function environment(side: Side): Record<string, string> {
    return {
      PATH: `${programs(side)}:${path.join(moby, 'programs')}:${process.env['PATH'] ?? '/usr/sbin:/usr/bin'}`,
      HOME: path.join(side.work, 'home'),
      TMPDIR: path.join(side.work, 'tmp'),
      DEST: side.work,
      DOCKER_HOST: `unix://${side.socket}`,
      // Its tests are about the classic builder.
      DOCKER_BUILDKIT: '0',
      GOTRACEBACK: 'all',
      LC_ALL: 'C',
    };
  }

  function run(suite: string, tests: readonly string[], side: Side): Promise<GoTests> {
    const network = side === engines.bare ? engines.bareNetwork.enter : [];
    // It removes /etc/docker/plugins of the machine. Others mount what the engine must see.
    const mounts =
      suite === 'TestDockerNetworkSuite' ? ['unshare', '--mount', 'sh', '-c', hidePlugins, 'sh'] : [];
    return runGoTests({
      program: path.join(moby, 'integration-cli/test.main'),
      directory: path.join(moby, 'integration-cli'),
      enter: [...network, ...mounts],
      env: environment(side),
      run: [`^${suite}$`, ...(tests.length === 0 ? [] : [`^(${tests.join('|')})$`])].join('/'),
      depth: 2,
      skip: leftOut.flatMap(({ tests }) => tests),
      patienceMs: 5 * minutes,
      afterHang: () => removeAll(side),
    });
  }

  for (const suite of suites)
    it(
      suite,
      async () => {
        const bare = new Map(await run(suite, [], engines.bare));
        const guarded = new Map(await run(suite, [], engines.guarded));
        // Some of them wait for a fixed time: a difference is one that shows twice.
        const again = unexplained(differences(bare, guarded), known).map(({ test }) => methodOf(test));
        if (again.length > 0) {
          for (const [name, test] of await run(suite, again, engines.bare)) bare.set(name, test);
          for (const [name, test] of await run(suite, again, engines.guarded)) guarded.set(name, test);
        }
        results.push({ bare, guarded });
        await writeReport(suite, bare, guarded);
        console.log(`${suite}: ${passed(bare)} -> ${passed(guarded)}`);
        expect(unexplained(differences(bare, guarded), known)).toEqual([]);
        expect(outdated(bare, guarded, known), 'listed, but not different').toEqual([]);
      },
      180 * minutes,
    );

  it('has run as a whole', () => {
    const sum = (of: 'bare' | 'guarded') => results.reduce((total, result) => total + passed(result[of]), 0);
    console.log(`integration-cli: ${sum('bare')} -> ${sum('guarded')}`);
    expect(results).toHaveLength(suites.length);
    expect(sum('bare')).toBeGreaterThanOrEqual(atLeast);
  });
});

/** The second part of a name `TestSuite/TestMethod/subtest`. */
const methodOf = (test: string) => test.split('/')[1] ?? '';

const hidePlugins = 'mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker && exec "$@"';

/** What tests that were ended have left. */
async function removeAll({ socket }: Side): Promise<void> {
  const containers = (await docker(socket, 'ps', '-aq')).split('\n').filter((id) => id !== '');
  if (containers.length > 0) await docker(socket, 'rm', '-fv', ...containers);
  await docker(socket, 'volume', 'prune', '-af');
  await docker(socket, 'network', 'prune', '-f');
}

/** The outcome of every test, and the output of those that did not pass. */
async function writeReport(suite: string, bare: GoTests, guarded: GoTests): Promise<void> {
  const directory = path.join(artifacts, 'upstream');
  await mkdir(directory, { recursive: true });
  const report = Object.fromEntries(
    [...new Set([...bare.keys(), ...guarded.keys()])]
      .sort()
      .map((name) => [name, { bare: shown(bare, name), guarded: shown(guarded, name) }]),
  );
  await writeFile(path.join(directory, `${suite}.json`), JSON.stringify(report, null, 1));
}

const shown = (tests: GoTests, name: string) => {
  const test = tests.get(name);
  return test === undefined || test.outcome === 'passed' ? (test?.outcome ?? 'not run') : test;
};
