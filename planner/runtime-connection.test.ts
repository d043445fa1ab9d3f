import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveRuntime, type RequestHandler } from './runtime-connection.ts';
import { encodeRefusal, PlanBuilder } from './base/plan.ts';

let directory: string;
let server: Server;
let received: string[];
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-connection-'));
  received = [];
});
afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

async function planner(
  options: Pick<RequestHandler, 'initialScan' | 'scanTimeoutMs'>,
): Promise<(verb: string) => Promise<string>> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    serveRuntime(socket, {
      janitor: {
        beginRequest: ({ verb }) => {
          received.push(verb);
          return Promise.resolve();
        },
        endRequest: () => undefined,
      },
      handle: () => Promise.resolve(new PlanBuilder().encode()),
      encodeRefusal: (reason) => Promise.resolve(encodeRefusal(`translated: ${reason.text}`)),
      ...options,
    });
  }).listen(path.join(directory, 's'));
  await once(server, 'listening');
  return async (verb) => {
    const socket = connect({ path: path.join(directory, 's'), allowHalfOpen: true });
    socket.write(
      [
        'bulkhead-request-2',
        verb,
        'abc',
        verb === 'create' ? '/run/b/abc' : '',
        '/run/runc',
        String(process.pid),
        'end',
        '',
      ].join('\0'),
    );
    let text = '';
    for await (const part of socket) text += String(part);
    return text.replaceAll('\0', ' ');
  };
}

it('a create that waits too long for the initial scan is refused, and not performed later', async () => {
  let end = () => undefined as void;
  const initialScan = new Promise<void>((resolve) => {
    end = resolve;
  });
  const openClient = await planner({ initialScan, scanTimeoutMs: 1 });
  const deleted = openClient('delete');
  expect(await openClient('create')).toMatch(/ error translated: the planner is still cleaning up /);
  end();
  // A runtime that deletes is waiting: there is nothing to repeat for it.
  expect(await deleted).not.toMatch(/ error /);
  expect(received).toEqual(['delete']);
});

it('a create waits for the initial scan', async () => {
  const openClient = await planner({
    initialScan: new Promise((resolve) => {
      setImmediate(resolve);
    }),
  });
  expect(await openClient('create')).not.toMatch(/ error /);
  expect(received).toEqual(['create']);
});

it('no request is answered if the initial scan failed: there is no planner', async () => {
  const initialScan = Promise.reject(new Error('no'));
  initialScan.catch(() => undefined);
  const openClient = await planner({ initialScan, scanTimeoutMs: 60_000 });
  expect(await openClient('create').catch(() => '')).toBe('');
  expect(received).toEqual([]);
});
