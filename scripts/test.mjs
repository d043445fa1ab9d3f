// `npm test`: sets up, builds and runs everything. Options: `--only NAME[,NAME]` (lint, typecheck, unit, engine, e2e) and paths for the test runner.
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { Actionable, lastLines, main, note, step } from './console.mjs';
import { build } from './build.mjs';
import { artifacts, at, handedToPinnedNode, pinnedNode, repository } from './paths.mjs';
import { setUp } from './set-up.mjs';
import { closingLine, countsOf, failuresOf, isGood, parseArguments, table } from './test-results.mjs';

const minutes = 60_000;
const stages = [
  { name: 'lint', script: ['eslint', 'bin', 'eslint.js'], args: ['.'], timeout: 5 * minutes },
  { name: 'typecheck', script: ['typescript', 'bin', 'tsc'], args: ['-p', '.'], timeout: 5 * minutes },
  { name: 'unit', projects: ['unit', 'renderer'], timeout: 8 * minutes },
  { name: 'engine', projects: ['engine'], timeout: 15 * minutes, needsRoot: true, workers: 2 },
  { name: 'e2e', projects: ['e2e'], timeout: 15 * minutes, needsRoot: true, workers: 1 },
];

await main(async () => {
  const { only, paths } = parseArguments(process.argv.slice(2).filter((argument) => argument !== '--set-up-done'), stages.map((stage) => stage.name));
  if (!process.argv.includes('--set-up-done')) await setUp({ withDisplay: true });
  if (await handedToPinnedNode(at('scripts', 'test.mjs'), ['--set-up-done'])) return;
  const wanted = stages.filter((stage) => only === undefined || only.includes(stage.name));
  mkdirSync(artifacts, { recursive: true });
  const results = [];
  // Lint, types and unit tests need no build; the other two use both cores themselves and drive one kernel's network, so one after the other.
  const quick = wanted.filter((stage) => stage.needsRoot !== true);
  if (quick.length > 0) step(`Running side by side: ${quick.map((stage) => stage.name).join(', ')}`);
  results.push(...await Promise.all(quick.map((stage) => runStage(stage, paths))));
  const slow = wanted.filter((stage) => stage.needsRoot === true);
  const unbuilt = slow.length > 0 ? await build().then(() => undefined, (error) => error) : undefined;
  for (const stage of slow) results.push(await runSlowStage(stage, paths, unbuilt));
  console.log(`\n${table(results)}\n`);
  if (!results.every(isGood)) process.exitCode = 1;
  const failing = results.filter((result) => !isGood(result));
  if (failing.length > 0) console.log(`Repair what is listed above; the whole output is in ${failing.map((result) => path.relative(repository, result.log)).join(', ')}.`);
  console.log(closingLine(results));
});

async function runSlowStage(stage, paths, unbuilt) {
  const failed = (why) => {
    console.error(`✗ ${stage.name}: ${why}`);
    return { name: stage.name, passed: 0, failed: 1, skipped: 0, seconds: 0, log: artifacts };
  };
  if (unbuilt !== undefined) return failed(unbuilt instanceof Actionable ? unbuilt.message : String(unbuilt));
  if (process.getuid?.() !== 0) return failed(`these tests drive a real engine and need root on Linux: run \`sudo npm test\`, or leave them out with \`npm test -- --only lint,typecheck,unit\`.`);
  step(`Running ${stage.name}`);
  return runStage(stage, paths);
}

/** Runs one stage with its whole output in artifacts/NAME.log; shows what failed. A runner that crashes, hangs or leaves no report counts as one failure. */
async function runStage(stage, paths) {
  const log = path.join(artifacts, `${stage.name}.log`);
  const report = path.join(artifacts, `${stage.name}.json`);
  rmSync(report, { force: true });
  const started = performance.now();
  const { code, output } = await execute(commandOf(stage, paths, report), log, stage.timeout);
  const seconds = (performance.now() - started) / 1000;
  const counts = stage.projects === undefined
    ? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
    : countsOf(existsSync(report) ? readFileSync(report, 'utf8') : undefined, code);
  const result = { name: stage.name, ...counts, seconds, log };
  note(`${isGood(result) ? '✓' : '✗'} ${stage.name} (${seconds.toFixed(0)} s)`);
  if (!isGood(result)) {
    const listed = stage.projects !== undefined && existsSync(report) ? failuresOf(readFileSync(report, 'utf8'), repository) : [];
    console.error(listed.length > 0 ? listed.join('\n') : lastLines(output, 40));
    if (code === null) console.error(`    it was ended after ${stage.timeout / minutes} minutes`);
  }
  return result;
}

function commandOf(stage, paths, report) {
  if (stage.projects === undefined) return [at('node_modules', ...stage.script), ...stage.args];
  return [
    at('node_modules', 'vitest', 'vitest.mjs'), 'run', ...stage.projects.flatMap((project) => ['--project', project]),
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`,
    ...(stage.workers === undefined ? [] : [`--maxWorkers=${stage.workers}`]),
    ...(paths.length > 0 ? ['--passWithNoTests', ...paths] : []),
  ];
}

/** Resolves with the exit code (null: ended for taking too long) and the output, which is also written to `log`. */
function execute(args, log, timeout) {
  return new Promise((resolve) => {
    const file = createWriteStream(log);
    // A group of its own, so that what a hanging runner started ends with it.
    const child = spawn(pinnedNode, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => { output += chunk; file.write(chunk); });
    }
    const end = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* ended already */ } };
    let late = false;
    const timer = setTimeout(() => { late = true; end(); }, timeout);
    const interrupted = () => { end(); process.exit(130); };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    child.once('error', (error) => { output += error.message; });
    child.once('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      file.end(() => { resolve({ code: late ? null : (code ?? 1), output }); });
    });
  });
}
