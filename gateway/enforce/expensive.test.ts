import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../server.ts';

// What one request costs, others don't pay. The engine responds when a test lets it.
let dir: string;
let engine: Server;
let gateway: Gateway;
let requests: string[];
let waiting: { url: string; respond: () => void }[];
let onRequest: (() => void) | null;
let holds: (url: string) => boolean;
const clientSocket = () => path.join(dir, 'docker.sock');
const sockets: Socket[] = [];

beforeEach(async () => {
  dir = await mkdtemp('/tmp/bulkhead-expensive-');
  requests = [];
  waiting = [];
  onRequest = null;
  holds = () => false;
  engine = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    request.resume();
    request.on('end', () => {
      requests.push(url);
      const respond = () => {
        response
          .writeHead(url.endsWith('/_ping') ? 200 : request.method === 'POST' ? 201 : 404, {
            'Content-Type': 'application/json',
          })
          .end(`{"Id":"${'a'.repeat(64)}"}`);
      };
      if (holds(url)) waiting.push({ url, respond });
      else respond();
      onRequest?.();
    });
  }).listen(path.join(dir, 'engine.sock'));
  await once(engine, 'listening');
  await mkdir(path.join(dir, 'shared'));
  await writeFile(
    path.join(dir, 'settings.json'),
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: true, locked: true },
      filesharingAllowedDirectories: [{ path: path.join(dir, 'shared'), sharedByDefault: true }],
    }),
  );
  const started = await startGateway({
    engineSocket: path.join(dir, 'engine.sock'),
    listenSocket: clientSocket(),
    settingsFile: path.join(dir, 'settings.json'),
    engineDirectories: [],
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close(0);
  engine.close();
  engine.closeAllConnections();
  await rm(dir, { recursive: true, force: true });
});

function request(method: string, target: string, body = ''): string {
  const bodyFields =
    body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n${bodyFields}\r\n${body}`;
}
const create = (body: unknown) => request('POST', '/v1.45/containers/create', JSON.stringify(body));

function open(bytes: string): Socket {
  const socket = connect({ path: clientSocket(), allowHalfOpen: true });
  socket.on('error', () => undefined);
  sockets.push(socket);
  socket.write(bytes);
  return socket;
}
async function readResponse(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await once(socket, 'end');
  return text;
}
/** Resolves when the engine got a request and `seen` is true. */
const when = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const check = () => {
      if (condition()) resolve();
    };
    onRequest = check;
    check();
  });
const volumes = (count: number) => ({
  Image: 'busybox',
  HostConfig: { Binds: Array.from({ length: count }, (_, index) => `v${index}:/m${index}`) },
});
/** A body of 2 MB that passes. */
const large = () => ({
  Image: 'busybox',
  Env: Array.from({ length: 19 }, () => `A=${'a'.repeat(100_000)}`),
  HostConfig: { Binds: ['v0:/m'] },
});

describe('bounded work for any request', () => {
  it.each([
    [
      '2,000 binds',
      {
        Image: 'busybox',
        HostConfig: { Binds: Array.from({ length: 2000 }, (_, index) => `/tmp/d${index}:/m${index}`) },
      },
      'more than 512 entries in HostConfig.Binds',
    ],
    [
      'a path of 950,000 components',
      { Image: 'busybox', HostConfig: { Binds: [`${'/a'.repeat(950_000)}:/m`] } },
      'a value of 1900003 bytes in HostConfig.Binds\\[0\\]',
    ],
    [
      '200,000 labels',
      {
        Image: 'busybox',
        Labels: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`l${index}`, ''])),
      },
      'more than 4096 entries in Labels',
    ],
  ])('refuses %s without a query to the engine', async (_, body, what) => {
    expect(await readResponse(open(create(body)))).toMatch(
      new RegExp(`^HTTP/1.1 403 [^]*enhanced container isolation: ${what} is blocked`),
    );
    expect(requests).toEqual([]);
  });

  it('refuses them in audit mode, too: they are limits of the gateway', async () => {
    await writeFile(
      path.join(dir, 'settings.json'),
      JSON.stringify({
        configurationFileVersion: 2,
        enhancedContainerIsolation: { value: true, locked: true },
        bulkhead: { mode: 'audit' },
      }),
    );
    expect(await readResponse(open(create(volumes(2000))))).toMatch(
      /^HTTP\/1.1 403 [^]*more than 512 entries/,
    );
  });

  it('accepts 500 binds, with one query for each source, a few at a time', async () => {
    holds = (url) => url.includes('/volumes/');
    const pending = readResponse(open(create(volumes(500))));
    let most = 0;
    let volumeRequests = 0;
    while (volumeRequests < 500) {
      await when(() => waiting.length > 0);
      most = Math.max(most, waiting.length);
      volumeRequests += waiting.length;
      for (const one of waiting.splice(0)) one.respond();
    }
    expect(await pending).toMatch(/^HTTP\/1.1 201 /);
    expect(most).toBeLessThanOrEqual(4);
    expect(requests.filter((url) => url.includes('/volumes/')).length).toBe(500);
  });

  it("serves other requests during a decision, and a caller's large ones in turn", async () => {
    holds = (url) => url.includes('/volumes/');
    const first = readResponse(open(create(large())));
    await when(() => waiting.length === 1);
    const second = readResponse(open(create(large())));
    expect(await readResponse(open(request('GET', '/_ping')))).toMatch(/^HTTP\/1.1 200 /);
    // A small one of the same user does not wait for large ones, either.
    holds = () => false;
    expect(await readResponse(open(create(volumes(1))))).toMatch(/^HTTP\/1.1 201 /);
    holds = (url) => url.includes('/volumes/');
    expect(waiting.length).toBe(1);
    waiting.splice(0)[0]?.respond();
    expect(await first).toMatch(/^HTTP\/1.1 201 /);
    await when(() => waiting.length === 1);
    waiting.splice(0)[0]?.respond();
    expect(await second).toMatch(/^HTTP\/1.1 201 /);
  });
});
