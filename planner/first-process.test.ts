import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstProcessOf, hasEnded } from './first-process.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync('/tmp/bh-first-process-');
  mkdirSync(path.join(root, 'c'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const startOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
};

describe.runIf(process.platform === 'linux')('the first process of a container', () => {
  it('is the one recorded by runc', () => {
    writeFileSync(
      path.join(root, 'c/state.json'),
      JSON.stringify({ id: 'c', init_process_pid: 7, init_process_start: 88, config: {} }),
    );
    expect(firstProcessOf(root, 'c')).toEqual({ pid: 7, start: 88 });
  });

  it.each([
    '',
    '{',
    '{"init_process_pid":0,"init_process_start":1}',
    '{"init_process_pid":"7","init_process_start":1}',
  ])('is unknown where runc noted "%s"', (text) => {
    writeFileSync(path.join(root, 'c/state.json'), text);
    expect(firstProcessOf(root, 'c')).toBeNull();
    expect(firstProcessOf(root, 'other')).toBeNull();
  });

  it('has ended once its pid is free, or reused', async () => {
    const child = spawn('sleep', ['1000']);
    const pid = child.pid ?? 0;
    const process = { pid, start: startOf(pid) };
    expect([hasEnded(process), hasEnded({ pid, start: process.start - 1 })]).toEqual([false, true]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasEnded(process)).toBe(true);
  });
});
