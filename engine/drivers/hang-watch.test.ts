import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersOn, watchForHang } from './hang-watch.ts';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(path.join(tmpdir(), 'bh-hang-')); });
afterEach(async () => { await rm(directory, { recursive: true, force: true }); });

it('a child that is late twice in a row is killed; once, it is not', async () => {
  const child = spawn('sleep', ['1000']);
  const exited = once(child, 'exit');
  const said: string[] = [];
  const answers = [true, false, true, false, false];
  const stop = watchForHang({ name: 'the planner', answers: () => Promise.resolve(answers.shift() ?? true), pid: () => child.pid ?? null, everyMs: 5, say: (text) => { said.push(text); } });
  expect((await exited)[1]).toBe('SIGKILL');
  stop();
  expect(answers).toEqual([]);
  expect(said).toEqual([`the planner (pid ${child.pid}) hangs; it is killed and started again`]);
});

describe('a socket', () => {
  async function listening(serve: (socket: Socket) => void) {
    const file = path.join(directory, 's');
    const open = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => { open.add(socket); serve(socket); }).listen(file);
    await once(server, 'listening');
    return { file, close: () => { for (const socket of open) socket.destroy(); server.close(); } };
  }

  it('answers when anything comes, and when nobody is there', async () => {
    const { file, close } = await listening((socket) => { socket.resume(); socket.once('end', () => { socket.end('no'); }); });
    expect(await answersOn(file, 10_000)).toBe(true);
    close();
    expect(await answersOn(path.join(directory, 'none'), 10_000)).toBe(true);
  });

  it('does not answer in time when whoever listens says nothing', async () => {
    const { file, close } = await listening(() => undefined);
    expect(await answersOn(file, 50)).toBe(false);
    close();
  });
});
