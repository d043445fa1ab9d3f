/**
 * What isolation costs: ratios to bare runc on the same engine, interleaved, in one run. Needs root, Debian's
 * docker.io and gcc: `npm run bench:isolation`. Figures of two runs can't be compared, ratios can. `--
 * --rounds N` (default 40 starts), `--only NAME[,NAME]` of run, exec, layers, build, mounts, io, cp. Prints a
 * table, and writes artifacts/bench-isolation.json.
 */
import '../support/own-network.ts';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { importPrograms } from '../support/client-images.ts';
import { startBareEngine } from '../support/real-engine.ts';
import { getArchive, putArchive } from './gateway/streams.ts';
import { interleave, isMet, line, ratioOf, type Comparison, type Measure } from './isolation/samples.ts';

const execute = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../..');
const valueOf = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const rounds = Number(valueOf('--rounds') ?? 40);
const only = valueOf('--only')?.split(',');

const results: Comparison[] = [];
const report = (comparison: Comparison) => {
  results.push(comparison);
  console.log(line(comparison));
};

async function docker(socket: string, ...args: string[]): Promise<string> {
  return (await execute('docker', ['-H', `unix://${socket}`, ...args], { maxBuffer: 1 << 24 })).stdout.trim();
}
const timed =
  (work: () => Promise<unknown>): Measure =>
  async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };

/** One engine with two runtimes: ours is its default. */
type Runtime = 'runc' | 'bulkhead';
const runtimes = { bare: 'runc', isolated: 'bulkhead' } as const;
const both = async (count: number, measure: (runtime: Runtime) => Promise<number>) =>
  interleave(
    count,
    () => measure(runtimes.bare),
    () => measure(runtimes.isolated),
  );

async function starts(guarded: GuardedEngine, name: string, image: string, count: number): Promise<void> {
  // The container's lifetime varies too, and is subtracted: the engine checks for its end at intervals of its
  // own.
  const once = async (runtime: Runtime) => {
    const cycles = Math.floor(Math.random() * 30_000);
    return (
      (await timed(() =>
        docker(guarded.engine.socket, 'run', '--rm', '--runtime', runtime, image, 'usleep', String(cycles)),
      )()) -
      cycles / 1000
    );
  };
  report({ name, unit: 'ms', ...(await both(count, once)), target: { atMost: 1.05 } });
}

async function execs(guarded: GuardedEngine): Promise<void> {
  const { socket } = guarded.engine;
  for (const runtime of Object.values(runtimes))
    await docker(
      socket,
      'run',
      '-d',
      '--runtime',
      runtime,
      '--name',
      `exec-${runtime}`,
      'busybox',
      'sleep',
      '100000',
    );
  report({
    name: 'docker exec',
    unit: 'ms',
    ...(await both(rounds, (runtime) => timed(() => docker(socket, 'exec', `exec-${runtime}`, 'true'))())),
    target: { atMost: 1.05 },
  });
  for (const runtime of Object.values(runtimes)) await docker(socket, 'rm', '-f', `exec-${runtime}`);
}

/** One layer for each `COPY` of a file: no container is needed to create them. */
async function manyLayers(guarded: GuardedEngine, directory: string): Promise<void> {
  const lines = ['FROM busybox'];
  for (let i = 1; i < 100; i++) {
    await writeFile(path.join(directory, `f${i}`), String(i));
    lines.push(`COPY f${i} /`);
  }
  await writeFile(path.join(directory, 'Dockerfile'), lines.join('\n'));
  await docker(guarded.engine.socket, 'build', '-q', '-t', 'layers', directory);
  await starts(guarded, 'docker run --rm, 100 layers', 'layers', Math.ceil(rounds / 2));
}

/** BuildKit takes its runtime from the engine's environment: the bare side is another engine. */
async function builds(guarded: GuardedEngine, directory: string): Promise<void> {
  const bare = await startBareEngine();
  try {
    await writeFile(
      path.join(directory, 'Dockerfile'),
      'FROM busybox\nRUN echo one > /one\nRUN echo two > /two\n',
    );
    const build = (socket: string) => timed(() => docker(socket, 'build', '-q', '--no-cache', directory));
    const samples = await interleave(Math.ceil(rounds / 2), build(bare.socket), build(guarded.engine.socket));
    report({ name: 'docker build, two RUN steps', unit: 'ms', ...samples, target: { atMost: 1.05 } });
  } finally {
    await bare.stop();
  }
}

async function insideContainers(guarded: GuardedEngine, work: readonly ('mounts' | 'io')[]): Promise<void> {
  const { socket } = guarded.engine;
  const shared = path.join(guarded.scratch, 'shared');
  const program = path.join(guarded.scratch, 'workload');
  await mkdir(shared);
  await execute('gcc', [
    '-O2',
    '-static',
    '-o',
    program,
    path.join(project, 'tests/bench/isolation/workload.c'),
  ]);
  await importPrograms(socket, 'workload', [], { files: { '/bin/workload': program } });
  const started = async (runtime: Runtime) =>
    docker(
      socket,
      'run',
      '-d',
      '--privileged',
      '--runtime',
      runtime,
      '-v',
      'volume:/volume',
      '-v',
      `${shared}:/bind`,
      'workload',
      'sh',
      '-c',
      'mkdir -p /mnt /root-fs; exec sleep 100000',
    );
  const ids = { runc: await started('runc'), bulkhead: await started('bulkhead') };
  const milliseconds = async (runtime: Runtime, ...args: string[]) =>
    Number(await docker(socket, 'exec', ids[runtime], 'workload', ...args)) / 1e6;

  if (work.includes('mounts'))
    report({
      name: '1,000 mounts and umounts inside',
      unit: 'ms',
      ...(await both(10, (runtime) => milliseconds(runtime, 'mounts', '1000'))),
      target: null,
    });
  const megabytes = 192,
    small = 1000;
  for (const [place, where] of [
    ['root file system', '/root-fs'],
    ['volume', '/volume'],
    ['bind', '/bind'],
  ] as const) {
    if (!work.includes('io')) break;
    const rate = (name: string, unit: string, amount: number, args: () => string[]) =>
      both(rounds, async (runtime) => amount / ((await milliseconds(runtime, ...args())) / 1000)).then(
        (samples) => {
          report({ name: `${place}: ${name}`, unit, ...samples, target: { atLeast: 0.97 } });
        },
      );
    // In volume and bind it is one file for both: its location on the disk accounts for half of the speed.
    await rate('write', 'MB/s', megabytes, () => ['write', `${where}/file`, String(megabytes)]);
    await rate('read', 'MB/s', 8 * megabytes, () => ['read', `${where}/file`, String(megabytes)]);
    await rate('small files', '/s', small, () => ['files', where, String(small)]);
    for (const runtime of Object.values(runtimes))
      await docker(socket, 'exec', ids[runtime], 'rm', '-f', `${where}/file`);
  }
  await docker(socket, 'rm', '-f', '-v', ...Object.values(ids));
}

/** Bare: directly to the engine. Isolated: through the gateway, which corrects the ids. */
async function copies(guarded: GuardedEngine): Promise<void> {
  const { socket } = guarded.engine;
  const bytes = 256 * 1024 * 1024;
  const ids = { runc: '', bulkhead: '' };
  for (const runtime of Object.values(runtimes))
    ids[runtime] = await docker(socket, 'run', '-d', '--runtime', runtime, 'busybox', 'sleep', '100000');
  const through = { runc: socket, bulkhead: guarded.socket };
  report({
    name: 'docker cp into a container',
    unit: 'MB/s',
    ...(await both(10, (runtime) => putArchive(through[runtime], ids[runtime], bytes))),
    target: { atLeast: 0.9 },
  });
  report({
    name: 'docker cp out of a container',
    unit: 'MB/s',
    ...(await both(10, (runtime) => getArchive(through[runtime], ids[runtime], bytes))),
    target: { atLeast: 0.9 },
  });
  await docker(socket, 'rm', '-f', ...Object.values(ids));
}

const guarded = await startGuardedEngine();
const directory = await mkdtemp('/tmp/bulkhead-bench-');
try {
  const wants = (name: string) => only === undefined || only.includes(name);
  if (wants('run')) await starts(guarded, 'docker run --rm', 'busybox', rounds);
  if (wants('exec')) await execs(guarded);
  if (wants('layers')) await manyLayers(guarded, directory);
  if (wants('build')) await builds(guarded, directory);
  const inside = (['mounts', 'io'] as const).filter(wants);
  if (inside.length > 0) await insideContainers(guarded, inside);
  if (wants('cp')) await copies(guarded);
} finally {
  await guarded.stop();
  await rm(directory, { recursive: true });
}
await mkdir(path.join(project, 'artifacts'), { recursive: true });
await writeFile(
  path.join(project, 'artifacts/bench-isolation.json'),
  JSON.stringify(
    {
      kernel: os.release(),
      processors: os.cpus().length,
      rounds,
      results: results.map((one) => ({
        name: one.name,
        unit: one.unit,
        bare: { mean: one.bare.mean, error: one.bare.error, values: one.bare.values },
        isolated: { mean: one.isolated.mean, error: one.isolated.error, values: one.isolated.values },
        ...ratioOf(one),
        target: one.target,
        met: isMet(one),
      })),
    },
    null,
    2,
  ),
);
