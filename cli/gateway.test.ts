import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootPaths } from '../engine/base/root-paths.ts';
import { listHistory } from '../engine/store/history.ts';
import { addVersion } from '../engine/store/store-fixture.ts';
import { sendRaw } from '../tests/support/raw-http.ts';

// Only this command, without the others' modules.
const program =
  "import { Command } from 'commander'; import { configureGateway } from './cli/gateway.ts'; " +
  "const p = new Command(); configureGateway(p.command('gateway')); " +
  "await p.parseAsync(process.argv.slice(1), { from: 'user' });";
const command = (...args: string[]) => ['--input-type=module', '-e', program, '--', 'gateway', ...args];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-cli-gateway-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('bulkhead gateway', () => {
  it('reports readiness, sends 503 without an engine, and removes its socket on SIGTERM', async () => {
    const socket = path.join(dir, 'docker.sock');
    await writeFile(path.join(dir, 's.json'), '{"configurationFileVersion": 2}');
    const child = spawn(
      process.execPath,
      command(
        '--engine',
        `unix://${path.join(dir, 'engine.sock')}`,
        '--listen',
        `unix://${socket}`,
        '--settings',
        path.join(dir, 's.json'),
      ),
    );
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (part: Buffer) => {
        resolve(part.toString());
      });
      child.once('exit', (code) => {
        reject(new Error(`ended with ${String(code)}`));
      });
    });
    expect(line).toBe(`gateway listening on unix://${socket}\n`);
    expect(
      (await sendRaw(socket, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n')).status,
    ).toBe(503);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  it('keeps running, without a debugger, whatever signal of the engine it receives', async () => {
    const socket = path.join(dir, 'signalled.sock');
    await writeFile(path.join(dir, 's.json'), '{"configurationFileVersion": 2}');
    const child = spawn(process.execPath, [
      ...['--disable-sigusr1', path.join(import.meta.dirname, 'gateway-main.ts'), 'gateway'],
      ...['--engine', `unix://${path.join(dir, 'engine.sock')}`, '--listen', `unix://${socket}`],
      ...['--settings', path.join(dir, 's.json')],
    ]);
    let errors = '';
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    for (const signal of ['SIGUSR1', 'SIGWINCH', 'SIGURG'] as const) child.kill(signal);
    expect(
      (await sendRaw(socket, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n')).status,
    ).toBe(503);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(errors).not.toContain('Debugger');
  });

  it('does not connect to an engine that does not run, which would start it, until it does', async () => {
    const at = (name: string) => path.join(dir, `stopped-${name}`);
    const listed = { imageList: { images: ['registry.invalid/x'] } };
    const isolation = { value: true, dockerSocketMount: listed };
    await writeFile(
      at('s.json'),
      JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: isolation }),
    );
    let connections = 0;
    const engine = createServer((socket) => {
      connections++;
      socket.on('error', () => undefined);
    }).listen(at('engine.sock'));
    await once(engine, 'listening');
    const child = spawn(
      process.execPath,
      command(
        ...['--engine', `unix://${at('engine.sock')}`, '--listen', `unix://${at('docker.sock')}`],
        ...['--settings', at('s.json'), '--state', at('state'), '--engine-pid-file', at('docker.pid')],
      ),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit');
    try {
      await once(child.stdout, 'data');
      const client = connect(at('docker.sock'));
      await once(client, 'connect');
      client.end();
      await once(client, 'close');
      expect(connections).toBe(0);
      await writeFile(at('docker.pid'), String(process.pid));
      child.kill('SIGURG');
      await expect.poll(() => connections).toBeGreaterThan(0);
    } finally {
      child.kill('SIGKILL');
      await ended;
      engine.close();
    }
  });

  it('adds settings that another program writes to history', { timeout: 60_000 }, async () => {
    const paths = rootPaths(path.join(dir, 'edited'));
    const text = '{"configurationFileVersion": 2}';
    await addVersion(paths.history, 1, text);
    await writeFile(paths.settings, text);
    const child = spawn(
      process.execPath,
      command(
        ...['--engine', `unix://${path.join(dir, 'engine.sock')}`],
        ...['--listen', `unix://${path.join(dir, 'edited.sock')}`],
        ...['--settings', paths.settings, '--state', paths.root],
      ),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit');
    try {
      await once(child.stdout, 'data');
      await writeFile(paths.settings, `${text}\n`);
      await expect
        .poll(() => listHistory(paths.history), { timeout: 30_000 })
        .toMatchObject({ value: [{ version: 1 }, { version: 2, how: 'found' }] });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('refuses unusable addresses with exit code 2', () => {
    const done = spawnSync(
      process.execPath,
      command('--engine', 'tcp://1.2.3.4:2375', '--listen', '/x', '--settings', '/y'),
      { encoding: 'utf8' },
    );
    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/--engine is not a unix socket/);
  });
});
