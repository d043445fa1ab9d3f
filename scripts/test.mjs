// `npm test`: sets up, builds and runs everything.
//
//   --only NAME[,NAME]   stages: lint, format, imports, typecheck, unit, engine, e2e, newer-overlay2,
//                        newer-containerd, engine-containerd, newer-clients, older-clients, machine,
//                        upstream
//   PATH…                test files, by a part of their path
//   --changed [REF]      what a change since REF touches (else: since the branch left main, and what is not
//                        committed): unit and component tests that import it, a choice of the engine tests
//   --small              of the engine tests those tagged "small" (less than two minutes)
//   --coverage           prints the coverage of unit and component tests
//
// BULKHEAD_TEST_SEED=N repeats random tests.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, main, note, step } from './console.mjs';
import { build } from './build.mjs';
import { coverageTable } from './coverage.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { artifacts, repository } from './paths.mjs';
import { setUp } from './set-up.mjs';
import { printedRecord } from './printed-record.mjs';
import { merged, readRecord, writeRecord } from './compatibility-record.mjs';
import { cells, origin, recordFile, recordOfStages } from './matrix-cells.mjs';
import { cellStages, suites } from './matrix-suites.mjs';
import { fetchNewerEngine, OtherVersionError } from './newer-engine.mjs';
import { runStage } from './test-stage.mjs';
import { parseArguments } from './test-arguments.mjs';
import { coverageDirectory, planStages } from './test-plan.mjs';
import { closingLine, hasPassed, notRunLines, table, withoutRun } from './test-results.mjs';

const minutes = 60_000;
/** CI ends a run after 90 minutes: before that, running stages are ended and counted as failed. */
const end = process.env.CI === 'true' ? 88 * minutes : Infinity;
/** Of stages that only compute, and that nothing waits for: they take what others leave of the processor. */
const lowestPriority = 19;
const stages = [
  {
    name: 'lint',
    script: ['eslint', 'bin', 'eslint.js'],
    args: ['.'],
    timeout: 300 * minutes,
    nicenessBesideEngines: lowestPriority,
  },
  {
    name: 'format',
    script: ['prettier', 'bin', 'prettier.cjs'],
    args: ['--check', '.', '--log-level', 'warn'],
    timeout: 300 * minutes,
    nicenessBesideEngines: lowestPriority,
  },
  // Which folder may import from which: .dependency-cruiser.mjs.
  {
    name: 'imports',
    script: ['dependency-cruiser', 'bin', 'dependency-cruiser.mjs'],
    args: ['shared', 'engine', 'planner', 'supervisor', 'gateway', 'cli', 'electron', 'renderer'],
    timeout: 300 * minutes,
    nicenessBesideEngines: lowestPriority,
  },
  {
    name: 'typecheck',
    script: ['typescript', 'bin', 'tsc'],
    args: ['-p', '.'],
    timeout: 300 * minutes,
    nicenessBesideEngines: lowestPriority,
  },
  // As many workers as cores: by default Vitest leaves one core free, which is half of two.
  {
    name: 'unit',
    projects: ['unit', 'unit-isolated', 'renderer'],
    timeout: 50 * minutes,
    workers: availableParallelism(),
  },
  // A Debian machine as User Mode Linux, which takes one core; its tests have limits of their own. The files
  // that need QEMU (packages, the window, a newer engine) are for `npm run test:machine`, which names them.
  {
    name: 'machine',
    projects: ['machine'],
    // All of its files, which CI does not run, take hours; each test has a limit of its own.
    timeout: 300 * minutes,
    realEngine: true,
    architecture: 'x64',
    pathsAmongOthers: ['tests/machine/system-engine'],
  },
  // Each of these waits for engines and windows now and then, in network namespaces of its own: they run
  // concurrently. One worker more than two cores: two of them alone leave a third of both idle.
  {
    name: 'engine',
    projects: ['engine'],
    timeout: 50 * minutes,
    realEngine: true,
    workers: 3,
    after: ['unit', 'machine'],
  },
  {
    name: 'e2e',
    projects: ['e2e'],
    timeout: 50 * minutes,
    realEngine: true,
    workers: 1,
    ownNetwork: true,
    after: ['unit', 'machine'],
  },
  // Other engines, image stores and clients: beside the end of the window's tests, which end last.
  ...cellStages.map(({ name, engine, store, client, after, suites: wanted }) => ({
    name,
    projects: ['engine'],
    timeout: 20 * minutes,
    realEngine: true,
    workers: 1,
    after: [after],
    cell: { engine, client },
    paths: suites.filter((suite) => wanted.includes(suite.name)).map(({ file }) => file),
    env: { BULKHEAD_TEST_STORE: store },
  })),
  // Tests of others, on a bare engine and through the gateway. They take too long for every change.
  {
    name: 'upstream',
    projects: ['upstream'],
    timeout: 300 * minutes,
    realEngine: true,
    workers: 1,
    architecture: 'x64',
    isOnlyByName: true,
  },
];

await main(
  async () => {
    const options = parseArguments(
      process.argv.slice(2),
      stages.map((stage) => stage.name),
    );
    const { paths } = options;
    const { stages: wanted, notes } = await planStages(stages, options);
    const usesEngines = wanted.some((stage) => stage.realEngine === true);
    // Without an engine and a window there is nothing that root would have to install.
    await (usesEngines ? setUp({ also: 'tests' }) : installNpmPackages());

    mkdirSync(artifacts, { recursive: true });
    rmSync(coverageDirectory, { recursive: true, force: true });
    const names = wanted.map(({ name, after = [] }) => {
      const before = after.filter((other) => wanted.some((stage) => stage.name === other));
      return before.length === 0 ? name : `${name} (after ${before.join(' and ')})`;
    });
    if (names.length > 0) step(`Running side by side: ${names.join(', ')}`);
    // No unit test reads the files that it builds.
    const engineObstacle = usesEngines ? buildForEngines() : undefined;
    const results = await runSideBySide(wanted, async (stage) => {
      if (stage.realEngine !== true)
        return runStage(
          { ...limited(stage), niceness: usesEngines ? stage.nicenessBesideEngines : undefined },
          paths,
        );
      const reason = await engineObstacle;
      return reason === undefined ? runOnEngine(limited(stage), paths) : refused(stage, reason);
    });
    if (paths.length > 0 && results.every((result) => result.passed + result.failed + result.skipped === 0))
      throw new ActionableError(
        `No test file matches ${paths.join(' ')}: give a path such as shared/settings.`,
      );
    for (const text of notes) note(text);
    report(results);
    if (usesEngines && (await engineObstacle) === undefined && !options.small) await reportMatrix(results);
    if (options.coverage) reportCoverage();
    console.log(closingLine(results));
  },
  { closing: '0 passed, 1 failed' },
);

/** The stage with the remaining time of the whole run, if that is less than its own limit. */
function limited(stage) {
  return { ...stage, timeout: Math.min(stage.timeout, end - performance.now()) };
}

/** Runs a stage, with the newer engine or its clients if it is for those and they can be had. */
async function runOnEngine(stage, paths) {
  const { cell } = stage;
  if (cell === undefined || ![cell.engine, cell.client].includes('newer')) return runStage(stage, paths);
  try {
    const { engine, client } = await fetchNewerEngine();
    const env = {
      ...stage.env,
      ...(cell.engine === 'newer' ? { BULKHEAD_TEST_ENGINE: engine } : {}),
      ...(cell.client === 'newer' ? { BULKHEAD_TEST_CLIENT: client } : {}),
    };
    return await runStage({ ...stage, env }, paths);
  } catch (error) {
    // The archive moves on by itself: no change of this repository may fail for it.
    if (error instanceof OtherVersionError) return withoutRun(stage.name, error.message);
    return refused(stage, error instanceof ActionableError ? error.message : String(error?.stack ?? error));
  }
}

/** Runs stages concurrently, but each after those that it names, if they run too. */
function runSideBySide(stages, run) {
  const running = new Map();
  for (const stage of stages)
    running.set(
      stage.name,
      Promise.all((stage.after ?? []).map((name) => running.get(name))).then(() => run(stage)),
    );
  return Promise.all(running.values());
}

/** Builds; resolves with a sentence about why tests on a real engine can't run, or undefined if they can. */
async function buildForEngines() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return (
      'these tests drive a real engine and need root on Linux: run `sudo npm test`, ' +
      'or leave them out with `npm test -- --only lint,typecheck,unit`.'
    );
  }
  try {
    await build();
    return undefined;
  } catch (error) {
    return error instanceof ActionableError ? error.message : String(error?.stack ?? error);
  }
}

function refused(stage, why) {
  console.error(`✗ ${stage.name}: ${why}`);
  return { name: stage.name, passed: 0, failed: 1, skipped: 0, seconds: 0, log: undefined };
}

function report(results) {
  const bad = results.filter((result) => !hasPassed(result));
  console.log(`\n${table(results)}\n`);
  for (const line of notRunLines(results)) console.log(`${line}\n`);
  if (bad.length > 0) {
    process.exitCode = 1;
    const logs = bad.flatMap((result) =>
      result.log === undefined ? [] : [path.relative(repository, result.log)],
    );
    console.log(
      `Repair what is listed above${logs.length > 0 ? `; the whole output is in ${logs.join(', ')}` : ''}.`,
    );
  }
}

/**
 * Prints what ran on which engine, image store, clients and kernel, and leaves it for docs/compatibility.md
 * (`npm run test:matrix -- --page`).
 */
async function reportMatrix(results) {
  const ran = results.filter(({ notRun }) => notRun === undefined).map(({ name }) => name);
  const ofCells = cellStages.filter(({ name }) => ran.includes(name));
  if (ofCells.length === 0 && !ran.includes('engine') && !ran.includes('machine')) return;
  const usesNewer = ofCells.some(({ engine, client }) => [engine, client].includes('newer'));
  const newer = usesNewer ? await fetchNewerEngine().catch(() => null) : null;
  const record = recordOfStages(ran, cells(newer), origin());
  const text = printedRecord(record);
  if (text === '') return;
  writeRecord(recordFile, merged(readRecord(recordFile), record));
  console.log(`${text}\n`);
  console.log('The last result of each cell: docs/compatibility.md.\n');
}

/** Prints the table of the coverage, which exists only if all of its tests passed. */
function reportCoverage() {
  const file = path.join(coverageDirectory, 'coverage-summary.json');
  if (existsSync(file)) console.log(`${coverageTable(readFileSync(file, 'utf8'), repository)}\n`);
  else note('There is no coverage: the unit stage did not run, or not all of it passed.');
}
