import { deny, type Denial } from '../../shared/policy/decision.ts';
import { untrusted } from '../../shared/policy/image-trust.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { EngineUnreachable, type ContainerFacts, type EngineFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError, type ResponseTransform } from '../http/exchange.ts';
import type { ImageVerdict } from '../trust/image-verdict.ts';
import type { EngineContainers } from './engine-containers.ts';
import type { SocketMountModule } from './socket-mount-module.ts';
import { message } from '../../shared/messages/message.ts';
import type { SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';

/** What granting a container a socket needs; null: sockets can't be granted here. */
export type SocketGrantContext = Pick<SocketMountModule, 'mounts' | 'trust' | 'containers'> | null;

/** Longest response to a create request, bytes: an id and warnings. */
export const maxCreateResponseBytes = 1024 * 1024;

/**
 * Limit of sockets without a container; each takes a descriptor here and in the process that stores them.
 */
const maxPending = 128;
/**
 * Limit per user: a user who aborts create requests must not keep others from creating containers.
 */
const maxPendingOfOne = 32;

/**
 * Decides whether an image may have the socket (B2–B4). `caller`: the uid behind the request, as in
 * `createdBy`. Rejects with EngineUnreachable.
 */
export async function checkImageTrust(
  image: string,
  socket: EffectiveSettings['socket'],
  granting: SocketGrantContext,
  caller: number | null,
): Promise<ImageVerdict> {
  if (granting === null) return unavailable('trust.no-state-directory');
  if (granting.trust === null) return unavailable('trust.cannot-check-images');
  if (hasTooManyPending(granting.mounts, caller)) return unavailable(tooMany);
  const verdict = await granting.trust.decide(image, socket);
  // Others may have been granted while the registry was queried.
  return verdict.trusted && hasTooManyPending(granting.mounts, caller) ? unavailable(tooMany) : verdict;
}

const tooMany = 'trust.too-many-at-once';

function hasTooManyPending(mounts: Pick<SocketMounts, 'list'>, caller: number | null): boolean {
  const pending = mounts.list().filter(({ container }) => container === null);
  return (
    pending.length >= maxPending ||
    pending.filter(({ createdBy }) => createdBy === caller).length >= maxPendingOfOne
  );
}

const unavailable = (
  id: 'trust.no-state-directory' | 'trust.cannot-check-images' | 'trust.too-many-at-once',
): ImageVerdict => untrusted('unavailable', message(id));

/**
 * Checks the engine's response to a create request that was granted `mount`: the container must be created
 * from the allowed image (a tag can move in between), and must not mount another container's socket. Then the
 * mount is bound to it; else the container is removed.
 */
export function bindOnResponse(
  mount: SocketMount,
  granting: {
    readonly mounts: SocketMounts;
    readonly containers: EngineContainers;
    readonly facts: EngineFacts;
    readonly log: (line: string) => void;
    /** Records a refusal and returns its text. */ readonly refused: (denial: Denial) => string;
  },
): ResponseTransform {
  const { mounts, containers, facts, log, refused } = granting;
  return {
    limit: maxCreateResponseBytes,
    transformResponse: async (head, body) => {
      if (head.status !== 201) {
        await mounts.discard(mount.id);
        return null;
      }
      const id = createdId(body);
      let container: ContainerFacts | null = null;
      try {
        container = id === null ? null : await facts.container(id);
      } catch (error) {
        if (!(error instanceof EngineUnreachable)) throw error;
        // Created, but not checked: the socket refuses requests until it is (reconcile).
        log(
          `a container was created with socket ${mount.id}, but the engine could not be queried about it: ` +
            `${error.message}`,
        );
        return null;
      }
      const denial = container === null ? null : mismatchDenial(container, mount, mounts);
      if (container === null) {
        // It was removed already.
        await mounts.discard(mount.id);
        return null;
      }
      if (denial === null) {
        await mounts.bind(mount.id, { id: container.id, name: container.name });
        return null;
      }
      await containers.remove(container.id).catch((error: unknown) => {
        log(
          `container ${container.id}, made of another image than was allowed, could not be removed: ` +
            `${String(error)}`,
        );
      });
      await mounts.discard(mount.id);
      throw new ResponseReplacedError(403, refused(denial));
    },
  };
}

/** The denial of this mount for this container; null: it may have it. */
export function mismatchDenial(
  container: ContainerFacts,
  mount: SocketMount,
  mounts: Pick<SocketMounts, 'idAt'>,
): Denial | null {
  const setting = '/enhancedContainerIsolation/dockerSocketMount/imageList';
  if (container.imageId !== mount.imageId) {
    return deny('socket-mount', message('gateway.mounting-socket-into-image', { image: mount.image }), {
      spec: 'B3',
      setting,
      detail: message('gateway.image-changed-meanwhile', {
        imageId: container.imageId,
        checkedId: mount.imageId,
      }),
    });
  }
  const otherMounts = container.mounts
    .filter(({ type }) => type === 'bind')
    .map(({ source }) => mounts.idAt(source))
    .filter((id): id is SocketMountId => id !== null);
  if (otherMounts.some((id) => id !== mount.id))
    return deny('socket-mount', message('gateway.docker-socket-of-another-container'), { setting: null });
  return null;
}

/** The id in the engine's response to a create request; null where there is none. */
export function createdId(body: Buffer): string | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const id = typeof value === 'object' && value !== null && 'Id' in value ? value.Id : null;
    return typeof id === 'string' && /^[0-9a-f]{64}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
