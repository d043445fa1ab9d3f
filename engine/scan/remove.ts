import type { default as Docker, ContainerInspectInfo } from 'dockerode';
import pLimit from 'p-limit';
import type { RemoveOutcome, RemoveRequest } from '../../shared/containers/protection.ts';
import { isAnonymousVolume } from '../../shared/containers/recreate-mounts.ts';
import { message, sentenceOf, type Message, plainText } from '../../shared/messages/message.ts';
import { engineReason, statusOf } from '../base/docker-client.ts';
import { inspectSlots } from './inspect-slots.ts';

export interface RemoveOptions {
  /** Called after each one, in the order in which they end. */
  readonly onProgress?: (outcome: RemoveOutcome, done: number, total: number) => void;
  /**
   * Removals that have not begun are skipped, and containers that are stopping are not waited for: the engine
   * goes on stopping them, and they are not removed. With an engine before 25, the process stays until they
   * have stopped: see `closeIfSafe`.
   */
  readonly signal?: AbortSignal;
}

/** Number of concurrent removals: each may wait for a container to stop. */
const removeConcurrency = 4;
/**
 * Seconds a running container gets to end by itself before it is killed, unless it has a timeout of its own:
 * a database may need longer, and its volume stays (the engine's own default).
 */
const stopSeconds = 10;

/**
 * Removes containers; one outcome per requested id, in that order (D). Running ones are refused unless
 * `includeRunning`, then stopped first. Volumes stay unless `removeVolumes`: then anonymous ones are removed
 * with the container, and named ones after it if no other container uses them. A request without a response
 * is an outcome with an error, and does not delay the others.
 */
export async function removeContainers(
  docker: Docker,
  request: RemoveRequest,
  options: RemoveOptions = {},
): Promise<RemoveOutcome[]> {
  const inSlot = inspectSlots();
  const limit = pLimit(removeConcurrency);
  let done = 0;
  const isCancelled = () => options.signal?.aborted === true;
  const report = (outcome: RemoveOutcome): RemoveOutcome => {
    done++;
    options.onProgress?.(outcome, done, request.ids.length);
    return outcome;
  };
  return Promise.all(
    request.ids.map(async (id) => {
      const found = await inSlot(async () => (isCancelled() ? notBegun(id) : inspectOne(docker, id)));
      if ('removed' in found) return report(found);
      // Checked inside the limit: the receiver of one outcome may cancel the next.
      return limit(async () =>
        report(isCancelled() ? notBegun(id) : await removeInspected(docker, found, request, options.signal)),
      );
    }),
  );
}

/** Why a container is not removed, or what remains of it. */
const reasonFields = (reason: string | Message): Pick<RemoveOutcome, 'error' | 'sentence'> => ({
  error: plainText(reason),
  ...sentenceOf(reason),
});

const notBegun = (id: string): RemoveOutcome => ({
  id,
  name: id,
  removed: false,
  ...reasonFields(message('containers.removal-not-begun')),
  notBegun: true,
});

/**
 * The container to remove, with the id or name by which it was requested; an outcome if it can't be
 * inspected.
 */
interface RequestedContainer {
  readonly id: string;
  readonly inspected: ContainerInspectInfo;
}

async function inspectOne(docker: Docker, id: string): Promise<RequestedContainer | RemoveOutcome> {
  try {
    return { id, inspected: await docker.getContainer(id).inspect() };
  } catch (error) {
    return {
      id,
      name: id,
      removed: false,
      ...(statusOf(error) === 404
        ? { gone: true as const, ...reasonFields(message('containers.container-missing')) }
        : reasonFields(engineReason(error))),
    };
  }
}

async function removeInspected(
  docker: Docker,
  { id, inspected }: RequestedContainer,
  request: RemoveRequest,
  signal?: AbortSignal,
): Promise<RemoveOutcome> {
  const name = inspected.Name.replace(/^\//, '');
  const running = inspected.State.Running || inspected.State.Paused || inspected.State.Restarting;
  if (running && !request.includeRunning)
    return {
      id,
      name,
      removed: false,
      ...reasonFields(message('containers.running-not-removed')),
    };
  // By full id from here on: a name may be given to another container meanwhile.
  const target = docker.getContainer(inspected.Id);
  // Missing in the types.
  const { StopTimeout: timeout } = inspected.Config as { readonly StopTimeout?: number | null };
  // A negative timeout is "for ever": the removal would never end by itself.
  const t = timeout == null || timeout < 0 ? stopSeconds : timeout;
  const stopAndRemove = async (): Promise<void> => {
    const connection = new AbortController();
    const stopped = target.stop({ t, abortSignal: connection.signal }).catch((error: unknown) => {
      if (statusOf(error) !== 304) throw error;
    });
    await untilAborted(stopped, signal).catch((error: unknown) => {
      if (error instanceof StopCancelled) void closeIfSafe(docker, connection);
      throw error;
    });
    await target.remove({ force: true, v: request.removeVolumes });
  };
  try {
    if (running) await stopAndRemove();
    else
      // Not by force: the engine then refuses to remove one that was started since, and does not kill it.
      await target.remove({ force: false, v: request.removeVolumes }).catch(async (error: unknown) => {
        if (!request.includeRunning || statusOf(error) !== 409) throw error;
        await stopAndRemove();
      });
  } catch (error) {
    // Auto-remove (--rm) may have been faster: it is gone, as requested.
    if (statusOf(error) !== 404) {
      const isCancelled = error instanceof StopCancelled;
      const reason = isCancelled ? message('containers.removal-cancelled') : engineReason(error);
      return { id, name, removed: false, ...reasonFields(reason) };
    }
  }
  if (!request.removeVolumes) return { id, name, removed: true };
  const retained = await removeNamedVolumes(docker, inspected);
  return retained.length === 0
    ? { id, name, removed: true }
    : {
        id,
        name,
        removed: true,
        ...reasonFields(message('containers.volumes-kept', { volumes: retained.join('; ') })),
      };
}

class StopCancelled extends Error {}

/** As `work`, or rejects with `StopCancelled` once `signal` is aborted; the work goes on then. */
function untilAborted(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const cancel = () => {
      reject(new StopCancelled());
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  });
}

/** The first version of the engine of which every release goes on stopping a container without its client. */
const safeSinceMajor = 25;

/**
 * Ends a stop request that is not waited for. Only of an engine that goes on stopping the container then:
 * Docker 23.0 and 24.0 at first kill it if the connection closes (moby#45731). Any other keeps it open, and
 * with it this process, until the container has stopped.
 */
async function closeIfSafe(docker: Docker, connection: AbortController): Promise<void> {
  const version = await docker.version().then(
    ({ Version: version }) => Number.parseInt(version, 10),
    () => Number.NaN,
  );
  if (version >= safeSinceMajor) connection.abort();
}

async function removeNamedVolumes(docker: Docker, inspected: ContainerInspectInfo): Promise<string[]> {
  const retained: string[] = [];
  const { Mounts: requested, Binds: binds } = inspected.HostConfig;
  const sources = new Set([
    ...(requested ?? []).map(({ Source: source }) => source),
    ...(binds ?? []).map((bind) => bind.split(':')[0]),
  ]);
  for (const mount of inspected.Mounts) {
    if (mount.Type !== 'volume' || mount.Name === undefined) continue;
    // The engine removes it with the container, unless that was created with the volume's name, as recreated
    // ones are.
    if (isAnonymousVolume(mount.Name) && !sources.has(mount.Name)) continue;
    try {
      await docker.getVolume(mount.Name).remove();
    } catch (error) {
      if (statusOf(error) !== 404) retained.push(`${mount.Name} (${plainText(engineReason(error))})`);
    }
  }
  return retained;
}
