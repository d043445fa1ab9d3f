import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { removeDeviceCgroups } from '../../engine/targets/embedded/device-cgroup.ts';
import { confineDevices } from '../../supervisor/device-confinement.ts';
import { spawnDockerd, waitForEngine } from '../../supervisor/dockerd-process.ts';
import { endProcesses, runningProcesses } from '../../engine/base/process-identity.ts';
import {
  mountsBelow,
  removeEngineRoot,
  startBareEngine,
  type BareEngine,
  type BareEngineOptions,
} from './real-engine.ts';
import { isEngineAtLeast } from './test-engine.ts';
import { preferEngine } from './engine-priority.ts';
import { containerCgroups, removeCgroups } from './container-cgroups.ts';
import { killIfRunning } from './kill-if-running.ts';
import { rootPaths, type RootPaths } from '../../engine/base/root-paths.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import { isWithin, parseMountinfo, type Mount } from '../../engine/base/mountinfo.ts';
import { exclusiveBackend } from '../../engine/backends/exclusive/backend.ts';
import type { SharingOptions } from '../../planner/shares/shares.ts';
import { exclusivePaths, type ExclusivePaths } from '../../planner/planner-paths.ts';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../..');
const runtimeBuildDir = path.join(project, 'runtime/build');

/** A real dockerd whose default runtime is ours, with a planner in a process of its own. For tests. */
export interface IsolatedEngine extends BareEngine {
  /** Layout of the planner's own root; not dockerd's. */
  readonly paths: RootPaths;
  readonly own: ExclusivePaths;
  planner(): PlannerProcess;
  /** Kills dockerd, unless it has ended, then starts one on the same root again. */
  restartDockerd(signal: NodeJS.Signals, meanwhile?: () => Promise<void>): Promise<void>;
  /**
   * Simulates a power failure and a boot: planner, dockerd, shims and containers are killed, every mount of
   * the engine, the containers' cgroups and its part of /run are removed; `meanwhile` runs before planner and
   * dockerd start again.
   */
  reboot(meanwhile?: () => Promise<void>): Promise<void>;
  /** Starts the planner again after it was ended. */
  startPlanner(): Promise<void>;
  /** Mount points of containers' overlays with the ids of their ranges, and any other unexpected mount. */
  leftoverMounts(): Promise<string[]>;
  /** Ranges this engine holds. */
  ranges(): Promise<number[]>;
  /** Names of containers in the planner's state. */
  states(): Promise<string[]>;
}

export interface PlannerProcess {
  readonly child: ChildProcess;
  /** Ends it with `signal` and waits. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface IsolatedEngineOptions {
  readonly containerdSnapshotter?: boolean;
  readonly liveRestore?: boolean;
  /** CDI devices: set for engines before 28.2, others have them on. */
  readonly cdi?: boolean;
  /** More runtimes than ours, as daemon.json has them. */
  readonly runtimes?: Readonly<Record<string, { readonly path: string }>>;
  /** The engine's default if there is none. */
  readonly storageDriver?: string;
  readonly prepare?: BareEngineOptions['prepare'];
  /** How binds of containers that no gateway created are treated (default `root-without`). */
  readonly sharingRecords?: SharingOptions['records'];
  /** Build steps are not isolated while this file exists, as under settings that turn isolation off. */
  readonly plainBuildsFile?: string;
}

/** Whether the engine has CDI on by default. */
const hasCdi = () => isEngineAtLeast(28, 2);

export async function startIsolatedEngine(options: IsolatedEngineOptions = {}): Promise<IsolatedEngine> {
  const root = await mkdtemp('/tmp/bh-');
  const paths = rootPaths(root);
  const own = exclusivePaths(paths);
  const backend = exclusiveBackend({ runtimeBuildDir });
  const installed = await backend.install(paths);
  if (!installed.ok) throw new Error(`${installed.error.message} ${installed.error.reason ?? ''}`);

  // Like the supervisor. If the machine has no cgroups for it, only its own tests fail.
  const confined = await confineDevices(paths, [backend]);
  const records = options.sharingRecords ?? 'root-without';
  let planner = await spawnPlanner(root, records, options.plainBuildsFile);
  let engine: BareEngine;
  try {
    engine = await startBareEngine({
      daemonJson: {
        runtimes: { [backend.runtimeName]: { path: backend.runtimePath(paths) }, ...options.runtimes },
        'default-runtime': backend.runtimeName,
        features: {
          ...(options.containerdSnapshotter === true ? { 'containerd-snapshotter': true } : {}),
          ...(options.cdi === true && !(await hasCdi()) ? { cdi: true } : {}),
        },
        ...(options.liveRestore === true ? { 'live-restore': true } : {}),
        ...(options.storageDriver === undefined ? {} : { 'storage-driver': options.storageDriver }),
      },
      ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
      ...(confined.ok ? { confinement: confined.value } : {}),
      env: backend.engineEnvironment(backend.runtimePath(paths)),
    });
  } catch (error) {
    await planner.end('SIGTERM');
    await removeDeviceCgroups(paths);
    await rmdir(paths.run);
    await removeEngineRoot(root);
    throw error;
  }
  let dockerd = engine.dockerd;
  const startDockerdAgain = async () => {
    dockerd = spawnDockerd(engine.settings);
    await waitForEngine(dockerd, engine.settings);
    await preferEngine(dockerd.pid);
  };
  // The directory is the machine's: a claim of another test's engine may be removed while it is read.
  const claimedRanges = async () => {
    const names = (await readdir(own.ranges)).filter((name) => /^\d+$/.test(name));
    const claims = await Promise.all(
      names.map((name) =>
        readFile(path.join(own.ranges, name), 'utf8').catch((error: unknown) => {
          if (systemCode(error) === 'ENOENT') return '';
          throw error;
        }),
      ),
    );
    return names.filter((_, i) => claims[i]?.includes(`"${root}"`));
  };
  return {
    ...engine,
    paths,
    own,
    planner: () => planner,
    async restartDockerd(signal, meanwhile) {
      // Ended through its child process: its pid may be reused once it has ended.
      dockerd.child.kill(signal);
      await dockerd.exited;
      await endContainerd(engine.settings.execRoot);
      await meanwhile?.();
      await startDockerdAgain();
    },
    async reboot(meanwhile) {
      const running = (await engine.docker('ps', '-q')).split('\n').filter((id) => id !== '');
      const inits =
        running.length === 0
          ? []
          : (await engine.docker('inspect', '-f', '{{.State.Pid}}', ...running))
              .trim()
              .split('\n')
              .map(Number);
      const cgroups = await containerCgroups(inits);
      await planner.end('SIGKILL');
      dockerd.child.kill('SIGKILL');
      await dockerd.exited;
      // containerd dies with its dockerd.
      for (const pid of [...(await shimsOf(engine.root)), ...inits]) killIfRunning(pid);
      await removeCgroups(cgroups);
      for (const directory of [path.join(engine.root, 'exec'), path.join(engine.root, 'data/'), own.mounts]) {
        for (const point of (await mountsBelow(directory)).sort((a, b) => b.length - a.length))
          await run('umount', ['-l', point]);
      }
      // Nothing is mounted below any more.
      for (const directory of [path.join(engine.root, 'exec'), own.mounts])
        await rm(directory, { recursive: true });
      await rm(paths.plannerSocket);
      // Before this engine's claims are removed: engines of concurrent tests would claim its ranges at once.
      await meanwhile?.();
      for (const base of await claimedRanges()) await rm(path.join(own.ranges, base));
      planner = await spawnPlanner(root, records, options.plainBuildsFile);
      await startDockerdAgain();
    },
    async startPlanner() {
      planner = await spawnPlanner(root, records, options.plainBuildsFile);
    },
    async leftoverMounts() {
      const isShifted = ({ type, flags }: Mount) =>
        type === 'overlay' && ['nosuid', 'nodev', 'noexec'].every((flag) => flags.includes(flag));
      return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'))
        .filter(
          (mount) =>
            isWithin(mount.mountPoint, own.mounts) ||
            (isWithin(mount.mountPoint, engine.root) && isShifted(mount)),
        )
        .map(({ mountPoint }) => mountPoint);
    },
    ranges: async () => (await claimedRanges()).map(Number),
    states: () => readdir(own.containers),
    async stop() {
      const ids = (await engine.docker('ps', '-aq').catch(() => '')).split('\n').filter((id) => id !== '');
      if (ids.length > 0) await engine.docker('rm', '-f', ...ids).catch(() => undefined);
      if (dockerd !== engine.dockerd) {
        dockerd.child.kill('SIGTERM');
        await dockerd.exited;
      }
      await engine.stop();
      // If the runtime was killed during a delete, it waits for a containerd that does not start any more.
      for (const pid of await shimsOf(engine.root)) killIfRunning(pid);
      await planner.end('SIGTERM');
      await removeRunDirectory(paths);
      await removeEngineRoot(root);
    },
  };
}

/**
 * Like the supervisor: the next dockerd takes one that is ending, or not reaped yet, for a running one, and
 * tries to connect to it for ten seconds.
 */
async function endContainerd(execRoot: string): Promise<void> {
  const config = path.join(execRoot, 'containerd/containerd.toml');
  // By its command line: the pid file may be stale.
  await endProcesses(
    (await runningProcesses()).filter(
      (process) => path.basename(process.args[0] ?? '') === 'containerd' && process.args.includes(config),
    ),
    5_000,
  );
  await rm(path.join(execRoot, 'containerd/containerd.pid'), { force: true });
}

/** Shims of the containers of the dockerd at `root`. */
export async function shimsOf(root: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids
    .filter(
      (_, i) => /(?:^|\/)containerd-shim-runc-v2\0/.test(lines[i] ?? '') && lines[i]?.includes(`${root}/`),
    )
    .map(Number);
}

async function spawnPlanner(
  root: string,
  records: SharingOptions['records'],
  plainBuildsFile: string | undefined,
): Promise<PlannerProcess> {
  const source = (file: string): string => JSON.stringify(path.join(project, file));
  const script = `const { servePlanner } = await import(${source('planner/serve.ts')});
const { rootPaths } = await import(${source('engine/base/root-paths.ts')});
const output = { out: (line) => console.log(line), error: (line) => console.error(line) };
const { existsSync } = await import('node:fs');
const plainBuildsFile = ${JSON.stringify(plainBuildsFile ?? null)};
const eci = () => plainBuildsFile === null || !existsSync(plainBuildsFile);
const readPolicy = async () => ({ eci: eci(), language: 'en' });
const options = { records: ${JSON.stringify(records)}, readPolicy };
process.exitCode = await servePlanner(rootPaths(${JSON.stringify(root)}), output, options);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('planner listening on ')) resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the planner ended: ${code}`));
    });
  });
  return {
    child,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Waits for killed processes to leave their cgroup: that takes some time on a loaded machine. */
async function removeRunDirectory(paths: RootPaths): Promise<void> {
  for (const end = Date.now() + 20_000; ;) {
    try {
      await removeDeviceCgroups(paths);
      await rmdir(paths.run);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(100);
    }
  }
}
