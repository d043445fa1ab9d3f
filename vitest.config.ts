import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, longest first: begun last, one of them would run alone at the end. Others follow
 * as Vitest has them.
 */
const longest = [
  'embedded.engine.test.ts',
  'kills.engine.test.ts',
  'comparison.engine.test.ts',
  'apply.engine.test.ts',
  'docker-cli.engine.test.ts',
  'corpus.engine.test.ts',
  'accomplice.engine.test.ts',
  'desktop.engine.test.ts',
  'docker-in-docker.engine.test.ts',
  'churn.engine.test.ts',
  'recreate.engine.test.ts',
  'engines.engine.test.ts',
  'socket-mounts.engine.test.ts',
  'archive.engine.test.ts',
  'isolation.engine.test.ts',
  'large.engine.test.ts',
  'locked-controls.test.tsx',
  'docker-socket-page.test.tsx',
  'review-page.test.tsx',
  'app.test.tsx',
  'cli/settings.test.ts',
  'file-sharing-page.test.tsx',
  'memory.test.ts',
  'targets/docker-desktop/desktop.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/**
 * What is waited for has this long, so that a loaded machine is only slow: `expect.poll` by itself gives up
 * after a second. Less than a test has.
 */
const patient = { poll: { timeout: 60_000 } };

/** Assertions have their values whole in the message: of a failed run, often only the report is left. */
const wholeValues = { truncateThreshold: 4_000 };

/**
 * The seed of all random tests of this run, those of fast-check and others, unless one is given. It is
 * printed in any case: a run that hangs or is ended prints none later.
 */
process.env['BULKHEAD_TEST_SEED'] ||= String(randomInt(0x7fff_ffff));
console.error(`Seed of random tests: BULKHEAD_TEST_SEED=${process.env['BULKHEAD_TEST_SEED']}`);

/** Has fast-check begin with that seed. */
const propertySeed = 'tests/support/property-seed.ts';

/** Unit tests in Node: beside the code, without root. */
const unitTests = globSync(
  '{shared,engine,supervisor,planner,gateway,cli,electron,scripts,tests,renderer}/**/*.test.ts',
  {
    cwd: import.meta.dirname,
  },
).filter((file) => !/\.(engine|machine|upstream)\.test\.ts$/.test(file));

/** Those that replace modules (`vi.mock`): each needs a process of its own. */
const replacesModules = (file: string) =>
  /\bvi\.(do)?mock\(/i.test(readFileSync(path.join(import.meta.dirname, file), 'utf8'));

// unit: beside the code, no root, many files in one process. unit-isolated: each in a process of its own.
// engine: real dockerd, needs root (`*.engine.test.ts`). upstream: moby's own tests
// (`npm run test:upstream`). e2e: the real Electron app and a real engine. machine: a virtual Debian machine
// (`npm run test:machine`).
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Pages side by side in one browser: more than this wait for each other on two cores.
    maxConcurrency: 3,
    tags: [{ name: 'small', description: 'the small engine set: npm run test:small' }],
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          chaiConfig: wholeValues,
          expect: patient,
          setupFiles: [propertySeed, 'tests/support/leaves-nothing.ts'],
          include: unitTests.filter((file) => !replacesModules(file)),
          // Loading the same modules for each file would take most of the time.
          isolate: false,
          // On two cores other stages run beside these: generous, so that only what hangs fails.
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'unit-isolated',
          environment: 'node',
          chaiConfig: wholeValues,
          expect: patient,
          setupFiles: [propertySeed],
          include: unitTests.filter(replacesModules),
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'renderer',
          environment: 'jsdom',
          chaiConfig: wholeValues,
          expect: patient,
          setupFiles: [propertySeed, 'tests/support/owner-stacks.ts', 'tests/support/patient-queries.ts'],
          include: ['renderer/**/*.test.tsx'],
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'engine',
          environment: 'node',
          chaiConfig: wholeValues,
          expect: patient,
          include: ['{engine,supervisor,planner,gateway,cli,runtime,tests}/**/*.engine.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: 'forks',
          setupFiles: [propertySeed, 'tests/support/own-network.ts', 'tests/support/own-programs.ts'],
        },
      },
      {
        test: {
          name: 'upstream',
          environment: 'node',
          chaiConfig: wholeValues,
          include: ['tests/conformance/upstream/*.upstream.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          setupFiles: ['tests/support/own-network.ts', 'tests/support/own-programs.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          chaiConfig: wholeValues,
          expect: patient,
          setupFiles: [propertySeed],
          include: ['e2e/**/*.e2e.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'machine',
          environment: 'node',
          chaiConfig: wholeValues,
          include: ['tests/machine/*.machine.test.ts'],
          testTimeout: 900_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
