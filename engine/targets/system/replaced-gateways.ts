import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startOf } from '../../../shared/process/process-stat.ts';

/** Below which the service manager has its cgroups: v2, v2 beside v1, v1. */
const hierarchies = ['sys/fs/cgroup', 'sys/fs/cgroup/unified', 'sys/fs/cgroup/systemd'];

/**
 * Processes of the gateway's service that were replaced by its main process, and still serve their open
 * connections: gateways in its cgroup that started earlier. `root`: of the file system, for tests.
 */
export async function replacedGateways(mainPid: number, root = '/'): Promise<number[]> {
  const text = (...names: string[]) => readFile(path.join(root, ...names), 'utf8').catch(() => '');
  const startTime = async (pid: number) => Number(startOf(await text('proc', String(pid), 'stat')) ?? NaN);
  const cgroup = /^(?:0:|\d+:name=systemd):(\/.+)$/m.exec(await text('proc', String(mainPid), 'cgroup'))?.[1];
  if (cgroup === undefined) return [];
  const lists = await Promise.all(hierarchies.map((at) => text(at, cgroup, 'cgroup.procs')));
  const pids = new Set(lists.join('\n').match(/^\d+$/gm)?.map(Number));
  const mainStart = await startTime(mainPid);
  const replaced = await Promise.all(
    [...pids].map(async (pid) => {
      const isGateway = (await text('proc', String(pid), 'cmdline')).split('\0').includes('gateway');
      return isGateway && (await startTime(pid)) < mainStart ? [pid] : [];
    }),
  );
  return replaced.flat().sort((a, b) => a - b);
}
