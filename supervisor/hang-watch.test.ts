import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { watchForHang } from './hang-watch.ts';

it('a child is killed after two timeouts in a row, not after one', async () => {
  const child = spawn('sleep', ['1000']);
  const exited = once(child, 'exit');
  const logLines: string[] = [];
  const answers = [true, false, true, false, false];
  const stop = watchForHang({
    name: 'lxcfs',
    isResponsive: () => Promise.resolve(answers.shift() ?? true),
    pid: () => child.pid ?? null,
    intervalMs: 5,
    log: (text) => {
      logLines.push(text);
    },
  });
  expect((await exited)[1]).toBe('SIGKILL');
  stop();
  expect(answers).toEqual([]);
  expect(logLines).toEqual([`lxcfs (pid ${child.pid}) hangs; it is killed and started again`]);
});
