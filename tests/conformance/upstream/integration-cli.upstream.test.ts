import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchUpstreamTests } from '../../../scripts/upstream-tests.mjs';
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
import { importFrozenImages } from './frozen-images.ts';
import { runGoTests } from './go-tests.ts';
import { atLeast, known, leftOut, suites } from './integration-cli.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;

/** Starts both engines, ECI on, and runs moby's `integration-cli` on each, suite by suite. */
describe('A1: integration-cli of moby', () => {
  let moby: string;
  let engines: TwoEngines;
  const results: Counts[] = [];

  beforeAll(async () => {
    ({ moby } = await fetchUpstreamTests());
    engines = await startTwoEngines();
    const sides = [engines.bare, engines.guarded];
    await importFrozenImages(...sides.map(({ socket }) => socket));
    for (const side of sides) {
      await makeDirectories(side);
      // Programs of the names that the tests look for.
      await mkdir(programs(side));
      await symlink('/usr/bin/docker-registry', path.join(programs(side), 'registry-v2'));
    }
  }, 60 * minutes);
  afterAll(async () => {
    await engines?.stop();
  }, 10 * minutes);

  const programs = (side: Side) => path.join(side.work, 'programs');

  function run(suite: string, side: Side, tests: readonly string[]): Promise<TestResults> {
    // It removes /etc/docker/plugins of the machine. Others mount what the engine must see.
    const mounts =
      suite === 'TestDockerNetworkSuite' ? ['unshare', '--mount', 'sh', '-c', hidePlugins, 'sh'] : [];
    const methods = tests.map(methodOf);
    return runGoTests({
      program: path.join(moby, 'integration-cli/test.main'),
      directory: path.join(moby, 'integration-cli'),
      enter: [...enterNetwork(engines, side), ...mounts],
      env: {
        ...clientEnvironment(side),
        PATH: [programs(side), path.join(moby, 'programs'), process.env['PATH'] ?? '/usr/sbin:/usr/bin'].join(
          ':',
        ),
        DEST: side.work,
        // Its tests are about the classic builder.
        DOCKER_BUILDKIT: '0',
        GOTRACEBACK: 'all',
      },
      run: [`^${suite}$`, ...(methods.length === 0 ? [] : [`^(${methods.join('|')})$`])].join('/'),
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
        results.push(
          await compareSuite({ suite, engines, known, run: (side, tests) => run(suite, side, tests) }),
        );
      },
      180 * minutes,
    );

  it('has run as a whole', () => {
    const { bare, guarded } = sum(results);
    console.log(`integration-cli: ${bare} -> ${guarded}`);
    expect(results).toHaveLength(suites.length);
    expect(bare).toBeGreaterThanOrEqual(atLeast);
  });
});

/** The second part of a name `TestSuite/TestMethod/subtest`. */
const methodOf = (test: string) => test.split('/')[1] ?? '';

const hidePlugins = 'mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker && exec "$@"';
