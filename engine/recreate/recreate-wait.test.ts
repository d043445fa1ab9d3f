import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import samples from '../../shared/containers/inspected-samples.json' with { type: 'json' };
import { ok } from '../../shared/result.ts';
import { dockerClient } from '../base/docker-client.ts';
import { startAndWait } from './recreate-wait.ts';

test('an engine that exits while the new one starts is an ordinary error', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-wait-'));
  const running = { ...samples.plain, State: { ...samples.plain.State, Status: 'running', Running: true } };
  let dies = (): void => undefined;
  const engine = createServer((request, response) => {
    if (request.url?.includes('/events') === true) {
      response.writeHead(200);
      response.write('\n');
      dies = () => {
        response.socket?.destroy();
      };
    } else
      response.setHeader('content-type', 'application/json').end(JSON.stringify(running), () => {
        dies();
      });
  });
  try {
    engine.listen(path.join(directory, 'engine.sock'));
    await once(engine, 'listening');
    const waited = await startAndWait(dockerClient(path.join(directory, 'engine.sock')), samples.plain.Id, {
      start: () => Promise.resolve(ok(undefined)),
      graceMs: 60_000,
      signal: new AbortController().signal,
    });
    expect(waited).toMatchObject({ ok: false, error: { code: 'engine.unreachable' } });
  } finally {
    engine.close();
    engine.closeAllConnections();
    await rm(directory, { recursive: true });
  }
});
