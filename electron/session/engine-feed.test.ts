import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'vitest';
import { rootPaths } from '../../engine/base/root-paths.ts';
import { watchEngine } from './engine-feed.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-feed-');
});
afterEach(() => rm(directory, { recursive: true }));

it('follows containers at the socket that the engine listens on, first candidate or not', async () => {
  const second = path.join(directory, 'second.sock');
  let stream: ServerResponse | undefined;
  const engine = createServer((request, response) => {
    if (request.url?.startsWith('/events') === true) {
      stream = response;
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    }
  });
  await new Promise<void>((resolve) => {
    engine.listen(second, resolve);
  });
  let onRequest: () => void = () => undefined;
  const next = () =>
    new Promise<void>((resolve) => {
      onRequest = resolve;
    });
  let news = next();
  const feed = watchEngine(
    { ...rootPaths(directory), clientSocket: path.join(directory, 'first.sock') },
    () => second,
    {
      engine: () => undefined,
      containers: () => {
        onRequest();
      },
    },
  );
  try {
    await news;
    news = next();
    stream?.write('{"Type":"container","Action":"create"}\n');
    await news;
  } finally {
    feed.stop();
    stream?.end();
    engine.close();
  }
});
