/**
 * Ratios of the gateway (enforcing) to the bare engine, in one run on one machine: requests/s of `/_ping` and of the container list
 * at 1 and 16 connections, and `docker run --rm`. Needs root and Debian's docker.io: `node bench/gateway.ts`.
 * The gateway runs in a process of its own, as it does in life; the load generator shares the machine with both.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { docker, startBareEngine } from '../testing/real-engine.ts';

const run = promisify(execFile);
const self = fileURLToPath(import.meta.url);

if (process.argv[2] === '--gateway') await serve(process.argv.slice(3));
else await bench();

/** The gateway's process. */
async function serve([engineSocket = '', listenSocket = '', settingsFile = '', root = '']: string[]): Promise<void> {
  const { startGateway } = await import('../gateway/server.ts');
  const started = await startGateway({ engineSocket, listenSocket, settingsFile, engineDirectories: [root], requireUserNamespace: false });
  if (!started.ok) throw new Error(started.error.message);
  process.stdout.write('ready\n');
  process.once('SIGTERM', () => { void started.value.close(0); });
}

/** Requests/s over `connections` keep-alive connections for `ms`. */
async function load(socketPath: string, target: string, connections: number, ms: number): Promise<number> {
  const request = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: docker\r\nUser-Agent: bench\r\n\r\n`);
  let done = 0;
  const end = performance.now() + ms;
  await Promise.all(Array.from({ length: connections }, () => new Promise<void>((resolve, reject) => {
    const socket = connect(socketPath);
    let left = -1;
    let chunked = false;
    let tail = '';
    const next = () => { left = -1; chunked = false; tail = ''; socket.write(request); };
    socket.on('error', reject);
    socket.on('connect', next);
    socket.on('data', (bytes: Buffer) => {
      let body = bytes.length;
      if (left < 0 && !chunked) {
        const text = bytes.toString('latin1');
        const at = text.indexOf('\r\n\r\n') + 4;
        const length = /content-length: (\d+)/i.exec(text.slice(0, at))?.[1];
        if (length === undefined) chunked = true;
        else left = Number(length);
        body = bytes.length - at;
      }
      if (chunked) {
        tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - 5))).slice(-5);
        if (tail !== '0\r\n\r\n') return;
      } else {
        left -= body;
        if (left > 0) return;
      }
      done++;
      if (performance.now() < end) next();
      else { socket.destroy(); resolve(); }
    });
  })));
  return done / (ms / 1000);
}

/** Mean ms of `docker run --rm busybox true`, `times` times. */
async function runs(socketPath: string, times: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < times; i++) await docker(socketPath, 'run', '--rm', '--network=none', 'busybox', 'true');
  return (performance.now() - start) / times;
}

async function bench(): Promise<void> {
  const engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } }, 'default-runtime': 'bulkhead' } });
  const scratch = await mkdtemp('/tmp/bulkhead-bench-');
  const listen = path.join(scratch, 'docker.sock');
  const settings = path.join(scratch, 'admin-settings.json');
  await writeFile(settings, JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { locked: true, value: true } }));
  const gateway = spawn(process.execPath, [self, '--gateway', engine.socket, listen, settings, engine.root], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve, reject) => { gateway.stdout.once('data', resolve); gateway.once('exit', reject); });
    for (let i = 0; i < 20; i++) await engine.docker('create', 'busybox', 'true');
    const rows: [string, number, number][] = [];
    for (const [name, target] of [['/_ping', '/_ping'], ['/containers/json?all=1', '/v1.45/containers/json?all=1']] as const) {
      for (const connections of [1, 16]) {
        let direct = 0;
        let through = 0;
        // Interleaved, so that drift of the machine hits both.
        for (let round = 0; round < 3; round++) {
          direct += await load(engine.socket, target, connections, 1000);
          through += await load(listen, target, connections, 1000);
        }
        rows.push([`${name} at ${connections}, requests/s`, direct / 3, through / 3]);
      }
    }
    for (const [name, direct, through] of rows) console.log(`${name.padEnd(46)} direct ${direct.toFixed(0).padStart(7)}   gateway ${through.toFixed(0).padStart(7)}   ratio ${(through / direct).toFixed(2)}`);
    let direct = 0;
    let through = 0;
    for (let round = 0; round < 3; round++) { direct += await runs(engine.socket, 5); through += await runs(listen, 5); }
    console.log(`${'docker run --rm, ms'.padEnd(46)} direct ${(direct / 3).toFixed(0).padStart(7)}   gateway ${(through / 3).toFixed(0).padStart(7)}   ratio ${(through / direct).toFixed(3)}`);
    const status = await readFile(`/proc/${gateway.pid ?? 0}/status`, 'utf8');
    console.log(`gateway RSS ${/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? '?'} kB`);
  } finally {
    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    await ended;
    await run('sh', ['-c', `docker -H unix://${engine.socket} ps -aq | xargs -r docker -H unix://${engine.socket} rm -f >/dev/null`]);
    await engine.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}
