import { readFile, readdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseMountinfo } from '../../engine/base/mountinfo.ts';
import { cgroupsOf } from '../../planner/config/cgroup-path.ts';
import { cgroupHierarchies } from '../../planner/mounts/mount-table.ts';

/** The directories of the containers' cgroups, in every hierarchy. `pids`: a process of each container. */
export async function containerCgroups(pids: readonly number[]): Promise<string[]> {
  const hierarchies = cgroupHierarchies(parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8')));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cgroup`, 'utf8')));
  // The container's own, whatever cgroup below the process is in.
  const ofContainers = texts
    .flatMap(cgroupsOf)
    .flatMap((cgroup) => /^.*?\/[0-9a-f]{64}(?=\/|$)/.exec(cgroup)?.[0] ?? []);
  return hierarchies.flatMap((hierarchy) =>
    [...new Set(ofContainers)].map((cgroup) => path.join(hierarchy, cgroup)),
  );
}

/** Removes them with those below, once their killed processes have left them. */
export async function removeCgroups(cgroups: readonly string[]): Promise<void> {
  for (const end = Date.now() + 20_000; ;) {
    try {
      for (const cgroup of cgroups) await removeCgroup(cgroup);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(20);
    }
  }
}

async function removeCgroup(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(path.join(directory, entry.name));
  await rmdir(directory).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
}
