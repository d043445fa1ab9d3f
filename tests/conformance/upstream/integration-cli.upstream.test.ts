import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fetchUpstreamTests } from '../../../scripts/upstream-tests.mjs';
import type { Side } from '../../support/guarded-engine.ts';
import { clientEnvironment, enterNetwork, removeAll } from './compare.ts';
import { runGoTests } from './go-tests.ts';
import { atLeast, known, leftOut, suites } from './integration-cli.ts';
import { compareOnTwoEngines, type SuiteRun } from './on-two-engines.ts';
import type { TestResults } from './results.ts';

const minutes = 60_000;

// moby's `integration-cli`.
compareOnTwoEngines({
  title: 'A1: integration-cli of moby',
  name: 'integration-cli',
  suites,
  reportName: (suite) => suite,
  known,
  atLeast,
  suiteMinutes: 180,
  fetch: async () => (await fetchUpstreamTests()).moby,
  prepare: async (side) => {
    // Programs of the names that the tests look for.
    await mkdir(programs(side));
    await symlink('/usr/bin/docker-registry', path.join(programs(side), 'registry-v2'));
  },
  run: runSuite,
});

function runSuite({ engines, side, root: moby, suite, tests }: SuiteRun): Promise<TestResults> {
  // This suite removes the machine's /etc/docker/plugins, so it gets mounts of its own. The others must not:
  // the engine has to see what they mount.
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

function programs(side: Side): string {
  return path.join(side.work, 'programs');
}

/** The second part of a name `TestSuite/TestMethod/subtest`. */
function methodOf(test: string): string {
  return test.split('/')[1] ?? '';
}

const hidePlugins = 'mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker && exec "$@"';
