import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readlinkSync, realpathSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { openContainerStore, type ContainerStore } from './containers.ts';
import { isWithin, mountOf } from './mountinfo.ts';
import { IsolationRefused, type ExclusivePaths } from './options.ts';
import { encodeRefusal, PlanBuilder } from './plan.ts';
import { basesInUse, openRangeStore, type RangeStore } from './ranges.ts';
import { parseRequest, requestLimit } from './request.ts';
import { IsolationService, mountsOf } from './service.ts';
import type { EngineParts } from './sockets.ts';

export interface PlannerOptions {
  readonly paths: ExclusivePaths;
  readonly parts: EngineParts;
  readonly log: (line: string) => void;
}

export interface Planner {
  /** Stops answering; containers go on. */
  close(): Promise<void>;
}

/** A runtime that says nothing for this long is hung up on, ms. */
const requestTimeout = 10_000;

/**
 * Starts the planner: cleans up what a crash left, then listens on a socket only root can reach. Must run in the engine's mount
 * and pid namespaces, as root. Fails when another planner serves this root.
 */
export async function startPlanner(options: PlannerOptions): Promise<Result<Planner, AppError>> {
  const { paths, log } = options;
  const hint = 'Run as root, and see that nothing else uses this engine root.';
  if (await answers(paths.socket)) return fail('isolation.planner-failed', 'Another isolation planner serves this engine.', { reason: paths.socket, hint: 'Stop it first.' });
  try {
    for (const directory of [path.dirname(paths.ranges), path.dirname(paths.mounts)]) makeTraversable(directory);
    const ranges = openRangeStore(paths.ranges, paths.root);
    const containers = openContainerStore(paths.containers, paths.mounts);
    const service = new IsolationService({ ranges, containers, parts: options.parts, runtimeBinary: paths.runtimeBinary, log });
    keepMountsPrivate(paths);
    reconcile(paths, service, ranges, containers, log);
    const server = createServer({ allowHalfOpen: true }, (socket) => { serve(socket, service, log); });
    await listen(server, paths.socket);
    return ok({
      close: () => new Promise((resolve) => {
        server.close(() => {
          tidy(paths, containers);
          resolve();
        });
      }),
    });
  } catch (error) {
    return fail('isolation.planner-failed', 'The isolation planner could not start.', { cause: error, hint });
  }
}

/** Reads one request, answers it, hangs up. Whatever goes wrong, the runtime gets an error, never an empty plan. */
function serve(socket: Socket, service: IsolationService, log: (line: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  socket.setTimeout(requestTimeout, () => { socket.destroy(); });
  socket.on('error', () => { socket.destroy(); });
  socket.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > requestLimit) socket.destroy();
    else chunks.push(chunk);
  });
  socket.on('end', () => { if (!socket.destroyed) socket.end(answer(Buffer.concat(chunks), service, log)); });
}

function answer(bytes: Buffer, service: IsolationService, log: (line: string) => void): Buffer {
  const request = parseRequest(bytes);
  if (request === null) return encodeRefusal('the planner does not understand the runtime: they are of different versions; restart the engine');
  try {
    return service.answer(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log(`${request.verb} ${request.id}: ${message}`);
    if (error instanceof IsolationRefused) return encodeRefusal(message);
    return encodeRefusal(`the container could not be planned: ${message}`);
  }
}

/** Containers' roots pass through on the way to their root file system, whatever the umask. */
function makeTraversable(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const { mode } = statSync(directory);
  if ((mode & 0o111) !== 0o111) chmodSync(directory, (mode & 0o777) | 0o111);
}

/** Mounts made in `paths.mounts` must not spread to other mount namespaces: a copy there would keep layers busy. */
function keepMountsPrivate(paths: ExclusivePaths): void {
  if (mountOf(paths.mounts, mountsOf('self'))?.shared !== true) return;
  const plan = new PlanBuilder();
  plan.attach(plan.tree(paths.mounts), paths.mounts);
  perform(paths, plan);
}

/** Takes the directory of mount targets away when no container is left; it comes back at the next start. */
function tidy(paths: ExclusivePaths, containers: ContainerStore): void {
  try {
    if (containers.targetIds().length > 0) return;
    const plan = new PlanBuilder();
    if (mountsOf('self').some((mount) => mount.mountPoint === paths.mounts)) plan.unmount(paths.mounts);
    perform(paths, plan);
    rmdirSync(paths.mounts);
  } catch {
    // Gone already, or in use after all: an empty directory does no harm.
  }
}

/** Finishes what a crash left: containers runc no longer knows lose mounts, state and range; others keep theirs. */
function reconcile(paths: ExclusivePaths, service: IsolationService, ranges: RangeStore, containers: ContainerStore, log: (line: string) => void): void {
  const unclear = new Set<string>();
  for (const id of new Set([...containers.ids(), ...containers.targetIds()])) {
    const state = containers.read(id);
    try {
      if (state !== null) ranges.hold(state.base, id);
      if (state !== null && existsSync(path.join(state.runcRoot, id))) continue;
      // Planned just before the last planner ended; the runtime cleans up after itself.
      if (state !== null && isRuntime(state.runtimePid, paths)) continue;
      const mounts = mountsOf('self');
      // Without a state we cannot ask runc; what is mounted may be in use.
      if (state === null && mounts.some((mount) => isWithin(mount.mountPoint, containers.directory(id)))) {
        unclear.add(id);
        log(`container ${id}: mounted, but its state is lost; left alone`);
        continue;
      }
      perform(paths, service.planDelete(id, state?.runcRoot ?? '/nonexistent', mounts));
      service.release(id, state?.runcRoot ?? '/nonexistent', mountsOf('self'));
      log(`container ${id}: cleaned up after a crash`);
    } catch (error) {
      unclear.add(id);
      log(`container ${id}: could not be cleaned up: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const { base, id } of ranges.orphans()) if (!unclear.has(id)) ranges.free(base);
  for (const base of ranges.abandoned(basesInUse())) ranges.free(base);
}

/** Whether process `pid` is our runtime at work. */
function isRuntime(pid: number, paths: ExclusivePaths): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '') === realpathSync(paths.runtimeBinary);
  } catch {
    return false;
  }
}

/** Has the runtime perform a plan: Node has no mount calls. Throws with its error text. */
function perform(paths: ExclusivePaths, plan: PlanBuilder): void {
  if (plan.empty) return;
  const done = spawnSync(paths.runtimeBinary, ['--bulkhead-perform'], { input: plan.encode(), encoding: 'utf8', timeout: 30_000 });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(done.stderr.trim() || `the runtime ended with ${done.status ?? done.signal ?? 'nothing'}`);
}

/** Listens on `file` so that only root can connect, from the first moment on. */
function listen(server: Server, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    rmSync(file, { force: true });
    const before = process.umask(0o177);
    server.once('error', reject);
    // bind() happens before listen returns, so the umask is in force for it.
    server.listen({ path: file }, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });
}

/** Whether something accepts connections on `file`. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: file });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
}
