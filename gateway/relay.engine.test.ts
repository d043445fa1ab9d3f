import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnDockerd, waitForEngine, type DockerdProcess } from '../supervisor/dockerd-process.ts';
import { docker, startBareEngine, type BareEngine } from '../tests/support/real-engine.ts';
import { startGateway, type Gateway } from './server.ts';

const run = promisify(execFile);

let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
let second: DockerdProcess | undefined;
const g = (...args: string[]) => docker(gateway.listenSocket, ...args);

beforeAll(async () => {
  // A fake isolation runtime: the gateway's work is the same, whatever the runtime does.
  engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } } });
  scratch = await mkdtemp(path.join('/tmp', 'bulkhead-gateway-'));
  const settingsFile = path.join(scratch, 'admin-settings.json');
  await writeFile(
    settingsFile,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
    }),
  );
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    engineDirectories: [engine.root],
    requireUserNamespace: false,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterAll(async () => {
  await gateway?.close(0);
  if (second) {
    second.child.kill('SIGTERM');
    await second.exited;
  }
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

describe('A1: beyond the comparison with a stock engine (clients/)', () => {
  it('serves curl, with Expect: 100-continue and a long body', async () => {
    const tar = path.join(scratch, 'big.tar');
    await writeFile(path.join(scratch, 'blob'), Buffer.alloc(4 * 1024 * 1024, 'y'));
    await run('tar', ['-C', scratch, '-cf', tar, 'blob']);
    const { stdout } = await run('curl', [
      '-sS',
      '--unix-socket',
      gateway.listenSocket,
      '-X',
      'POST',
      '-H',
      'Content-Type: application/x-tar',
      '-H',
      'Expect: 100-continue',
      '--data-binary',
      `@${tar}`,
      'http://localhost/images/create?fromSrc=-&repo=curled',
    ]);
    expect(stdout).toContain('sha256:');
  });

  it('survives an engine restart: streams end, 503 meanwhile, the connection serves again', async () => {
    const events = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, 'events']);
    const ended = once(events, 'close');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const status = () =>
      new Promise<number>((resolve, reject) => {
        get({ socketPath: gateway.listenSocket, path: '/_ping', agent }, (response) => {
          response.resume();
          response.on('end', () => {
            resolve(response.statusCode ?? 0);
          });
        }).on('error', reject);
      });
    expect(await status()).toBe(200);
    process.kill(engine.dockerd.pid, 'SIGTERM');
    await engine.dockerd.exited;
    await ended;
    expect(await status()).toBe(503);
    second = spawnDockerd(engine.settings);
    await waitForEngine(second, engine.settings);
    expect(await status()).toBe(200);
    expect(await g('run', '--rm', 'busybox', 'echo', 'again')).toBe('again\n');
    agent.destroy();
  });
});
