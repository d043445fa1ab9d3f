import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerRuntime, type RequestHandler } from './answer-runtime.ts';
import { PlanBuilder } from './plan.ts';

let directory: string;
let server: Server;
let came: string[];
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-answers-'));
  came = [];
});
afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

async function planner(
  answering: Pick<RequestHandler, 'looked' | 'lookPatience'>,
): Promise<(verb: string) => Promise<string>> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    answerRuntime(socket, {
      janitor: {
        beginRequest: ({ verb }) => {
          came.push(verb);
          return Promise.resolve();
        },
        endRequest: () => undefined,
      },
      answer: () => Promise.resolve(new PlanBuilder().encode()),
      ...answering,
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

it('a create is refused with the reason where what an earlier engine left keeps the planner, and is not made later on', async () => {
  let end = () => undefined as void;
  const looked = new Promise<void>((resolve) => {
    end = resolve;
  });
  const ask = await planner({ looked, lookPatience: 1 });
  const deleted = ask('delete');
  expect(await ask('create')).toMatch(/ error the planner is still clearing up /);
  end();
  // Whoever deletes waits: there is nothing to be done in its place.
  expect(await deleted).not.toMatch(/ error /);
  expect(came).toEqual(['delete']);
});

it('a create waits for a look that ends', async () => {
  const ask = await planner({
    looked: new Promise((resolve) => {
      setImmediate(resolve);
    }),
  });
  expect(await ask('create')).not.toMatch(/ error /);
  expect(came).toEqual(['create']);
});

it('no request is answered if the first inspection failed: there is no planner', async () => {
  const looked = Promise.reject(new Error('no'));
  looked.catch(() => undefined);
  const ask = await planner({ looked, lookPatience: 60_000 });
  expect(await ask('create').catch(() => '')).toBe('');
  expect(came).toEqual([]);
});
