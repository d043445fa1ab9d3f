import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measureSlownessBy } from '../base/time-limit.ts';
import { createEngineFacts } from './create-engine-facts.ts';
import { EngineTimeout, EngineUnreachable, type EngineFacts } from './engine-facts.ts';
import { perRequestCache } from './per-request-cache.ts';

// An engine that is held up by some containers, as dockerd is by a FIFO as their /etc/passwd.
let directory: string, socket: string, server: Server;
let pending: number, maxPending: number, pings: number;
let isPingHung = false;
let large: (response: ServerResponse, id: string) => void;
const opened: EngineFacts[] = [];
const facts = (limitMs?: number): EngineFacts => {
  const made = createEngineFacts(socket, limitMs);
  opened.push(made);
  return made;
};

beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-facts-');
  socket = path.join(directory, 'engine.sock');
  pending = maxPending = pings = 0;
  server = createServer((request, response) => {
    if (request.url?.endsWith('/_ping') === true) {
      pings++;
      if (!isPingHung) response.setHeader('Api-Version', '1.51').end('OK');
      return;
    }
    const id = /^\/containers\/([^/]+)\/json$/.exec(request.url ?? '')?.[1] ?? '';
    if (id.startsWith('large')) {
      large(response, id);
      return;
    }
    if (!id.startsWith('hung')) {
      response.end(JSON.stringify({ Id: id }));
      return;
    }
    pending++;
    maxPending = Math.max(maxPending, pending);
    response.once('close', () => {
      pending--;
    });
    // Keeps the connection busy, which is no response either.
    response.writeHead(200);
    const writes = setInterval(() => response.write(' '), 20);
    response.once('close', () => {
      clearInterval(writes);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
});
afterEach(async () => {
  for (const made of opened.splice(0)) made.close();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true });
});

describe('an engine blocked by a container', () => {
  it('responds about others, however many requests wait for that one', async () => {
    const shared = facts();
    const waiting = Array.from({ length: 40 }, (_, n) =>
      shared.container(`hung-${n}`).catch((error: unknown) => error),
    );
    await expect.poll(() => pending).toBe(40);
    expect(await shared.container('fine')).toMatchObject({ id: 'fine' });
    shared.close();
    await Promise.all(waiting);
  });

  it('times out, whatever it sends meanwhile', async () => {
    const error: unknown = await facts(200)
      .container('hung')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EngineTimeout);
    expect(error).toBeInstanceOf(EngineUnreachable);
  });

  it('is given no more time on a slow machine: the request holds a turn meanwhile', async () => {
    measureSlownessBy(() => Promise.resolve(20));
    await expect(facts(50).container('hung')).rejects.toThrow('within 0.05 s');
    measureSlownessBy(() => Promise.resolve(1));
  });

  it('limits the concurrent queries of one request', async () => {
    const one = perRequestCache(facts(200));
    const all = await Promise.allSettled(Array.from({ length: 24 }, (_, n) => one.container(`hung-${n}`)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(maxPending).toBeLessThanOrEqual(8);
  });
});

describe("the engine's version", () => {
  afterEach(() => {
    isPingHung = false;
    vi.useRealTimers();
  });

  it('is queried once for the refusals of some seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const shared = facts();
    expect(await Promise.all([shared.ping(null), shared.ping(null)])).toMatchObject([
      { apiVersion: '1.51' },
      { apiVersion: '1.51' },
    ]);
    await shared.ping('1.23');
    expect(pings).toBe(2);
    vi.advanceTimersByTime(6000);
    await shared.ping(null);
    expect(pings).toBe(3);
  });

  it('is not waited for while the engine hangs, except once, and for three seconds', async () => {
    isPingHung = true;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const shared = facts();
    const first = shared.ping(null).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(3000);
    expect(await first).toBeInstanceOf(EngineTimeout);
    await expect(shared.ping(null)).rejects.toBeInstanceOf(EngineTimeout);
    expect(pings).toBeLessThanOrEqual(1);
  });
});

it('long responses are read one after the other, and short ones meanwhile', async () => {
  const padding = ' '.repeat(8 * 1024 * 1024);
  let begun = 0;
  let finished = 0;
  const responses: ServerResponse[] = [];
  large = (response, id) => {
    begun++;
    // More than sockets hold: it has gone out when it was read.
    response.write(`${padding}{"Id":"${id}"`, () => {
      finished++;
    });
    responses.push(response);
  };
  const lookups = facts();
  const results = Array.from({ length: 6 }, (_, n) => lookups.container(`large-${n}`));
  await expect.poll(() => [begun, finished]).toEqual([6, 1]);
  expect(await lookups.container('fine')).toMatchObject({ id: 'fine' });
  expect(finished).toBe(1);
  for (const response of responses) response.end('}');
  expect((await Promise.all(results)).map((one) => one?.id)).toEqual([
    'large-0',
    'large-1',
    'large-2',
    'large-3',
    'large-4',
    'large-5',
  ]);
});
