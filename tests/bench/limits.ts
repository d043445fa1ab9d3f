/**
 * What one request, and 24 at once, can do to others: for every kind of costly request of 4 MB the latency of
 * another user's `/_ping` through the gateway meanwhile, and the gateway's memory. Then the same for
 * thousands of connections that are kept open. Needs root and a build: `npm run bench -- limits`. The engine
 * is a fake that responds at once, so only the gateway is measured. `-- --only WORDS` measures the kinds with
 * these words only. Targets: 250 ms, 250 MB. Load and measurement run on this machine, too: the part of each
 * latency in which gateway and measuring process waited for a processor is reported separately ("of it
 * waiting"), and does not count.
 */
import { once } from 'node:events';
import { fork, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeepAliveClient } from './gateway/http-load.ts';
import type { Order, Outcome } from './limits/attacker.ts';
import { connectionAttacks } from './limits/connections.ts';
import { costlyRequests } from './limits/requests.ts';

const targetMs = 250;
const targetMb = 250;
const launcher = fileURLToPath(new URL('../../bin/bulkhead', import.meta.url));
const only = process.argv[2] === '--only' ? process.argv.slice(3).join(' ') : '';

const scratch = await mkdtemp(path.join(tmpdir(), 'bulkhead-bench-limits-'));
const at = (name: string) => path.join(scratch, name);
const shared = at('shared');
await chmod(scratch, 0o755);
await mkdir(shared);
await writeFile(
  at('admin-settings.json'),
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: true },
    filesharingAllowedDirectories: [{ path: shared, sharedByDefault: true }],
  }),
);

const engine = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const found = request.url?.endsWith('/_ping') === true ? 200 : request.method === 'POST' ? 201 : 404;
    response
      .writeHead(found, { 'Content-Type': 'application/json' })
      .end(
        found === 200 ? 'OK' : found === 201 ? `{"Id":"${'a'.repeat(64)}"}` : '{"message":"no such thing"}',
      );
  });
}).listen(at('engine.sock'));

const gateway = spawn(
  launcher,
  [
    'gateway',
    '--engine',
    `unix://${at('engine.sock')}`,
    '--listen',
    `unix://${at('docker.sock')}`,
    '--settings',
    at('admin-settings.json'),
    '--engine-directory',
    '/var/lib/docker',
    '--audit',
    at('audit.jsonl'),
    '--state',
    at('state'),
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const attacker = fork(new URL('./limits/attacker.ts', import.meta.url));

async function peak(): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid ?? 0}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
const resetPeak = () => writeFile(`/proc/${gateway.pid ?? 0}/clear_refs`, '5');
const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** How long the main thread of a process has waited for a processor, ms. */
function waited(pid: number | string): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
}
const totalWait = () => waited('self') + waited(gateway.pid ?? 0);

interface Latency {
  readonly ms: number;
  readonly waiting: number;
}

interface LimitResult {
  readonly max: Latency;
  readonly p99: number;
  readonly pings: number;
  readonly mb: number;
  readonly outcome: Outcome;
}

async function measured(order: Order): Promise<LimitResult> {
  await resetPeak();
  const client = new KeepAliveClient(order.socket);
  const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
  await client.exchange(ping);
  const latencies: Latency[] = [];
  let outcome: Outcome | null = null;
  const ready = once(attacker, 'message');
  attacker.send(order);
  await ready;
  attacker.once('message', (message: Outcome) => {
    outcome = message;
  });
  while (outcome === null) {
    const before = totalWait();
    const start = performance.now();
    await client.exchange(ping);
    latencies.push({ ms: performance.now() - start, waiting: totalWait() - before });
    await pause(1);
  }
  client.close();
  const own = ({ ms, waiting }: Latency) => ms - waiting;
  latencies.sort((a, b) => own(a) - own(b));
  return {
    max: latencies.at(-1) ?? { ms: NaN, waiting: 0 },
    p99: latencies[Math.floor(latencies.length * 0.99)]?.ms ?? NaN,
    pings: latencies.length,
    mb: await peak(),
    outcome,
  };
}

const missed: string[] = [];
function row(name: string, { max, p99, pings, mb, outcome }: LimitResult): void {
  const holds = max.ms - max.waiting < targetMs && mb < targetMb;
  if (!holds) missed.push(name);
  const answers = Object.entries(outcome.statuses)
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');
  console.log(
    `${name.padEnd(52)} ping max ${max.ms.toFixed(0).padStart(5)} ms (${max.waiting.toFixed(0)} of it ` +
      `waiting)  p99 ${p99.toFixed(0).padStart(4)} ms  of ${String(pings).padStart(5)}   RSS ` +
      `${mb.toFixed(0).padStart(4)} MB   ${(outcome.ms / 1000).toFixed(1)} s: ` +
      `${answers}${holds ? '' : '   MISSED'}`,
  );
}

try {
  await new Promise((resolve, reject) => {
    gateway.stdout.once('data', resolve);
    gateway.once('exit', reject);
  });
  await chmod(at('docker.sock'), 0o666);
  console.log(
    `targets: ping below ${targetMs} ms, RSS below ${targetMb} MB; idle RSS ${(await peak()).toFixed(0)} MB`,
  );
  const requests = [...costlyRequests(shared).entries()].filter(([, { name }]) => name.includes(only));
  const costs: { request: number; name: string; ms: number }[] = [];
  for (const [request, { name }] of requests) {
    const one = await measured({
      socket: at('docker.sock'),
      request,
      count: 1,
      users: false,
      directory: shared,
    });
    row(name, one);
    costs.push({ request, name, ms: one.outcome.ms });
  }
  costs.sort((a, b) => b.ms - a.ms);
  for (const { request, name } of costs.slice(0, 5)) {
    for (const users of [false, true])
      row(
        `24 at once of ${users ? '24 users' : 'one user'}: ${name}`,
        await measured({ socket: at('docker.sock'), request, count: 24, users, directory: shared }),
      );
  }
  for (const [request, { name }] of [...connectionAttacks.entries()].filter(([, { name }]) =>
    name.includes(only),
  )) {
    row(
      name,
      await measured({
        socket: at('docker.sock'),
        request,
        count: 1,
        users: false,
        directory: shared,
        connections: true,
      }),
    );
  }
  console.log(missed.length === 0 ? 'all targets are met' : `missed: ${missed.join('; ')}`);
} finally {
  attacker.disconnect();
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  gateway.kill('SIGTERM');
  await ended;
  engine.close();
  engine.closeAllConnections();
  await rm(scratch, { recursive: true, force: true });
}
