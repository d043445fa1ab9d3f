import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getOverSocket } from './get-over-socket.ts';
import { expectSlowness } from './machine-speed.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-get-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

it('resolves with the response', async () => {
  const socket = path.join(directory, 'socket');
  const server = createServer((request, response) => {
    response.writeHead(503).end(`for ${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  expect(await getOverSocket(socket, '/_ping')).toEqual({ status: 503, body: 'for /_ping' });
  server.close();
});

it('rejects without a socket, with the error that connecting would have', async () => {
  await expect(getOverSocket(path.join(directory, 'none'), '/_ping')).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

it('rejects if nothing listens there any more', async () => {
  const socket = path.join(directory, 'left');
  // Killed: a server that is closed removes its socket.
  const script = `require('node:net').createServer().listen(process.argv[1], () => {
    process.kill(process.pid, 9);
  });`;
  await promisify(execFile)(process.execPath, ['-e', script, socket]).catch(() => undefined);
  await expect(getOverSocket(socket, '/_ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('a server that does not respond', () => {
  const socket = () => path.join(directory, 'hung');
  const server = createServer(() => undefined);
  beforeAll(async () => {
    expectSlowness(3);
    await new Promise<void>((resolve) => {
      server.listen(socket(), resolve);
    });
  });
  afterAll(() => {
    expectSlowness(1);
    server.closeAllConnections();
    server.close();
  });

  it('is given up after the limit, also on a slow machine: displays do not wait', async () => {
    await expect(getOverSocket(socket(), '/_ping', 50)).rejects.toThrow('no response within 50 ms');
  });

  it('is given more time there by those who measure it', async () => {
    const response = getOverSocket(socket(), '/_ping', 50, () => Promise.resolve(3));
    await expect(response).rejects.toThrow('no response within 150 ms');
  });
});
