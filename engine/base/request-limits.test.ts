import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { message } from '../../shared/messages/message.ts';
import { dockerClient, requestFailure } from './docker-client.ts';
import { EngineTimeout, limitRequests, requestLimitMs, socketOf } from './request-limits.ts';

describe('how long the engine may take to respond', () => {
  const limit = (method: string, path: string, options?: Record<string, unknown>) =>
    requestLimitMs({ method, path, options });
  test('reads are short, unless they count files', () => {
    expect(limit('GET', '/containers/a/json?')).toBe(10_000);
    expect(limit('GET', '/containers/a/json?', { size: true })).toBe(60_000);
    expect(limit('GET', '/containers/a/changes')).toBe(60_000);
    expect(requestLimitMs({ method: 'GET', path: '/info' }, 3_000)).toBe(3_000);
  });
  test('a stop has its own time and some more; a wait is limited by its caller', () => {
    expect(limit('POST', '/containers/a/stop?', { t: 25 })).toBe(55_000);
    expect(limit('POST', '/containers/a/stop?')).toBe(600_000);
    expect(limit('POST', '/containers/a/wait?')).toBeNull();
  });
  test('requests that send or create content may take long, all others a minute or two', () => {
    for (const path of ['/commit?', '/build?', '/images/create?', '/images/load?', '/images/a/b/push']) {
      expect(limit('POST', path)).toBe(1_800_000);
    }
    expect(limit('POST', '/containers/create?')).toBe(120_000);
    expect(limit('DELETE', '/containers/a?')).toBe(120_000);
    expect(limit('POST', '/networks/a/connect')).toBe(60_000);
  });
});

describe('a client of the engine', () => {
  let directory: string, server: Server, socket: string;
  let events: { write(line: string): void } | undefined;
  beforeAll(async () => {
    directory = await mkdtemp('/tmp/bulkhead-limits-');
    socket = path.join(directory, 'engine.sock');
    server = createServer((request, response) => {
      if (request.url === '/_ping') response.end('OK');
      // The head of a response at once, its body when the test sends it.
      if (request.url?.startsWith('/events') === true) {
        response.writeHead(200);
        response.write('\n');
        events = response;
      }
      if (request.url === '/containers/half/json') {
        response.writeHead(200);
        response.write('{');
      }
    });
    await new Promise<void>((resolve) => {
      server.listen(socket, resolve);
    });
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });

  test('gives up on a response that does not come, or does not end, and reports that', async () => {
    for (const id of ['none', 'half']) {
      const error: unknown = await dockerClient(socket, 200)
        .getContainer(id)
        .inspect()
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(EngineTimeout);
      expect(socketOf(error)).toBe(socket);
      const failure = requestFailure(message('app.containers-not-listed'), error).error;
      expect(failure).toMatchObject({
        code: 'engine.unreachable',
        reason: 'the engine did not respond within 0.2 s',
      });
    }
  });
  test('does not limit a stream once it has begun', async () => {
    const stream = (await dockerClient(socket, 200).getEvents()) as Readable;
    const lines: string[] = [];
    stream.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
    });
    // Another request with the same limit expires meanwhile.
    await dockerClient(socket, 400)
      .getContainer('none')
      .inspect()
      .catch(() => undefined);
    events?.write('late\n');
    await expect.poll(() => lines.join('')).toContain('late');
    stream.destroy();
  });
  test('gives a slow machine more time, measured once the usual time is over', async () => {
    let measured = 0;
    const slow = limitRequests(new Docker({ socketPath: socket }), undefined, () => {
      measured += 1;
      return Promise.resolve(1.5);
    });
    await slow.ping();
    expect(measured).toBe(0);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const late = slow.getContainer('none').inspect();
      let isOver = false;
      const ended = late
        .catch((error: unknown) => error)
        .finally(() => {
          isOver = true;
        });
      await vi.advanceTimersByTimeAsync(10_000);
      expect([measured, isOver]).toEqual([1, false]);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await ended).toMatchObject({ message: 'the engine did not respond within 15 s' });
    } finally {
      vi.useRealTimers();
    }
  });
  test("takes the caller's signal as well", async () => {
    const stopped = dockerClient(socket)
      .getContainer('none')
      .inspect({ abortSignal: AbortSignal.timeout(50) });
    await expect(stopped).rejects.not.toBeInstanceOf(EngineTimeout);
    expect((await dockerClient(socket).ping()).toString()).toBe('OK');
  });
});
