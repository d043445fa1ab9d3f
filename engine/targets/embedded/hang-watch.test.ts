import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { watchForHang } from './hang-watch.ts';

it('a child that is late twice in a row is killed; once, it is not', async () => {
  const child = spawn('sleep', ['1000']);
  const exited = once(child, 'exit');
  const said: string[] = [];
  const answers = [true, false, true, false, false];
  const stop = watchForHang({
    name: 'lxcfs',
    answers: () => Promise.resolve(answers.shift() ?? true),
    pid: () => child.pid ?? null,
    everyMs: 5,
    say: (text) => {
      said.push(text);
    },
  });
  expect((await exited)[1]).toBe('SIGKILL');
  stop();
  expect(answers).toEqual([]);
  expect(said).toEqual([`lxcfs (pid ${child.pid}) hangs; it is killed and started again`]);
});
