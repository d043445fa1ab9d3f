import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchPytest } from '../../../scripts/pytest.mjs';
import type { Side } from '../../support/guarded-engine.ts';
import { docker } from '../../support/real-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import { clientEnvironment, compareSuite, enterNetwork, makeDirectories } from './compare.ts';
import { atLeast, known, leftOut } from './docker-py.ts';
import { importFrozenImages } from './frozen-images.ts';
import { nodeId, runPytest } from './pytest.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;
const directory = 'tests/integration';

/** docker-py's sources, of the version that is installed: Debian's source package has none of its tests. */
const sources = process.env['BULKHEAD_DOCKER_PY'];
if (sources === undefined)
  console.log("Not run: docker-py's integration tests. BULKHEAD_DOCKER_PY names a clone of its repository.");

/** Starts both engines, ECI on, and runs docker-py's integration tests on each. */
describe.skipIf(sources === undefined)("A1: docker-py's integration tests", () => {
  let pytest: string;
  let engines: TwoEngines;

  beforeAll(async () => {
    pytest = await fetchPytest();
    engines = await startTwoEngines();
    const sides = [engines.bare, engines.guarded];
    await importFrozenImages(...sides.map(({ socket }) => socket));
    for (const side of sides) {
      await makeDirectories(side);
      for (const name of ['alpine:latest', 'alpine:3.10']) await docker(side.socket, 'tag', 'busybox', name);
      await docker(side.socket, 'tag', 'hello-world:frozen', 'hello-world:latest');
    }
  }, 60 * minutes);
  afterAll(async () => {
    await engines?.stop();
  }, 10 * minutes);

  async function run(side: Side, tests: readonly string[]): Promise<TestResults> {
    const version = await docker(side.socket, 'version', '-f', '{{.Server.APIVersion}}');
    const found = await runPytest({
      directory: sources ?? '',
      pytest,
      enter: enterNetwork(engines, side),
      env: {
        ...clientEnvironment(side),
        PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin',
        DOCKER_TEST_API_VERSION: version.trim(),
      },
      run: tests.length === 0 ? [directory] : tests.map((name) => nodeId(`${directory}/${name}`)),
      ignore: leftOut.flatMap(({ files }) => files.map((name) => path.join(directory, name))),
      patienceMs: 2 * minutes,
      report: path.join(side.work, 'results.xml'),
    });
    return new Map([...found].map(([name, result]) => [name.replace(`${directory}/`, ''), result]));
  }

  it(
    'pass as on a bare engine, but for what is listed',
    async () => {
      const { bare } = await compareSuite({ suite: 'docker-py', engines, known, run });
      expect(bare).toBeGreaterThanOrEqual(atLeast);
    },
    90 * minutes,
  );
});
