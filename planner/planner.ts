import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import type { ListenerHandoff } from '../shared/gateway/listener-handoff.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { answerRuntime } from './answer-runtime.ts';
import { openContainerStore } from './containers.ts';
import { makeDeviceNodes } from './config/device-nodes.ts';
import { removeEarlierMounts } from './legacy-mounts.ts';
import { listenOn, withFileKept } from './listen.ts';
import { Janitor } from './janitor.ts';
import { IsolationRefused } from './base/refuse.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { encodeRefusal, PlanBuilder } from './base/plan.ts';
import { ProcFiles } from './mounts/proc-files.ts';
import { RangeLedger } from './ranges/range-ledger.ts';
import { removeFile } from './base/remove-file.ts';
import { openRangeStore } from './ranges/ranges.ts';
import type { PlannerRequest } from './base/request.ts';
import { nothingChecked } from './shares/reach.ts';
import { rootName } from './create-plan.ts';
import { mountsOf } from './mounts/mount-table.ts';
import { IsolationService } from './service.ts';
import { SealedRunc } from './sealed-runc.ts';
import { anyMayHang, Sources } from './shares/sources.ts';
import { isStep } from './step-processes.ts';
import { ShareChecks } from './shares/share-checks.ts';
import { rangeOwnerOf, type SharingOptions } from './shares/shares.ts';
import { message } from '../shared/messages/message.ts';
import type { EngineParts } from './shares/sockets.ts';

export interface PlannerOptions {
  readonly paths: ExclusivePaths;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  readonly handoff: ListenerHandoff;
  /**
   * Whether the listening socket outlives an orderly end, too: a service manager keeps it while the service
   * restarts. Then runtimes wait for the next planner. Default: false.
   */
  readonly keepsSocket?: boolean;
  /** Whether steps of builds are isolated: they are not while isolation is off. Default: always. */
  readonly areBuildsIsolated?: () => Promise<boolean>;
  readonly log: (line: string) => void;
  /** Called when it listens, before the initial scan. */
  readonly onListening?: () => void;
}

export interface Planner {
  /** Stops answering; containers go on. */
  close(): Promise<void>;
}

/**
 * Starts the planner: cleans up what a crash left, then listens on a socket only root can reach. Must run in
 * the engine's mount and pid namespaces, as root. Fails when another planner serves this root.
 */
export async function startPlanner(options: PlannerOptions): Promise<Result<Planner, AppError>> {
  const { paths, log } = options;
  const hint = message('planner.run-as-root');
  // Before anything else: two planners would clean up the same containers, and one would remove the other's
  // socket.
  mkdirSync(path.dirname(paths.lock), { recursive: true, mode: 0o700 });
  const lock = await acquireLock(paths.lock);
  if (!lock.ok) {
    if (lock.error.code !== 'apply.in-progress') return lock;
    return fail('isolation.planner-failed', message('planner.another-isolation-planner-serves-this-engine'), {
      reason: lock.error.reason ?? paths.lock,
      hint: message('planner.stop-it-first'),
    });
  }
  try {
    for (const directory of [path.dirname(paths.ranges), path.dirname(paths.mounts)])
      makeTraversable(directory);
    mkdirSync(path.join(paths.mounts, rootName), { recursive: true, mode: 0o700 });
    const ranges = openRangeStore({
      directory: paths.ranges,
      root: paths.root,
      ledger: new RangeLedger({ ...paths.rangeOwners, log }),
      ownerOf: (id) => rangeOwnerOf(id, options.sharing, 'before'),
      log,
    });
    const containers = openContainerStore(paths.containers);
    const sealedRunc = new SealedRunc({
      runtimeBinary: paths.runtimeBinary,
      runc: path.join(path.dirname(paths.runtimeBinary), 'runc'),
      log,
    });
    const service = new IsolationService({
      ranges,
      containers,
      parts: options.parts,
      sharing: options.sharing,
      privateDirectory: paths.mounts,
      deviceNodes: makeDeviceNodes(paths.devices, log),
      devicesDirectory: paths.devices,
      runtimeBinary: paths.runtimeBinary,
      sealedRunc: () => sealedRunc.descriptor(),
      log,
    });
    const janitor = new Janitor({ paths, service, ranges, containers, log });
    const procFiles = new ProcFiles(paths.procFiles);
    const sources = new Sources();
    const shareChecks = new ShareChecks(options.sharing, options.parts);
    // The lock is released then: results of checks that are still running come too late, and the runtime must
    // ask the next planner.
    let closing = false;
    const refuseWhenClosing = () => {
      if (closing) throw new IsolationRefused('the planner is being stopped; try again');
    };
    const answer = async (request: PlannerRequest): Promise<Buffer> => {
      try {
        refuseWhenClosing();
        if (request.verb !== 'create') return service.answer(request.verb, request);
        if (isStep(request) && (await options.areBuildsIsolated?.()) === false) return plainStep();
        const mounts = mountsOf(request.pid);
        // The common case: nothing to wait for.
        if (!anyMayHang(mounts) && !procFiles.areMounted(mounts)) {
          const reach = await shareChecks.check(request, mounts);
          refuseWhenClosing();
          return service.create(
            request,
            reach === nothingChecked ? mounts : mountsOf(request.pid),
            null,
            reach,
          );
        }
        await sources.checkResponsive(request.bundle, mounts);
        const reach = await shareChecks.check(request, mounts);
        const emulated = (await procFiles.answer()) === 'yes' ? procFiles.directory : null;
        refuseWhenClosing();
        return service.create(request, mountsOf(request.pid), emulated, reach);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!closing) log(`${request.verb} ${request.id}: ${message}`);
        return encodeRefusal(
          error instanceof IsolationRefused ? message : `the container could not be planned: ${message}`,
        );
      }
    };
    const connections = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      connections.add(socket);
      socket.once('close', () => {
        connections.delete(socket);
      });
      answerRuntime(socket, { janitor, initialScan, answer });
    });
    const closeConnections = async () => {
      closing = true;
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const socket of connections) socket.destroy();
      await closed;
    };
    // Listen before the initial scan, so that no runtime can exit unnoticed in between. Requests wait for the
    // scan.
    const initialScan = listenOn(server, paths.socket, options.handoff).then(async () => {
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
    return ok({
      close: async () => {
        if (options.keepsSocket === true) await withFileKept(paths.socket, closeConnections);
        else {
          await closeConnections();
          // Only the process that bound the path unlinks it. Later connections are refused at once.
          removeFile(paths.socket);
        }
        await janitor.stop();
        sealedRunc.close();
        await lock.value.release();
      },
    });
  } catch (error) {
    await lock.value.release();
    return fail('isolation.planner-failed', message('planner.isolation-planner-could-not-start'), {
      cause: error,
      hint,
    });
  }
}

/**
 * BuildKit's runc is ours whether isolation is on or off, so that switching takes no restart of the engine.
 */
function plainStep(): Buffer {
  const plan = new PlanBuilder();
  plan.plain();
  return plan.encode();
}

/** Containers' roots pass through on the way to their root file system, whatever the umask. */
function makeTraversable(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const { mode } = statSync(directory);
  if ((mode & 0o111) !== 0o111) chmodSync(directory, (mode & 0o777) | 0o111);
}
