/**
 * Ratios of the gateway (enforcing, run as `bulkhead gateway` runs it) to the bare engine, in one run on one
 * machine. Needs root, Debian's docker.io and a build: `npm run bench:gateway`. The load generator shares the
 * machine with both, so figures of two runs can't be compared, ratios can. `-- --profile DIR` also writes a
 * CPU profile of the gateway there.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker, startBareEngine } from '../support/real-engine.ts';
import { decisions } from './gateway/decisions.ts';
import { KeepAliveClient, load, LoadSamples } from './gateway/http-load.ts';
import { attachedOutput, getArchive, putArchive } from './gateway/streams.ts';

const streamBytes = 256 * 1024 * 1024;
const launcher = fileURLToPath(new URL('../../bin/bulkhead', import.meta.url));

/** `ratio` is gateway to direct; `holds`: whether a target is met. */
function row(
  name: string,
  unit: string,
  direct: number,
  through: number,
  target?: { text: string; holds: (ratio: number) => boolean },
): void {
  const ratio = through / direct;
  const digits = direct < 100 ? 1 : 0;
  const verdict =
    target === undefined ? '' : `   target ${target.text}${target.holds(ratio) ? '' : '  MISSED'}`;
  console.log(
    `${name.padEnd(40)} direct ${direct.toFixed(digits).padStart(8)}   gateway ` +
      `${through.toFixed(digits).padStart(8)} ${unit.padEnd(10)} ratio ${ratio.toFixed(3)}${verdict}`,
  );
}
const atLeast = (share: number) => ({ text: `>= ${share}`, holds: (ratio: number) => ratio >= share });
const atMost = (share: number) => ({ text: `<= ${share}`, holds: (ratio: number) => ratio <= share });
const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

const engine = await startBareEngine({
  daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } }, 'default-runtime': 'bulkhead' },
});
const scratch = await mkdtemp('/tmp/bulkhead-bench-');
const shared = await mkdtemp('/tmp/bulkhead-bench-shared-');
const listen = path.join(scratch, 'docker.sock');
const settings = path.join(scratch, 'admin-settings.json');
await writeFile(
  settings,
  JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { locked: true, value: true } }),
);
const profile =
  process.argv[2] === '--profile' && process.argv[3] !== undefined
    ? ['--cpu-prof', `--cpu-prof-dir=${process.argv[3]}`]
    : [];
const gateway = spawn(
  launcher,
  [
    'gateway',
    '--engine',
    `unix://${engine.socket}`,
    '--listen',
    `unix://${listen}`,
    '--settings',
    settings,
    '--engine-directory',
    engine.root,
    '--audit',
    path.join(scratch, 'audit.jsonl'),
    '--state',
    path.join(scratch, 'state'),
    '--metrics',
    `unix://${path.join(scratch, 'metrics.sock')}`,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: profile.join(' ') } },
);

/** Resident set of the gateway in MB: now, and its maximum. */
async function rss(): Promise<string> {
  const status = await readFile(`/proc/${gateway.pid ?? 0}/status`, 'utf8');
  const mb = (field: string) =>
    (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(1);
  return `${mb('VmRSS').padStart(6)} MB (highest so far ${mb('VmHWM')} MB)`;
}

/** Interleaved, so that drift of the machine affects both; the first of each is discarded. */
async function compare(
  rounds: number,
  once: (socketPath: string) => Promise<number>,
): Promise<{ direct: number; through: number }> {
  const direct: number[] = [];
  const through: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = [await once(engine.socket), await once(listen)];
    if (round > 0) {
      direct.push(a);
      through.push(b);
    }
  }
  return { direct: mean(direct), through: mean(through) };
}

async function requests(): Promise<void> {
  for (const [name, target, one, sixteen] of [
    ['/_ping', '/_ping', 0.55, 0.6],
    ['/containers/json?all=1', '/v1.45/containers/json?all=1', 0.85, 0.95],
  ] as const) {
    for (const connections of [1, 16]) {
      const direct = new LoadSamples();
      const through = new LoadSamples();
      for (let round = 0; round < 6; round++) {
        await load(engine.socket, target, connections, 500, round === 0 ? new LoadSamples() : direct);
        await load(listen, target, connections, 500, round === 0 ? new LoadSamples() : through);
      }
      const [a, b] = [direct.result(), through.result()];
      row(
        `${name}, ${connections} at once`,
        'requests/s',
        a.requestsPerSecond,
        b.requestsPerSecond,
        atLeast(connections === 1 ? one : sixteen),
      );
      row('    p50', 'us', a.p50, b.p50);
      row('    p99', 'us', a.p99, b.p99);
    }
  }
}

/** A create with binds, a volume, a tmpfs mount and limits: everything that the policy checks. */
const createBody = JSON.stringify({
  Image: 'busybox',
  Cmd: ['true'],
  Env: ['A=b', 'C=d'],
  Labels: { bench: 'gateway' },
  ExposedPorts: { '80/tcp': {} },
  HostConfig: {
    Binds: [`${shared}:/shared`, `${shared}:/again:ro`, 'bench:/volume'],
    NetworkMode: 'none',
    Memory: 67108864,
    CapAdd: ['NET_ADMIN'],
    SecurityOpt: ['no-new-privileges'],
    PortBindings: { '80/tcp': [{ HostPort: '8080' }] },
    Mounts: [
      { Type: 'volume', Source: 'bench2', Target: '/v2' },
      { Type: 'tmpfs', Target: '/t' },
      { Type: 'bind', Source: shared, Target: '/b' },
    ],
    RestartPolicy: { Name: 'no' },
  },
});

async function create(socketPath: string): Promise<number> {
  const client = new KeepAliveClient(socketPath);
  let ms = 0;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    const answer = await client.exchange(
      'POST /v1.45/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${Buffer.byteLength(createBody)}\r\n\r\n${createBody}`,
    );
    ms += performance.now() - start;
    const id = /"Id":"([0-9a-f]{64})"/.exec(answer)?.[1];
    if (id === undefined) throw new Error(answer);
    await client.exchange(`DELETE /v1.45/containers/${id} HTTP/1.1\r\nHost: d\r\n\r\n`);
  }
  client.close();
  return ms / 10;
}

async function commands(): Promise<void> {
  const runs = await compare(8, async (socketPath) => {
    const start = performance.now();
    for (let i = 0; i < 3; i++) await docker(socketPath, 'run', '--rm', '--network=none', 'busybox', 'true');
    return (performance.now() - start) / 3;
  });
  row('docker run --rm', 'ms', runs.direct, runs.through, atMost(1.03));
  const creates = await compare(6, create);
  row('POST /containers/create, full check', 'ms', creates.direct, creates.through);
}

async function streams(): Promise<void> {
  const id = (await engine.docker('create', 'busybox', 'true')).trim();
  const put = await compare(4, (socketPath) => putArchive(socketPath, id, streamBytes));
  row('PUT /archive, 256 MB', 'MB/s', put.direct, put.through, atLeast(0.9));
  const get = await compare(4, (socketPath) => getArchive(socketPath, id, streamBytes));
  row('GET /archive, 256 MB', 'MB/s', get.direct, get.through, atLeast(0.9));
  const attach = await compare(4, async (socketPath) => {
    const one = (
      await docker(
        socketPath,
        'create',
        '--network=none',
        '--log-driver=none',
        'busybox',
        'dd',
        'if=/dev/zero',
        'bs=1M',
        `count=${streamBytes / 1024 / 1024}`,
      )
    ).trim();
    try {
      return await attachedOutput(socketPath, one, streamBytes, async () => {
        await docker(socketPath, 'start', one);
      });
    } finally {
      await engine.docker('rm', '-f', one);
    }
  });
  row('attached output, 256 MB', 'MB/s', attach.direct, attach.through, atLeast(0.9));
}

try {
  await new Promise((resolve, reject) => {
    gateway.stdout.once('data', resolve);
    gateway.once('exit', reject);
  });
  for (let i = 0; i < 20; i++) await engine.docker('create', 'busybox', 'true');
  await engine.docker('volume', 'create', 'bench');
  console.log(`${'gateway RSS, idle'.padEnd(40)} ${await rss()}   target < 80 MB`);
  await requests();
  console.log(`${'gateway RSS, after requests'.padEnd(40)} ${await rss()}   target < 80 MB`);
  await commands();
  await streams();
  console.log(`${'gateway RSS, after streams'.padEnd(40)} ${await rss()}   target < 80 MB`);
  for (const { name, p50, p99 } of await decisions(engine.socket, settings, engine.root, createBody)) {
    console.log(
      `decision: ${name.padEnd(50)} p50 ${p50.toFixed(1).padStart(7)} us   p99 ` +
        `${p99.toFixed(1).padStart(7)} ` +
        `us${name.includes('with facts') ? '' : `   target p99 < 100 us${p99 < 100 ? '' : '  MISSED'}`}`,
    );
  }
} finally {
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  gateway.kill('SIGTERM');
  await ended;
  const left = (await engine.docker('ps', '-aq'))
    .trim()
    .split('\n')
    .filter((id) => id !== '');
  if (left.length > 0) await engine.docker('rm', '-f', ...left);
  await engine.stop();
  await rm(scratch, { recursive: true, force: true });
  await rm(shared, { recursive: true, force: true });
}
