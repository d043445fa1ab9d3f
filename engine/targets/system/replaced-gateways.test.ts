import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replacedGateways } from './replaced-gateways.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bulkhead-gateways-'));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (file: string, content: string) => {
  await mkdir(path.join(root, path.dirname(file)), { recursive: true });
  await writeFile(path.join(root, file), content);
};
const hasProcess = async (pid: number, started: number, args: readonly string[]) => {
  await write(
    `proc/${pid}/stat`,
    `${pid} (node) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${started} 1 2`,
  );
  await write(`proc/${pid}/cmdline`, [...args, ''].join('\0'));
};
const gateway = ['node', '/usr/lib/bulkhead/dist/gateway/gateway.cjs', 'gateway', '--engine', 'unix:///e'];

it.each([
  ['v2', '0::/system.slice/g.service\n', 'sys/fs/cgroup'],
  [
    'v1',
    '5:memory:/system.slice\n1:name=systemd:/system.slice/g.service\n0::/system.slice/g.service\n',
    'sys/fs/cgroup/systemd',
  ],
])('finds gateways older than the main process (cgroup %s)', async (_, cgroup, hierarchy) => {
  await write('proc/900/cgroup', cgroup);
  await write(`${hierarchy}/system.slice/g.service/cgroup.procs`, '900\n1200\n800\n1000\n700\n600\n');
  await hasProcess(900, 5000, gateway);
  await hasProcess(1200, 3000, gateway);
  await hasProcess(800, 4000, gateway);
  // A successor that loads, a helper, and one that has just ended.
  await hasProcess(1000, 6000, gateway);
  await hasProcess(700, 4500, ['getent', 'passwd']);
  expect(await replacedGateways(900, root)).toEqual([800, 1200]);
});

it('finds no gateways where nothing is known', async () => {
  expect(await replacedGateways(900, root)).toEqual([]);
  await write('proc/900/cgroup', '0::/\n');
  expect(await replacedGateways(900, root)).toEqual([]);
});
