import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendJson, sendRaw } from '../../tests/support/raw-http.ts';
import { startGateway, type Gateway } from '../server.ts';

// Errors whose words depend on the version of the engine behind the gateway.
let dir: string;
let engine: Server;
let gateway: Gateway;
/** Requests that the engine got. */
let requests: string[];
let respond: (response: ServerResponse, request: IncomingMessage) => void;
const clientSocket = () => path.join(dir, 'docker.sock');

beforeEach(async () => {
  dir = await mkdtemp('/tmp/bulkhead-version-');
  requests = [];
  engine = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    respond(response, request);
  }).listen(path.join(dir, 'engine.sock'));
  await once(engine, 'listening');
  await writeFile(
    path.join(dir, 'settings.json'),
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: true, locked: true },
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
  requests = [];
});
afterEach(async () => {
  await gateway.close(0);
  engine.close();
  engine.closeAllConnections();
  await rm(dir, { recursive: true, force: true });
});

describe('A1: a version of the API that is too old gets the error of the engine', () => {
  const tooOld = (minimum: string) => `client version 1.23 is too old. Minimum supported API is ${minimum}`;
  const create = (target = '/v1.23/containers/create') => sendJson(clientSocket(), 'POST', target, '{}');

  it('as JSON', async () => {
    respond = (response) => {
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message: tooOld('1.40') }));
    };
    const answer = await create();
    expect([answer.status, answer.body]).toEqual([400, `{"message":"${tooOld('1.40')}"}\n`]);
    expect(answer.head).toContain('Content-Type: application/json');
  });

  it('as plain text, and the engine gets no more than a ping', async () => {
    respond = (response) => {
      response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`${tooOld('1.24')}\n`);
    };
    const answer = await create();
    expect([answer.status, answer.body]).toEqual([400, `${tooOld('1.24')}\n`]);
    expect(answer.head).toContain('Content-Type: text/plain; charset=utf-8');
    expect(requests).toEqual(['GET /v1.23/_ping']);
  });

  it.each([
    ['takes the version', (response: ServerResponse) => response.end('OK')],
    ['responds with something else', (response: ServerResponse) => response.writeHead(400).end('{"a":1}')],
    ['is unreachable', (response: ServerResponse) => response.destroy()],
  ])('and an error of its own where the engine %s', async (_, answer) => {
    respond = answer;
    const { status, body } = await create();
    expect(status).toBe(400);
    expect(body).toContain('client version 1.23 is too old. Minimum supported API version is 1.24, please');
    expect(requests).toEqual(['GET /v1.23/_ping']);
  });

  it('an endpoint that does not exist is not found', async () => {
    const line = 'GET /v1.23/nosuch HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n';
    expect(await sendRaw(clientSocket(), line)).toMatchObject({
      status: 404,
      body: '{"message":"page not found"}\n',
    });
    expect(requests).toEqual([]);
  });
});

describe('A1: errors that are others since Docker Engine 28', () => {
  it.each([
    ['1.45', { Isolation: 'foo' }, 500, `Invalid isolation: \\"foo\\" - linux only supports 'default'`],
    ['1.51', { Isolation: 'foo' }, 400, "invalid isolation (foo): linux only supports 'default'"],
    ['1.47', { NetworkMode: 'container:' }, 400, 'Invalid network mode: invalid container format'],
    ['1.48', { NetworkMode: 'container:' }, 400, 'invalid network mode: invalid container format'],
    // An engine that does not say its version.
    [null, { NetworkMode: 'container:' }, 400, 'Invalid network mode: invalid container format'],
  ])('API %s: a create with %j', async (version, hostConfig, status, message) => {
    respond = (response) => {
      response.writeHead(200, version === null ? {} : { 'Api-Version': version }).end('OK');
    };
    const answer = await sendJson(
      clientSocket(),
      'POST',
      '/v1.45/containers/create',
      JSON.stringify({ Image: 'busybox', HostConfig: hostConfig }),
    );
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`{"message":"${message}`);
    expect(requests).not.toContain('POST /v1.45/containers/create');
  });
});

describe('A1: an engine that has no version of the API before 1.44, as Docker Engine 29', () => {
  const tooOld = (version: string) =>
    `client version ${version} is too old. Minimum supported API version is 1.44, please upgrade your client`;
  const create = (version: string, hostConfig: object = {}) =>
    sendJson(
      clientSocket(),
      'POST',
      `/v${version}/containers/create`,
      JSON.stringify({ Image: 'busybox', HostConfig: hostConfig }),
    );

  beforeEach(() => {
    respond = (response, { method = '', url = '' }) => {
      const version = /^\/v(1\.\d+)\//.exec(url)?.[1];
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'Api-Version': '1.52', 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (version !== undefined && Number(version.slice(2)) < 44) answer(400, { message: tooOld(version) });
      else if (method === 'POST') answer(201, { Id: 'a'.repeat(64), Warnings: [] });
      else answer(404, { message: `no such object: ${url}` });
    };
  });

  it.each(['1.25', '1.43'])('a client of %s gets its error', async (version) => {
    const { status, body } = await create(version);
    expect(status).toBe(400);
    expect(body).toContain(JSON.stringify({ message: tooOld(version) }));
  });

  it('what the gateway looks up for an older client has no version', async () => {
    await create('1.43', { Binds: ['/srv:/srv'], NetworkMode: 'container:web' });
    const own = requests.filter((line) => !line.startsWith('POST '));
    expect(own).not.toEqual([]);
    expect(own.filter((line) => / \/v1\./.test(line))).toEqual([]);
  });

  it('a client of 1.44 is served', async () => {
    expect((await create('1.44')).status).toBe(201);
  });
});
