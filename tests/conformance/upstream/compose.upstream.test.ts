import { cp } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchComposeTests } from '../../../scripts/upstream-compose.mjs';
import type { Side } from '../../support/guarded-engine.ts';
import { startTwoEngines, type TwoEngines } from '../../support/two-engines.ts';
import { clientEnvironment, compareSuite, enterNetwork, makeDirectories, removeAll } from './compare.ts';
import { makeComposeImages } from './compose-images.ts';
import { atLeast, known } from './compose.ts';
import { importFrozenImages } from './frozen-images.ts';
import { runGoTests } from './go-tests.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;
const plugin = '/usr/libexec/docker/cli-plugins/docker-compose';
/** The tests hand no variable on but this: the name of a context. */
const context = 'side';

/** Starts both engines, ECI on, and runs Compose's end-to-end tests on each, with the installed Compose. */
describe('A1: end-to-end tests of Compose', () => {
  let engines: TwoEngines;

  beforeAll(async () => {
    const tests = await fetchComposeTests();
    engines = await startTwoEngines();
    const sides = [engines.bare, engines.guarded];
    await importFrozenImages(...sides.map(({ socket }) => socket));
    for (const side of sides) {
      await makeDirectories(side);
      await makeComposeImages(side.socket);
      // Containers may mount its files.
      await cp(tests, directoryOf(side), { recursive: true });
      const { code, stderr } = await side.sh(
        `docker context create ${context} --docker "host=$DOCKER_HOST"`,
        { HOME: clientEnvironment(side)['HOME'] ?? '', DOCKER_CONFIG: '' },
      );
      if (code !== 0) throw new Error(stderr);
    }
  }, 30 * minutes);
  afterAll(async () => {
    await engines?.stop();
  }, 10 * minutes);

  const directoryOf = (side: Side) => path.join(side.work, 'compose');

  const run = (side: Side, tests: readonly string[]): Promise<TestResults> =>
    runGoTests({
      program: path.join(directoryOf(side), 'test.main'),
      directory: directoryOf(side),
      enter: enterNetwork(engines, side),
      env: {
        ...clientEnvironment(side),
        PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin',
        COMPOSE_E2E_BIN_PATH: plugin,
        DOCKER_CONTEXT: context,
        GOTRACEBACK: 'all',
      },
      run: tests.length === 0 ? '.' : `^(${[...new Set(tests.map(functionOf))].join('|')})$`,
      depth: 1,
      skip: [],
      patienceMs: 2 * minutes,
      afterHang: () => removeAll(side),
    });

  it(
    'pass as on a bare engine, but for what is listed',
    async () => {
      const { bare } = await compareSuite({ suite: 'compose', engines, known, run });
      expect(bare).toBeGreaterThanOrEqual(atLeast);
    },
    90 * minutes,
  );
});

/** The first part of a name `TestFunction/subtest`. */
const functionOf = (test: string) => test.split('/')[0] ?? '';
