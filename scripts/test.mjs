// `npm test`: sets up, builds and runs everything. Options: `--only NAME[,NAME]` (lint, format, imports,
// typecheck, unit, engine, e2e) and paths for the test runner.
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Actionable, main, step } from './console.mjs';
import { build } from './build.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { artifacts, repository } from './paths.mjs';
import { setUp } from './set-up.mjs';
import { runStage } from './test-stage.mjs';
import { closingLine, isGood, parseArguments, table } from './test-results.mjs';

const minutes = 60_000;
const stages = [
  { name: 'lint', script: ['eslint', 'bin', 'eslint.js'], args: ['.'], timeout: 5 * minutes },
  {
    name: 'format',
    script: ['prettier', 'bin', 'prettier.cjs'],
    args: ['--check', '.', '--log-level', 'warn'],
    timeout: 5 * minutes,
  },
  // Which folder may import from which: .dependency-cruiser.mjs.
  {
    name: 'imports',
    script: ['dependency-cruiser', 'bin', 'dependency-cruiser.mjs'],
    args: ['shared', 'engine', 'planner', 'supervisor', 'gateway', 'cli', 'electron', 'renderer'],
    timeout: 5 * minutes,
  },
  { name: 'typecheck', script: ['typescript', 'bin', 'tsc'], args: ['-p', '.'], timeout: 5 * minutes },
  // As many workers as cores: by itself Vitest leaves one core free, and on two that is half of them.
  { name: 'unit', projects: ['unit', 'renderer'], timeout: 12 * minutes, workers: availableParallelism() },
  { name: 'engine', projects: ['engine'], timeout: 50 * minutes, realEngine: true, workers: 2 },
  { name: 'e2e', projects: ['e2e'], timeout: 50 * minutes, realEngine: true, workers: 1, ownNetwork: true },
];

await main(
  async () => {
    const { only, paths } = parseArguments(
      process.argv.slice(2),
      stages.map((stage) => stage.name),
    );
    const wanted = stages.filter((stage) => only === undefined || only.includes(stage.name));
    const quick = wanted.filter((stage) => stage.realEngine !== true);
    const slow = wanted.filter((stage) => stage.realEngine === true);
    // Without an engine and a window there is nothing that root would have to install.
    await (slow.length > 0 ? setUp({ also: 'tests' }) : installNpmPackages());

    mkdirSync(artifacts, { recursive: true });
    const results = [];
    if (quick.length > 0) step(`Running side by side: ${quick.map((stage) => stage.name).join(', ')}`);
    results.push(...(await Promise.all(quick.map((stage) => runStage(stage, paths)))));
    // Each of the others waits for engines and windows for about half of its time, in network namespaces of
    // its own: side by side, too.
    const whyNot = slow.length > 0 ? await obstacle() : undefined;
    if (slow.length > 0 && whyNot === undefined)
      step(`Running side by side: ${slow.map((stage) => stage.name).join(', ')}`);
    results.push(
      ...(await Promise.all(
        slow.map((stage) => (whyNot === undefined ? runStage(stage, paths) : refused(stage, whyNot))),
      )),
    );
    if (paths.length > 0 && results.every((result) => result.passed + result.failed + result.skipped === 0))
      throw new Actionable(`No test file matches ${paths.join(' ')}: give a path such as shared/settings.`);
    report(results);
  },
  { closing: '0 passed, 1 failed' },
);

/**
 * Builds; resolves with the sentence that says why tests on a real engine can't run, or undefined where they
 * can.
 */
async function obstacle() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'these tests drive a real engine and need root on Linux: run `sudo npm test`, or leave them out with `npm test -- --only lint,typecheck,unit`.';
  }
  try {
    await build();
    return undefined;
  } catch (error) {
    return error instanceof Actionable ? error.message : String(error?.stack ?? error);
  }
}

function refused(stage, why) {
  console.error(`✗ ${stage.name}: ${why}`);
  return { name: stage.name, passed: 0, failed: 1, skipped: 0, seconds: 0, log: undefined };
}

function report(results) {
  const bad = results.filter((result) => !isGood(result));
  console.log(`\n${table(results)}\n`);
  if (bad.length > 0) {
    process.exitCode = 1;
    const logs = bad.flatMap((result) =>
      result.log === undefined ? [] : [path.relative(repository, result.log)],
    );
    console.log(
      `Repair what is listed above${logs.length > 0 ? `; the whole output is in ${logs.join(', ')}` : ''}.`,
    );
  }
  console.log(closingLine(results));
}
