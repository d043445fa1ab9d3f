import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dockerClient } from '../base/docker-client.ts';
import { watchStopRequests } from './stop-requests.ts';

test('where an event has no end, nothing is known of the others, and it is not kept in memory', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-stop-requests-'));
  let events: ServerResponse | undefined;
  const engine = createServer((request, response) => {
    const url = request.url ?? '';
    if (url.includes('/info')) {
      response.setHeader('content-type', 'application/json').end('{"SystemTime":"2026-12-01T00:00:00Z"}');
    } else if (url.includes('until=')) {
      // Nothing in the past either.
      response.end();
    } else {
      events = response;
      response.write('{"Actor":{"ID":"stopped"}}\n');
    }
  });
  try {
    engine.listen(path.join(directory, 'engine.sock'));
    await once(engine, 'listening');
    const stopRequests = await watchStopRequests(dockerClient(path.join(directory, 'engine.sock')), 1000);
    await expect.poll(() => stopRequests.include('stopped')).toBe(true);
    expect(await stopRequests.include('other')).toBe(false);
    events?.write('x'.repeat(1002));
    await expect.poll(() => stopRequests.include('other')).toBe(true);
    stopRequests.close();
  } finally {
    engine.close();
    engine.closeAllConnections();
    await rm(directory, { recursive: true });
  }
});
