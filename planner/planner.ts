import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import type { ListenerHandoff } from '../shared/gateway/kept-listeners.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock } from '../engine/base/lock.ts';
import { answerRuntime } from './answer-runtime.ts';
import { openContainerStore } from './containers.ts';
import { makeDeviceNodes } from './device-nodes.ts';
import { removeEarlierMounts } from './legacy-mounts.ts';
import { listenOn } from './listen.ts';
import { Janitor } from './janitor.ts';
import { IsolationRefused, type ExclusivePaths } from './options.ts';
import { encodeRefusal } from './plan.ts';
import { ProcFiles } from './proc-files.ts';
import { RangeLedger } from './range-ledger.ts';
import { removeFile } from './remove-file.ts';
import { openRangeStore } from './ranges.ts';
import type { PlannerRequest } from './request.ts';
import { nothingAsked } from './reach.ts';
import { rootName } from './create-plan.ts';
import { mountsOf } from './mount-table.ts';
import { IsolationService } from './service.ts';
import { SealedRunc } from './sealed-runc.ts';
import { haveToBeAsked, Sources } from './sources.ts';
import { ShareChecks } from './share-checks.ts';
import { rangeOwnerOf, type SharingOptions } from './shares.ts';
import { message } from '../shared/messages/message.ts';
import type { EngineParts } from './sockets.ts';

export interface PlannerOptions {
  readonly paths: ExclusivePaths;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  readonly handoff: ListenerHandoff;
  readonly log: (line: string) => void;
  /** Called when it listens, and begins to look at what an earlier one left. */
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
  const hint = 'Run as root, and see that nothing else uses this engine root.';
  // Before anything is looked at: two would clean up the same containers, and one take away the socket of the
  // other.
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
      runtimeBinary: paths.runtimeBinary,
      sealedRunc: () => sealedRunc.descriptor(),
      log,
    });
    const janitor = new Janitor({ paths, service, ranges, containers, log });
    const procFiles = new ProcFiles(paths.procFiles);
    const sources = new Sources();
    const shareChecks = new ShareChecks(options.sharing, options.parts);
    // The lock goes then: what is asked of others meanwhile comes too late, and another planner is asked.
    let closing = false;
    const refuseWhenClosing = () => {
      if (closing) throw new IsolationRefused('the planner is being stopped; try again');
    };
    const answer = async (request: PlannerRequest): Promise<Buffer> => {
      try {
        refuseWhenClosing();
        if (request.verb !== 'create') return service.answer(request.verb, request);
        const mounts = mountsOf(request.pid);
        // Mostly there is nothing to wait for.
        if (!haveToBeAsked(mounts) && !procFiles.areMounted(mounts)) {
          const reach = await shareChecks.ask(request, mounts);
          refuseWhenClosing();
          return service.create(
            request,
            reach === nothingAsked ? mounts : mountsOf(request.pid),
            null,
            reach,
          );
        }
        await sources.answer(request.bundle, mounts);
        const reach = await shareChecks.ask(request, mounts);
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
    const open = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
      });
      answerRuntime(socket, { janitor, looked, answer });
    });
    const hangUp = async () => {
      closing = true;
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const socket of open) socket.destroy();
      await closed;
    };
    // Listens first: hardly a runtime ends between the look and the first moment that it can be told of. Who
    // asks meanwhile waits for the look.
    const looked = listenOn(server, paths.socket, options.handoff).then(async () => {
      options.onListening?.();
      await removeEarlierMounts(paths, containers, log);
      await janitor.start();
    });
    void sealedRunc.make();
    await looked.catch(async (error: unknown) => {
      await hangUp();
      await janitor.stop();
      throw error;
    });
    return ok({
      close: async () => {
        await hangUp();
        // Its own path only the process that made it unlinks. Who still comes is refused at once.
        removeFile(paths.socket);
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

/** Containers' roots pass through on the way to their root file system, whatever the umask. */
function makeTraversable(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const { mode } = statSync(directory);
  if ((mode & 0o111) !== 0o111) chmodSync(directory, (mode & 0o777) | 0o111);
}
