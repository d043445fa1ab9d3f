/**
 * Ratios of processor time (user and system) that commands take to start and end, to `node -e 0`: interleaved
 * in one run, the medians. `status` is that of a directory without an engine, of an engine that was never
 * started, and, for root, of one that runs with three containers. Needs bash: `npm run bench -- start`.
 * `BULKHEAD_START_ROUNDS`: how often each runs (default 15).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootPaths } from '../../engine/base/root-paths.ts';
import { docker, importBusybox, removeEngineRoot } from '../support/real-engine.ts';

const rounds = Number(process.env['BULKHEAD_START_ROUNDS'] ?? '15');
const program = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url));
const root = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-start-'));
writeFileSync(path.join(root, 'admin-settings.json'), '{"configurationFileVersion": 2}');
const absent = path.join(root, 'absent');
const running = process.getuid?.() === 0 ? mkdtempSync('/tmp/bh-') : null;

const baseline = 'node -e 0';
const commands: Readonly<Record<string, readonly string[]>> = {
  [baseline]: ['-e', '0'],
  'bulkhead --help': [program, '--help'],
  'bulkhead --help, 中文': [program, '--help', '--lang', 'zh-CN'],
  'bulkhead status, no engine': [program, 'status', '--root', absent],
  'bulkhead status': [program, 'status', '--root', root],
  'bulkhead engine status': [program, 'engine', 'status', '--root', root],
  ...(running === null
    ? {}
    : {
        'bulkhead status, running': [program, 'status', '--root', running],
        'bulkhead engine status, running': [program, 'engine', 'status', '--root', running],
      }),
};
const bulkhead = (...args: string[]) => execFileSync(process.execPath, [program, ...args], { stdio: 'pipe' });

/** An engine with three containers, one of which runs. */
async function startEngine(directory: string): Promise<void> {
  const { clientSocket } = rootPaths(directory);
  bulkhead('engine', 'start', '--no-context', '--root', directory);
  await importBusybox(clientSocket);
  for (const command of ['true', 'true', 'sleep 100000'])
    await docker(clientSocket, 'run', '--detach', 'busybox', ...command.split(' '));
}

/** Processor time of one run of Node, user and system, in ms. */
function processorTime(args: readonly string[]): number {
  // bash prints two lines: its own times, and those of its children, as 0m0.031s.
  const script = '"$@" >/dev/null 2>&1; times';
  const times = execFileSync('bash', ['-c', script, 'bash', process.execPath, ...args], { encoding: 'utf8' });
  const children = times.trim().split('\n').at(-1) ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
    0,
  );
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const measured = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
try {
  if (running !== null) await startEngine(running);
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(commands)) measured.get(name)?.push(processorTime(args));
} finally {
  if (running !== null) {
    bulkhead('engine', 'stop', '--root', running);
    await removeEngineRoot(running);
  }
  rmSync(root, { recursive: true });
}
const base = median(measured.get(baseline) ?? []);
for (const [name, times] of measured) {
  const time = median(times);
  console.log(`${name.padEnd(31)} ${time.toFixed(0).padStart(5)} ms  ${(time / base).toFixed(2)} times`);
}
