import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionLimits, type ConnectionLimits } from '../shared/policy/limits.ts';
import { startGateway, type Gateway } from './server.ts';
import { requires } from '../tests/support/requires.ts';

// What one user has open, others don't go without. Clients are real ones: the kernel says who they
// are.
const isRoot = process.getuid?.() === 0;
const me = isRoot ? 20_000 : (process.getuid?.() ?? 0);
let dir: string;
let engine: Server;
let gateway: Gateway;
let lines: string[];
let streaming: ServerResponse[];
const sockets: Socket[] = [];
const clientSocket = () => path.join(dir, 'docker.sock');

beforeEach(async () => {
  dir = await mkdtemp('/tmp/bulkhead-connection-limits-');
  await chmod(dir, 0o755);
  streaming = [];
  lines = [];
  engine = createServer((request, response) => {
    if (request.url?.endsWith('/logs?follow=1') === true) {
      response.writeHead(200).write('first');
      streaming.push(response);
    } else response.end('OK');
  }).listen(path.join(dir, 'engine.sock'));
  await once(engine, 'listening');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close(0);
  engine.close();
  engine.closeAllConnections();
  await rm(dir, { recursive: true, force: true });
});

async function start(limits: Partial<ConnectionLimits>, settings: object = {}): Promise<void> {
  await writeFile(
    path.join(dir, 'settings.json'),
    JSON.stringify({ enhancedContainerIsolation: { value: true, locked: true }, bulkhead: settings }),
  );
  const started = await startGateway({
    engineSocket: path.join(dir, 'engine.sock'),
    listenSocket: clientSocket(),
    settingsFile: path.join(dir, 'settings.json'),
    metricsSocket: path.join(dir, 'metrics.sock'),
    connectionLimits: { ...connectionLimits, ...limits },
    log: (line) => {
      lines.push(line);
    },
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
  await chmod(clientSocket(), 0o666);
}

/** Connects as a user: whom the kernel names is who connects. */
function client(uid = me): Socket {
  if (isRoot) process.seteuid?.(uid);
  const socket = connect(clientSocket());
  if (isRoot) process.seteuid?.(0);
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}
async function sendAndReceive(socket: Socket, bytes: string): Promise<string> {
  socket.write(bytes);
  const [part] = (await once(socket, 'data')) as [Buffer];
  return part.toString();
}
const ping = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
const follow = 'GET /containers/c/logs?follow=1 HTTP/1.1\r\nHost: d\r\n\r\n';
async function metrics(): Promise<string> {
  const socket = connect(path.join(dir, 'metrics.sock'));
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString();
  });
  socket.write('GET /metrics HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');
  await once(socket, 'end');
  return text;
}

describe("a user's connections through the gateway", () => {
  it('above the limit get a response, are closed, counted and logged, until a command ends', async () => {
    await start({ each: 2 });
    for (let i = 0; i < 2; i++) expect(await sendAndReceive(client(), follow)).toMatch(/^HTTP\/1.1 200 /);
    for (let i = 0; i < 3; i++) {
      const refused = client();
      const text = await sendAndReceive(refused, ping);
      expect(text).toMatch(/^HTTP\/1.1 429 /);
      expect(text).toContain('Connection: close');
      expect(text).toContain(
        `{"message":"enhanced container isolation: one more connection of user ${me} is blocked: ` +
          'one user may not take up',
      );
      expect(text).toContain('at most 2 may be open at a time');
      await once(refused, 'close');
    }
    expect(
      lines.filter((line) => line.includes(`one more connection of user ${me} is blocked`)),
    ).toHaveLength(1);
    expect(await metrics()).toContain(
      'bulkhead_gateway_denials_total{rule="connection-limit",outcome="deny"} 3',
    );
    streaming[0]?.end();
    await expect.poll(async () => sendAndReceive(client(), ping)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('are refused in the language of the policy, a HEAD without a body', async () => {
    await start({ each: 1 }, { language: 'zh-CN' });
    await sendAndReceive(client(), follow);
    expect(await sendAndReceive(client(), ping)).toContain(
      `enhanced container isolation: 已拒绝“用户 ${me} 的又一个连接”：任何一个用户都不得占用`,
    );
    expect((await sendAndReceive(client(), ping.replace('GET', 'HEAD'))).endsWith('\r\n\r\n')).toBe(true);
  });

  it('that are idle are closed for new ones, the oldest first', async () => {
    await start({ each: 2 });
    const [first, second] = [client(), client()];
    expect(await sendAndReceive(first, ping)).toContain('OK');
    expect(await sendAndReceive(second, ping)).toContain('OK');
    const closed = once(first, 'close');
    expect(await sendAndReceive(client(), follow)).toContain('first');
    await closed;
    expect(await sendAndReceive(second, ping)).toContain('OK');
  });

  it('that pipeline more than may be buffered are refused', async () => {
    await start({ maxBufferBytes: 100_000, softBufferBytes: 1000 });
    const [one, other] = [client(), client()];
    // Heads that do not end: all of it waits.
    one.write(`GET /_ping HTTP/1.1\r\nX: ${'a'.repeat(60_000)}`);
    expect(await sendAndReceive(other, `GET /_ping HTTP/1.1\r\nX: ${'a'.repeat(60_000)}`)).toMatch(
      /^HTTP\/1.1 429 [^]*at most 100000 bytes may wait at a time/,
    );
  });

  it.runIf(requires('root'))(
    "leave room for others, and root's are bounded by those of all only",
    async () => {
      await start({ each: 2, all: 6, reserved: 2, few: 1 });
      for (let i = 0; i < 2; i++) await sendAndReceive(client(), follow);
      for (let i = 0; i < 2; i++) await sendAndReceive(client(20_001), follow);
      expect(await sendAndReceive(client(), ping)).toMatch(/^HTTP\/1.1 429 /);
      expect(await sendAndReceive(client(20_002), follow)).toMatch(/^HTTP\/1.1 200 /);
      expect(await sendAndReceive(client(0), follow)).toMatch(/^HTTP\/1.1 200 /);
      expect(await sendAndReceive(client(0), ping)).toMatch(/^HTTP\/1.1 503 [^]*one more connection of root/);
    },
  );

  it.runIf(requires('root'))(
    "that are slow to send long bodies do not keep others' waiting, and go on beside them",
    async () => {
      await start({});
      const body = JSON.stringify({ Name: 'n', Labels: { long: 'a'.repeat(100_000) } });
      const head =
        'POST /networks/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n`;
      const responded: number[] = [];
      const slow = [1, 2].map((index) => {
        const socket = client(me + index);
        const whole = once(socket, 'data').then(([part]) => {
          responded.push(index);
          return String(part);
        });
        socket.write(head + body.slice(0, 50_000));
        return { socket, whole };
      });
      // Both have their turns once the engine has responded to somebody who came later.
      expect(await sendAndReceive(client(), ping)).toContain('OK');
      expect(await sendAndReceive(client(), head + body)).toMatch(/^HTTP\/1.1 200 /);
      expect(responded).toEqual([]);
      for (const { socket, whole } of slow) {
        socket.write(body.slice(50_000));
        expect(await whole).toMatch(/^HTTP\/1.1 200 /);
      }
    },
  );

  it('of refused clients do not delay the end of the gateway', async () => {
    await start({ each: 1 });
    await sendAndReceive(client(), follow);
    const refused = client();
    await once(refused, 'connect');
    await expect.poll(() => lines.some((line) => line.includes('one more connection'))).toBe(true);
    const closed = once(refused, 'close');
    await gateway.close(0);
    await closed;
  });
});
