/**
 * Ratios of `docker cp` through the gateway, into and out of a running isolated container, to `docker cp` on
 * a stock engine: command line against command line, interleaved in one run; and what the gateway itself
 * takes of the processor, which holds on a busy machine too. Needs root, Debian's docker.io and a build: `npm
 * run bench -- copies`. `BULKHEAD_COPY_MEGABYTES`: size of the file (default 2048).
 */
import '../support/own-network.ts';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eciOn } from '../support/guarded-engine.ts';
import { startIsolatedEngine } from '../support/isolated-engine.ts';
import { startBareEngine } from '../support/real-engine.ts';

const megabytes = Number(process.env['BULKHEAD_COPY_MEGABYTES'] ?? '2048');
const rounds = Number(process.env['BULKHEAD_COPY_ROUNDS'] ?? '5');
const launcher = fileURLToPath(new URL('../../bin/bulkhead', import.meta.url));

function sh(script: string, socket: string, work: string): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn('sh', ['-ec', script], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
    }).once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${script}: ${code}`));
    });
  });
}
async function timed(script: string, socket: string, work: string): Promise<number> {
  const start = performance.now();
  await sh(script, socket, work);
  return performance.now() - start;
}
/** Seconds of processor time a process has used so far, in steps of 10 ms. */
function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const scratch = await mkdtemp('/tmp/bulkhead-copies-');
const stops: (() => Promise<unknown>)[] = [() => rm(scratch, { recursive: true, force: true })];
try {
  const bare = await startBareEngine();
  stops.push(() => bare.stop());
  const isolated = await startIsolatedEngine();
  stops.push(() => isolated.stop());
  const listen = path.join(scratch, 'docker.sock');
  // In a directory of its own: it is watched.
  await mkdir(path.join(scratch, 'gateway/state'), { recursive: true });
  const settings = path.join(scratch, 'gateway/admin-settings.json');
  await writeFile(settings, JSON.stringify(eciOn(scratch)));
  const gateway = spawn(
    launcher,
    [
      'gateway',
      '--engine',
      `unix://${isolated.socket}`,
      '--listen',
      `unix://${listen}`,
      '--settings',
      settings,
      '--engine-directory',
      isolated.root,
      '--state',
      path.join(scratch, 'gateway/state'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  stops.push(async () => {
    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    await ended;
  });
  await new Promise((resolve, reject) => {
    gateway.stdout.once('data', resolve);
    gateway.once('exit', reject);
  });

  const sides = [
    ['stock', bare.socket],
    ['gateway', listen],
  ] as const;
  for (const [, socket] of sides) {
    await sh(
      'docker run -d --name up --network none busybox sleep 100000; docker create --name down busybox true',
      socket,
      scratch,
    );
    stops.push(() => sh('docker rm -f up down', socket, scratch));
  }
  await sh(
    `head -c ${megabytes}M /dev/urandom > file; mkdir many; for i in $(seq 4000); do echo $i > many/$i; done`,
    '',
    scratch,
  );
  const cases = [
    ['cp in, running', 'docker cp -q file up:/tmp/file'],
    ['cp out, running', 'docker cp -q up:/tmp/file out'],
    ['cp in, stopped', 'docker cp -q file down:/tmp/file'],
    ['cp out, stopped', 'docker cp -q down:/tmp/file out'],
    ['cp in, running, 4000 files', 'docker cp -q many up:/tmp/many'],
    ['cp out, running, 4000 files', 'docker cp -q up:/tmp/many outs'],
    ['export, running', 'docker export up > exported'],
  ] as const;
  for (const [what, script] of cases) {
    const times = { stock: [] as number[], gateway: [] as number[] };
    const before = processorTime(gateway.pid ?? 0);
    for (let round = 0; round <= rounds; round++) {
      for (const [name, socket] of round % 2 === 0 ? sides : sides.toReversed()) {
        const ms = await timed(script, socket, scratch).finally(() =>
          sh('rm -rf out outs exported', socket, scratch),
        );
        if (round > 0) times[name].push(ms);
      }
    }
    const used = ((processorTime(gateway.pid ?? 0) - before) / (rounds + 1)) * 1000;
    const ratio = median(times.stock) / median(times.gateway);
    console.log(
      `${what.padEnd(30)} stock ${median(times.stock).toFixed(0).padStart(7)} ms   gateway ` +
        `${median(times.gateway).toFixed(0).padStart(7)} ms   throughput ratio ${ratio.toFixed(3)}   ` +
        `gateway's processor ${used.toFixed(0).padStart(5)} ms${ratio >= 0.9 ? '' : '   BELOW 0.9'}`,
    );
  }
} finally {
  for (const stop of stops.toReversed())
    await stop().catch((error: unknown) => {
      console.error(error);
    });
}
