// One stage of `npm test`: runs a tool with its whole output in artifacts/, and counts its results.
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { lastLines, note } from './console.mjs';
import { artifacts, at, pinnedNode, repository } from './paths.mjs';
import { setSessionNiceness } from './session-niceness.mjs';
import { countsOf, failuresOf, hasPassed } from './test-results.mjs';

/**
 * Tests start the command line and the gateway from their sources hundreds of times: each module is stripped
 * of types and compiled only once. Not with coverage, which this makes imprecise.
 */
const compileCache = { NODE_COMPILE_CACHE: path.join(artifacts, 'compile-cache') };

/**
 * Runs one stage with its whole output in artifacts/NAME.log; shows what failed. A runner that crashes, hangs
 * or leaves no report counts as one failure.
 */
export async function runStage(stage, paths) {
  const log = path.join(artifacts, `${stage.name}.log`);
  const report = path.join(artifacts, `${stage.name}.json`);
  rmSync(report, { force: true });
  const started = performance.now();
  const { code, output } = await execute(
    atItsPriority(stage, inOwnNetwork(stage, [pinnedNode, ...commandOf(stage, paths, report)])),
    {
      log,
      timeout: stage.timeout,
      niceness: stage.niceness,
      env: { ...(stage.coverage === true ? {} : compileCache), ...stage.env },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const counts =
    stage.projects === undefined
      ? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
      : countsOf(existsSync(report) ? readFileSync(report, 'utf8') : undefined, code);
  const result = { name: stage.name, ...counts, seconds, log };
  note(`${hasPassed(result) ? '✓' : '✗'} ${stage.name} (${seconds.toFixed(0)} s)`);
  if (!hasPassed(result)) {
    const listed =
      stage.projects !== undefined && existsSync(report)
        ? failuresOf(readFileSync(report, 'utf8'), repository)
        : [];
    console.error(listed.length > 0 ? listed.join('\n') : lastLines(output, 40));
    if (code === null) console.error(`    it was ended after ${Math.round(stage.timeout / 60_000)} minutes`);
  }
  return result;
}

function commandOf(stage, paths, report) {
  if (stage.projects === undefined) return [at('node_modules', ...stage.script), ...stage.args];
  return [
    at('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...stage.projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(stage.workers === undefined ? [] : [`--maxWorkers=${stage.workers}`]),
    ...(stage.options ?? []),
    ...(stage.mayBeEmpty === true || paths.length > 0 ? ['--passWithNoTests'] : []),
    ...(stage.paths ?? paths),
  ];
}

/**
 * A network namespace for the whole stage: this machine's network is not changed. (Engine tests create one
 * per file: tests/support/own-network.ts.)
 */
function inOwnNetwork(stage, command) {
  return stage.ownNetwork === true
    ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command]
    : command;
}

/** With nice(1), before it has threads. */
function atItsPriority({ niceness }, command) {
  return niceness === undefined ? command : ['nice', '-n', String(niceness), ...command];
}

/** Functions that end the stages running now. */
const running = new Set();

/** Stages run concurrently: all of them end with this process. */
function interrupted() {
  for (const end of running) end();
  process.exit(130);
}

/**
 * Resolves with the exit code (null: ended because it took too long) and the output, which is also written to
 * `log`.
 */
function execute([program, ...args], { log, timeout, niceness = 0, env }) {
  return new Promise((resolve) => {
    const file = createWriteStream(log);
    // A process group (and session) of its own, so that children of a hanging runner end with it.
    const child = spawn(program, args, {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    if (niceness !== 0 && child.pid !== undefined) setSessionNiceness(child.pid, niceness);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
        file.write(chunk);
      });
    }
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        /* it has ended already */
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, timeout);
    running.add(end);
    for (const signal of ['SIGINT', 'SIGTERM'])
      if (!process.listeners(signal).includes(interrupted)) process.once(signal, interrupted);
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(end);
      if (running.size === 0) process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      file.end(() => {
        resolve({ code: late ? null : (code ?? 1), output });
      });
    });
  });
}
