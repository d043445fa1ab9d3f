import { execFile } from 'node:child_process';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { removeDeviceCgroups } from './device-cgroup.ts';
import { removeNetwork } from './engine-bridges.ts';
import { keepContainers } from './keep-containers.ts';
import { linkGuards } from './link-guards.ts';
import { ProcFiles, procFilesDirectory } from '../../base/lxcfs-files.ts';
import { findLeftovers } from './engine-processes.ts';
import type { EngineState } from './engine-state.ts';
import {
  endProcesses,
  identityOf,
  runningProcesses,
  type RunningProcess,
} from '../../base/process-identity.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { unscaledLimits, usualLimits } from '../../../shared/process/time-limits.ts';
import { timeLimit } from '../../base/time-limits.ts';
import { staleMounts } from './stale-mounts.ts';

const run = promisify(execFile);
const machineContainerdState = '/run/containerd';
/** Below a containerd's state: a bundle for each container of an engine. */
const tasksDirectory = 'io.containerd.runtime.v2.task/moby';

export interface ClearOptions {
  /**
   * Also end containers that outlived their dockerd, and remove mounts and network: nothing of the engine
   * shall remain.
   */
  readonly everything: boolean;
  readonly onFound: (text: string) => void;
}

/**
 * Ends what a killed supervisor, dockerd, gateway or planner left running and removes what would prevent the
 * next start. The caller holds the supervisor's lock. Without `everything`, containers still running under
 * their shims are left to the next dockerd, with or without live-restore, but not in swarm mode; while there
 * are such, every lxcfs that serves them files is left, too, unless the last one hangs. Throws when a process
 * can't be ended.
 */
export async function clearLeftovers(
  paths: RootPaths,
  state: EngineState | null,
  options: ClearOptions,
): Promise<void> {
  const containers = await containersIn(machineContainerdState, paths.data);
  const processes = await runningProcesses();
  const found = findLeftovers(processes, paths, state, process.pid, containers);
  const end = async (name: string, identities: readonly ProcessIdentity[], graceMs: number) => {
    if (identities.length === 0) return;
    options.onFound(`ending a left-over ${name} (pid ${identities.map((p) => p.pid).join(', ')})`);
    await endProcesses(identities, graceMs);
  };
  // First no new requests; then dockerd, which may stop its containers and needs the planner for that.
  const endMs = unscaledLimits.processEnd;
  await end('gateway', found.gateway, endMs);
  if (!options.everything && found.dockerd.length > 0) await keepContainers(paths, found.dockerd);
  await end('dockerd', found.dockerd, await timeLimit('engineStop'));
  await end('containerd', found.containerd, endMs);
  // Containers that run under the machine's own containerd: an engine of an earlier version used it, was
  // killed, and no dockerd of ours finds them there any more.
  const orphaned = await orphanedInits(machineContainerdState, containers);
  const foreign = [...descendants(processes, found.foreignShims), ...orphaned];
  await endTasks(foreign, found.foreignShims, options.onFound);
  await end('planner', found.planner, endMs);
  // Before the containers: a process that waits for a hung lxcfs can't be killed.
  if (options.everything || (await runningShims(paths)).length === 0 || (await isLeftoverLxcfsHung(paths)))
    await end('lxcfs', found.lxcfs, 1_000);
  if (options.everything) await endContainers(paths, options.onFound);
  await removeFiles([paths.clientSocket, paths.metricsSocket, paths.plannerSocket, ...engineFiles(paths)]);
  if ((await runningShims(paths)).length === 0) {
    await removeStaleMounts(paths);
    await removeDeviceCgroups(paths);
  }
  if (options.everything) {
    await removeNetwork(paths);
    await removeRunDirectory(paths);
  }
}

/**
 * Ids of an engine's containers in the containerd with that state directory. Also identified by their root
 * file systems: a data root that was copied from another engine contains the ids of that engine's containers,
 * which are running.
 */
export async function containersIn(state: string, dataRoot: string): Promise<ReadonlySet<string>> {
  const tasks = path.join(state, tasksDirectory);
  const containers = new Set(await readdir(path.join(dataRoot, 'containers')).catch(() => []));
  const running = await readdir(tasks).catch(() => []);
  const found = await Promise.all(
    running.map(async (id) => {
      if (!containers.has(id)) return [];
      const root = await rootOfBundle(path.join(tasks, id));
      return root?.startsWith(`${dataRoot}/`) === true ? [id] : [];
    }),
  );
  return new Set(found.flat());
}

const bundleSchema = z.object({ root: z.object({ path: z.string() }) });

/** The root file system of an OCI bundle; null if it can't be read. */
async function rootOfBundle(bundle: string): Promise<string | null> {
  try {
    return bundleSchema.parse(JSON.parse(await readFile(path.join(bundle, 'config.json'), 'utf8'))).root.path;
  } catch {
    return null;
  }
}

/** Whether an lxcfs left by an earlier supervisor is mounted and hangs its readers. */
const isLeftoverLxcfsHung = async (paths: RootPaths): Promise<boolean> =>
  (await new ProcFiles(procFilesDirectory(paths)).probe(2 * usualLimits.lxcfsResponse)) === 'late';

async function runningShims(paths: RootPaths): Promise<ProcessIdentity[]> {
  return findLeftovers(await runningProcesses(), paths, null, process.pid).shims;
}

/** Ends what a killed dockerd left running, except its containers. For a restart: the gateway stays. */
export async function clearEngineLeftovers(paths: RootPaths, onFound: (text: string) => void): Promise<void> {
  const found = findLeftovers(await runningProcesses(), paths, null, process.pid);
  const identities = [...found.dockerd, ...found.containerd];
  if (identities.length > 0)
    onFound(`ending what is left of the engine (pid ${identities.map((p) => p.pid).join(', ')})`);
  await endProcesses(identities, unscaledLimits.processEnd);
  await removeFiles(engineFiles(paths));
}

/**
 * Sockets without a listener, and pid files, whose numbers may belong to other processes by now: dockerd
 * would take such a process for itself or its containerd.
 */
function engineFiles(paths: RootPaths): string[] {
  return [
    paths.engineSocket,
    ...[
      'dockerd.pid',
      'containerd/containerd.pid',
      'containerd/containerd.sock',
      'containerd/containerd.sock.ttrpc',
      'containerd/containerd-debug.sock',
    ].map((name) => path.join(paths.run, name)),
  ];
}

async function removeFiles(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
}

/**
 * Ends containers that outlived their dockerd: SIGTERM and ten seconds for their processes, then their shims.
 */
async function endContainers(paths: RootPaths, onFound: (text: string) => void): Promise<void> {
  const processes = await runningProcesses();
  const shims = findLeftovers(processes, paths, null, process.pid).shims;
  const orphaned = await orphanedInits(path.join(paths.run, 'containerd/daemon'));
  await endTasks([...descendants(processes, shims), ...orphaned], shims, onFound);
}

async function endTasks(
  inits: readonly ProcessIdentity[],
  shims: readonly ProcessIdentity[],
  onFound: (text: string) => void,
): Promise<void> {
  if (inits.length > 0) onFound(`ending ${inits.length} left-over container processes`);
  await endProcesses(inits, 10_000);
  // A shim ignores SIGTERM.
  await endProcesses(shims, 200);
}

function descendants(
  processes: readonly RunningProcess[],
  roots: readonly ProcessIdentity[],
): RunningProcess[] {
  const known = new Set(roots.map((p) => p.pid));
  const found: RunningProcess[] = [];
  for (let grew = true; grew;) {
    grew = false;
    for (const p of processes) {
      if (known.has(p.pid) || !known.has(p.parent)) continue;
      known.add(p.pid);
      found.push(p);
      grew = true;
    }
  }
  return found;
}

/**
 * First processes of containers whose shim has exited: by the recorded pid in a containerd's state directory,
 * and the container's id in the process's cgroup. `among`: only these containers.
 */
async function orphanedInits(state: string, among?: ReadonlySet<string>): Promise<ProcessIdentity[]> {
  const base = path.join(state, tasksDirectory);
  const found: ProcessIdentity[] = [];
  for (const id of await readdir(base).catch(() => [])) {
    if (among?.has(id) === false) continue;
    const pid = Number(await readFile(path.join(base, id, 'init.pid'), 'utf8').catch(() => ''));
    if (!Number.isInteger(pid) || pid <= 1) continue;
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    const identity = cgroup.includes(id) ? await identityOf(pid) : null;
    if (identity !== null) found.push(identity);
  }
  return found;
}

/** Unmounts what dead containers left mounted, deepest first. Nothing of the engine may be running. */
async function removeStaleMounts(paths: RootPaths): Promise<void> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8');
  const guards = new Set(linkGuards(mountinfo, paths));
  const deepestFirst = [...staleMounts(mountinfo, paths), ...guards].sort(
    (a, b) => b.split('/').length - a.split('/').length,
  );
  for (const point of deepestFirst)
    await run('umount', [point]).catch(() =>
      guards.has(point) ? undefined : run('umount', ['-l', point]).catch(() => undefined),
    );
}

/** Deletes the run directory, unless something is still mounted or running in it: then a later stop does. */
async function removeRunDirectory(paths: RootPaths): Promise<void> {
  if (
    (await runningShims(paths)).length > 0 ||
    staleMounts(await readFile('/proc/self/mountinfo', 'utf8'), paths).length > 0
  )
    return;
  await rm(paths.run, { recursive: true, force: true });
}
