import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { idsInUse, listedIds } from './taken-ids.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-taken-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), text);
};

it('ids are assigned to others by /etc/subuid and subgid, also by later changes', () => {
  const listed = listedIds(directory);
  expect(listed()).toEqual([]);
  write('subuid', '# comment\nroot:1000000:1000000000\nbroken:1\n');
  expect(listed()).toMatchObject([{ start: 1_000_000, count: 1_000_000_000 }]);
  write('subgid', 'alice:2147483648:65536\n');
  expect(listed()).toMatchObject([
    { start: 1_000_000, count: 1_000_000_000 },
    { start: 2_147_483_648, count: 65_536 },
  ]);
});

it('ids are in use if a process has one or its user namespace maps it; ended ones do not count', () => {
  const status = (state: string, id: number) =>
    `Name:\tx\nState:\t${state}\nUid:\t${id}\t${id}\t${id}\t${id}\nGid:\t5\t5\t5\t5\n`;
  const all = '         0          0 4294967295\n';
  write('1/status', status('S (sleeping)', 1_500_000_000));
  write('1/uid_map', all);
  write('2/status', status('R (running)', 7));
  write('2/uid_map', '         0       1000          1\n         1 1879048192      65536\n');
  write('3/status', status('Z (zombie)', 9));
  write('3/uid_map', '         0 1999962112      65536\n');
  write('4/status', '');
  expect(idsInUse('processes', directory).sort((a, b) => a.start - b.start)).toEqual([
    { start: 5, count: 1 },
    { start: 7, count: 1 },
    { start: 1000, count: 1 },
    { start: 1_500_000_000, count: 1 },
    { start: 1_879_048_192, count: 65_536 },
  ]);
});

it('a process whose first thread has ended still has its ids', () => {
  write('1/status', 'State:\tZ (zombie)\nUid:\t7\t7\t7\t7\nGid:\t7\t7\t7\t7\nThreads:\t2\n');
  write('1/uid_map', '         0 1879048192      65536\n');
  expect(idsInUse('processes', directory)).toEqual([
    { start: 1_879_048_192, count: 65_536 },
    { start: 7, count: 1 },
  ]);
});

it('threads may have ids of their own', () => {
  const status = (id: number) =>
    `State:\tS (sleeping)\nUid:\t${id}\t${id}\t${id}\t${id}\nGid:\t7\t7\t7\t7\nThreads:\t2\n`;
  write('1/status', status(7));
  write('1/uid_map', '         0          0 4294967295\n');
  write('1/task/1/status', status(7));
  write('1/task/2/status', status(1_500_000_000));
  expect(idsInUse('threads', directory)).toEqual([
    { start: 7, count: 1 },
    { start: 1_500_000_000, count: 1 },
  ]);
});
