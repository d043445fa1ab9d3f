import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import type { ListenerHandoff } from '../shared/gateway/listener-handoff.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { serveRuntime } from './runtime-connection.ts';
import { openContainerStore } from './containers.ts';
import { openDeviceNodes } from './config/device-nodes.ts';
import { removeEarlierMounts } from './legacy-mounts.ts';
import { listenOn, withFileKept } from './listen.ts';
import { Janitor } from './janitor.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { RangeLedger } from './ranges/range-ledger.ts';
import { removeFile } from './base/remove-file.ts';
import { openRangeStore } from './ranges/ranges.ts';
import { rootName } from './create-plan.ts';
import { IsolationService } from './service.ts';
import { RuntimeRequests, type RuntimeRequestsOptions } from './runtime-requests.ts';
import { SealedRunc } from './sealed-runc.ts';
import { rangeOwnerOf } from './shares/shares.ts';
import { message, plainText } from '../shared/messages/message.ts';

export interface PlannerOptions extends RuntimeRequestsOptions {
  readonly paths: ExclusivePaths;
  readonly handoff: ListenerHandoff;
  /**
   * Whether the listening socket also outlives an orderly end: a service manager keeps it while the service
   * restarts, and runtimes wait for the next planner. Default: false.
   */
  readonly keepsSocket?: boolean;
  /** Called when it listens, before the initial scan. */
  readonly onListening?: () => void;
}

export interface Planner {
  /** Stops serving runtimes; containers keep running. */
  close(): Promise<void>;
}

/**
 * Starts the planner: cleans up after a crash, and serves a socket that only root can connect to. Must run in
 * the engine's mount and pid namespaces, as root. Fails when another planner serves this root.
 */
export async function startPlanner(options: PlannerOptions): Promise<Result<Planner, AppError>> {
  const { paths } = options;
  // First of all: two planners would clean up the same containers, and one would remove the other's socket.
  mkdirSync(path.dirname(paths.lock), { recursive: true, mode: 0o700 });
  const lock = await acquireLock(paths.lock);
  if (!lock.ok) {
    if (lock.error.code !== 'apply.in-progress') return lock;
    return fail('isolation.planner-failed', message('planner.already-running'), {
      reason: lock.error.reason ?? paths.lock,
      hint: message('planner.stop-it-first'),
    });
  }
  try {
    const planner = await startUnderLock(options);
    return ok({
      close: async () => {
        await planner.close();
        await lock.value.release();
      },
    });
  } catch (error) {
    await lock.value.release();
    return fail('isolation.planner-failed', message('planner.start-failed'), {
      cause: error,
      hint: message('planner.run-as-root'),
    });
  }
}

async function startUnderLock(options: PlannerOptions): Promise<Planner> {
  const { paths, log } = options;
  for (const directory of [path.dirname(paths.ranges), path.dirname(paths.mounts)])
    makeTraversable(directory);
  mkdirSync(path.join(paths.mounts, rootName), { recursive: true, mode: 0o700 });
  const sealedRunc = new SealedRunc({
    runtimeBinary: paths.runtimeBinary,
    runc: path.join(path.dirname(paths.runtimeBinary), 'runc'),
    log,
  });
  const { service, janitor, containers } = openService(options, sealedRunc);
  const requests = new RuntimeRequests(service, options);
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => {
      connections.delete(socket);
    });
    serveRuntime(socket, {
      janitor,
      initialScan,
      handle: (request) => requests.handle(request),
      encodeRefusal: (reason) => requests.encodeRefusal(reason),
    });
  });
  const closeConnections = async () => {
    requests.close();
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    for (const socket of connections) socket.destroy();
    await closed;
  };
  // Listen before the initial scan, so that no exit of a runtime goes unnoticed in between. Requests wait for
  // the scan.
  const initialScan = listenOn(server, paths.socket, options.handoff, log).then(async () => {
    options.onListening?.();
    await removeEarlierMounts(paths, containers, log);
    await janitor.start();
  });
  void sealedRunc.make();
  await initialScan.catch(async (error: unknown) => {
    await closeConnections();
    await janitor.stop();
    throw error;
  });
  return {
    close: async () => {
      if (options.keepsSocket === true) await withFileKept(paths.socket, closeConnections);
      else {
        await closeConnections();
        // Only the process that bound the path unlinks it. Later connections are refused at once.
        removeFile(paths.socket);
      }
      await janitor.stop();
      sealedRunc.close();
    },
  };
}

function openService(
  { paths, parts, sharing, log }: PlannerOptions,
  sealedRunc: SealedRunc,
): { service: IsolationService; janitor: Janitor; containers: ReturnType<typeof openContainerStore> } {
  const ranges = openRangeStore({
    directory: paths.ranges,
    root: paths.root,
    ledger: new RangeLedger({
      ...paths.rangeOwners,
      log: (line) => {
        log(plainText(line));
      },
    }),
    ownerOf: (id) => rangeOwnerOf(id, sharing, 'before'),
    log,
  });
  const containers = openContainerStore(paths.containers);
  const service = new IsolationService({
    ranges,
    containers,
    parts,
    sharing,
    privateDirectory: paths.mounts,
    deviceNodes: openDeviceNodes(paths.devices, log),
    runtimeBinary: paths.runtimeBinary,
    sealedRunc: () => sealedRunc.descriptor(),
    log,
  });
  return { service, containers, janitor: new Janitor({ paths, service, ranges, containers, log }) };
}

/** Containers' root users traverse it on the way to their root file systems, whatever the umask. */
function makeTraversable(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const { mode } = statSync(directory);
  if ((mode & 0o111) !== 0o111) chmodSync(directory, (mode & 0o777) | 0o111);
}
