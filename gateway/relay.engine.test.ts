import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnDockerd, waitForEngine, type DockerdProcess } from '../engine/drivers/dockerd-process.ts';
import { docker, startBareEngine, type BareEngine } from '../testing/real-engine.ts';
import { startGateway, type Gateway } from './server.ts';

const run = promisify(execFile);

let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
let second: DockerdProcess | undefined;
const g = (...args: string[]) => docker(gateway.listenSocket, ...args);

/** `docker …` with stdin fed and closed; resolves with exit code, stdout, stderr. */
function dockerWithInput(input: Buffer | string, ...args: string[]): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, ...args]);
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (part: Buffer) => { out.push(part); });
    child.stderr.on('data', (part: Buffer) => { stderr += part.toString(); });
    child.on('error', reject);
    child.on('close', (code) => { resolve({ code, stdout: Buffer.concat(out), stderr }); });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

beforeAll(async () => {
  // A stand-in for the isolation runtime: the gateway's work is the same, whatever the runtime does.
  engine = await startBareEngine({ daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } } });
  scratch = await mkdtemp(path.join('/tmp', 'bulkhead-gateway-'));
  const settingsFile = path.join(scratch, 'admin-settings.json');
  await writeFile(settingsFile, JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { locked: true, value: true } }));
  const started = await startGateway({
    engineSocket: engine.socket, listenSocket: path.join(scratch, 'docker.sock'), settingsFile,
    engineDirectories: [engine.root], requireUserNamespace: false,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterAll(async () => {
  await gateway?.close(0);
  if (second) { process.kill(second.pid, 'SIGTERM'); await second.exited; }
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

describe('A1: Docker clients work through the gateway as they do without', () => {
  it('runs a container and shows its output and exit code', async () => {
    expect(await g('run', '--rm', 'busybox', 'echo', 'hello')).toBe('hello\n');
    await expect(g('run', '--rm', 'busybox', 'sh', '-c', 'exit 7')).rejects.toMatchObject({ code: 7 });
  });

  it('passes the end of stdin on: echo x | docker run -i, exec -i', async () => {
    expect((await dockerWithInput('abc\n', 'run', '-i', '--rm', 'busybox', 'cat')).stdout.toString()).toBe('abc\n');
    const id = (await g('run', '-d', 'busybox', 'sleep', '1000')).trim();
    expect((await dockerWithInput('xyz\n', 'exec', '-i', id, 'cat')).stdout.toString()).toBe('xyz\n');
    await g('rm', '-f', id);
  });

  it('carries 5 MB through exec in both directions unchanged', async () => {
    const id = (await g('run', '-d', 'busybox', 'sleep', '1000')).trim();
    const data = Buffer.alloc(5 * 1024 * 1024);
    for (let i = 0; i < data.length; i += 4) data.writeUInt32LE((i * 2654435761) >>> 0, i);
    const back = await dockerWithInput(data, 'exec', '-i', id, 'cat');
    expect(back.stderr).toBe('');
    expect(back.stdout.equals(data)).toBe(true);
    await g('rm', '-f', id);
  });

  it('attaches to a running container, follows logs, waits', async () => {
    const id = (await g('run', '-di', 'busybox', 'sh', '-c', 'read line; echo got $line; exit 3')).trim();
    const waiting = g('wait', id);
    const logs = g('logs', '-f', id);
    // stdin stays open: the bare engine, too, often loses the output when stdin ends before the container answers.
    const attached = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, 'attach', '--sig-proxy=false', id]);
    const shown = new Promise<string>((resolve) => {
      let text = '';
      attached.stdout.on('data', (part: Buffer) => { text += part.toString(); });
      attached.on('close', (code) => { resolve(`${text}${String(code)}`); });
    });
    attached.stdin.write('ping\n');
    expect(await shown).toBe('got ping\n3');
    expect(await waiting).toBe('3\n');
    expect(await logs).toBe('got ping\n');
    await g('rm', id);
  });

  it('follows events until the client goes', async () => {
    const child = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, 'events', '--filter', 'type=container', '--format', '{{.Action}}']);
    const seen = new Promise<string>((resolve) => {
      let text = '';
      child.stdout.on('data', (part: Buffer) => { text += part.toString(); if (text.includes('destroy')) resolve(text); });
    });
    // Events sent before the subscription is there are lost: run until one is seen.
    let done = false;
    const feeding = (async () => { while (!done) await g('run', '--rm', 'busybox', 'true'); })();
    const text = await seen;
    done = true;
    await feeding;
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('close', resolve));
    expect(text).toMatch(/create[\s\S]*start[\s\S]*destroy/);
  });

  it('copies files in and out', async () => {
    const id = (await g('create', 'busybox', 'cat', '/data/file')).trim();
    const source = path.join(scratch, 'data');
    await mkdir(source);
    await writeFile(path.join(source, 'file'), 'content\n');
    await g('cp', source, `${id}:/data`);
    expect(await g('start', '-a', id)).toBe('content\n');
    await g('cp', `${id}:/data/file`, path.join(scratch, 'back'));
    expect(await readFile(path.join(scratch, 'back'), 'utf8')).toBe('content\n');
    await g('rm', id);
  });

  it('builds with BuildKit and with the classic builder', async () => {
    const context = path.join(scratch, 'context');
    await mkdir(context);
    await writeFile(path.join(context, 'Dockerfile'), 'FROM busybox\nCOPY big /big\nRUN echo built > /made\nCMD ["cat", "/made"]\n');
    await writeFile(path.join(context, 'big'), Buffer.alloc(3 * 1024 * 1024, 'x'));
    await g('build', '-q', '-t', 'kit', context);
    expect(await g('run', '--rm', 'kit')).toBe('built\n');
    await run('docker', ['-H', `unix://${gateway.listenSocket}`, 'build', '-t', 'classic', context], { env: { ...process.env, DOCKER_BUILDKIT: '0' } });
    expect(await g('run', '--rm', 'classic')).toBe('built\n');
    await run('docker', ['-H', `unix://${gateway.listenSocket}`, 'buildx', 'build', '--load', '-t', 'buildx', context]);
    expect(await g('run', '--rm', 'buildx')).toBe('built\n');
  });

  it('saves and loads images, commits, exports, imports', async () => {
    const file = path.join(scratch, 'image.tar');
    await g('tag', 'busybox', 'saved:1');
    await g('save', '-o', file, 'saved:1');
    await g('rmi', 'saved:1');
    expect(await g('load', '-i', file)).toContain('saved:1');
    const id = (await g('create', 'busybox', 'true')).trim();
    await g('commit', '-c', 'CMD ["echo","committed"]', id, 'committed');
    expect(await g('run', '--rm', 'committed')).toBe('committed\n');
    await g('export', '-o', path.join(scratch, 'export.tar'), id);
    await g('import', path.join(scratch, 'export.tar'), 'imported');
    await g('rm', id);
  });

  it('uses volumes and networks, shows stats, updates and renames', async () => {
    await g('volume', 'create', 'v1');
    await g('network', 'create', 'n1');
    const id = (await g('run', '-d', '--name', 'one', '--network', 'n1', '-v', 'v1:/v', 'busybox', 'sleep', '1000')).trim();
    expect(await g('exec', 'one', 'sh', '-c', 'echo kept > /v/f; cat /v/f')).toBe('kept\n');
    expect(await g('run', '--rm', '--mount', 'type=volume,src=v1,dst=/w', 'busybox', 'cat', '/w/f')).toBe('kept\n');
    expect(await g('stats', '--no-stream', '--format', '{{.Name}}', 'one')).toBe('one\n');
    await g('network', 'connect', 'bridge', 'one');
    await g('network', 'disconnect', 'n1', 'one');
    await g('update', '--memory', '64m', '--memory-swap', '64m', 'one');
    await g('rename', 'one', 'two');
    await g('pause', 'two');
    await g('unpause', 'two');
    await g('restart', '-t', '0', 'two');
    await g('stop', '-t', '0', id);
    await g('rm', 'two');
    await g('volume', 'rm', 'v1');
    await g('network', 'rm', 'n1');
  });

  it('brings a compose project up and down', async () => {
    const file = path.join(scratch, 'compose.yaml');
    await writeFile(file, 'services:\n  web:\n    image: busybox\n    command: ["sleep", "1000"]\n    volumes: ["data:/data"]\n    depends_on: [db]\n  db:\n    image: busybox\n    command: ["sleep", "1000"]\nvolumes:\n  data: {}\n');
    const compose = (...args: string[]) => run('docker', ['-H', `unix://${gateway.listenSocket}`, 'compose', '-p', 'proj', '-f', file, ...args]);
    await compose('up', '-d');
    expect((await compose('exec', '-T', 'web', 'echo', 'in web')).stdout).toBe('in web\n');
    await compose('down', '-v', '-t', '0');
  });

  it('serves dockerode: create, attach with hijack, exec, archive', async () => {
    const client = new Docker({ socketPath: gateway.listenSocket });
    const container = await client.createContainer({ name: 'rode', Image: 'busybox', Cmd: ['sleep', '1000'] });
    await container.start();
    const exec = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    const answer = new Promise<string>((resolve) => { let text = ''; stream.on('data', (part: Buffer) => { text += part.subarray(8).toString(); }); stream.on('end', () => { resolve(text); }); });
    stream.write('over dockerode\n');
    stream.end();
    expect(await answer).toBe('over dockerode\n');
    const list = await client.listContainers({ filters: { name: ['rode'] } });
    expect(list).toHaveLength(1);
    await container.remove({ force: true });
  });

  it('serves curl, with Expect: 100-continue and a long body', async () => {
    const tar = path.join(scratch, 'big.tar');
    await writeFile(path.join(scratch, 'blob'), Buffer.alloc(4 * 1024 * 1024, 'y'));
    await run('tar', ['-C', scratch, '-cf', tar, 'blob']);
    const { stdout } = await run('curl', ['-sS', '--unix-socket', gateway.listenSocket, '-X', 'POST', '-H', 'Content-Type: application/x-tar', '-H', 'Expect: 100-continue', '--data-binary', `@${tar}`, 'http://localhost/images/create?fromSrc=-&repo=curled']);
    expect(stdout).toContain('sha256:');
  });

  it('answers two pipelined requests in order', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(gateway.listenSocket);
      let all = '';
      socket.on('data', (part: Buffer) => { all += part.toString(); });
      socket.on('end', () => { resolve(all); });
      socket.on('error', reject);
      socket.write('GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nGET /version HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
    });
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text.indexOf('\r\n\r\nOK')).toBeLessThan(text.indexOf('ApiVersion'));
  });

  it('pushes to and pulls from a registry', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo; // a listening TCP server has one
    await new Promise((resolve) => probe.close(resolve));
    const config = path.join(scratch, 'registry.yml');
    await writeFile(config, `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${path.join(scratch, 'registry')}\nhttp:\n  addr: 127.0.0.1:${port}\n`);
    const registry = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      await new Promise<void>((resolve) => { registry.stderr.on('data', (part: Buffer) => { if (part.toString().includes('listening on')) resolve(); }); });
      const name = `127.0.0.1:${port}/team/app:1`;
      await g('tag', 'busybox', name);
      await g('push', '-q', name);
      await g('rmi', name);
      await g('pull', '-q', name);
      expect(await g('run', '--rm', name, 'echo', 'pulled')).toBe('pulled\n');
    } finally {
      const ended = once(registry, 'exit');
      registry.kill('SIGTERM');
      await ended;
    }
  });

  it('survives a restart of the engine: streams end, 503 while it is down, the same connection serves afterwards', async () => {
    const events = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, 'events']);
    const ended = once(events, 'close');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const status = () => new Promise<number>((resolve, reject) => {
      get({ socketPath: gateway.listenSocket, path: '/_ping', agent }, (answer) => { answer.resume(); answer.on('end', () => { resolve(answer.statusCode ?? 0); }); }).on('error', reject);
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
