import {
  decideCommand,
  governingList,
  sameList,
  type EndpointCommands,
  type GoverningList,
  type MountedImage,
} from '../../shared/policy/commands.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { notOwnDenial } from '../../shared/policy/owner.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { GatewayRequest } from '../http/exchange.ts';
import { parameter, type Target } from '../http/message/target.ts';
import type { Route } from '../routes/route.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import type { SocketMount, SocketMounts } from '../base/socket-mount.ts';

/** A container that sends requests by its mounted socket, and its command list (B5, B7). */
export interface SocketClient {
  readonly mount: SocketMount;
  readonly list: GoverningList;
}

/** The container behind a request. Null: a client of the clients' socket, which no list restricts. */
export function socketClient(
  request: GatewayRequest,
  mounts: SocketMounts | null,
  settings: EffectiveSettings,
): SocketClient | null | Denial {
  if (request.origin.kind === 'clients') return null;
  const mount = mounts?.get(request.origin.id) ?? null;
  if (mount === null)
    return deny('socket-mount', message('gateway.this-docker-socket'), {
      detail: message('gateway.socket-is-unknown'),
    });
  return { mount, list: governingList(settings.socket, mount) };
}

/** The mounts of a container. */
export interface SocketHolder {
  readonly mounts: readonly { readonly source: string }[];
}

export const isDenial = (found: SocketClient | null | Denial): found is Denial =>
  found !== null && 'outcome' in found;

/**
 * The denial of an endpoint for this container (B5). Decided by the head alone, before a body is read or a
 * connection becomes a tunnel. Of `/grpc` the calls are decided, so that buildx can show the reason.
 */
export function commandDenial(client: SocketClient, route: Route, target: Target): Denial | null {
  if (route.inspect === 'grpc') return null;
  return decideCommand(
    { method: route.method, ...requestedCommands(route, target) },
    client.list,
    client.mount,
  );
}

const buildCommands: EndpointCommands = { method: 'POST', commands: ['build'], alsoUsedBy: [] };
const pruneCommands: EndpointCommands = { method: 'POST', commands: ['builder prune'], alsoUsedBy: [] };
/** Calls by which buildx probes the daemon. */
const probeCalls = new Set([
  '/moby.buildkit.v1.Control/Info',
  '/moby.buildkit.v1.Control/ListWorkers',
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
]);

const removalCalls = new Set([
  '/moby.buildkit.v1.Control/Prune',
  '/moby.buildkit.v1.Control/UpdateBuildHistory',
]);

/**
 * The denial of a BuildKit call for this container (B5). Every call is `build`, except those that remove its
 * cache.
 */
export function callDenial(client: SocketClient, call: string): Denial | null {
  // The cache and the history are everybody's.
  if (client.list.scope === 'own' && removalCalls.has(call))
    return notOwnDenial(message('gateway.build-call', { call }), client.list.scopeSetting);
  const denialOf = (endpoint: EndpointCommands) => decideCommand(endpoint, client.list, client.mount);
  if (probeCalls.has(call)) return denialOf(pruneCommands) === null ? null : denialOf(buildCommands);
  return denialOf(call === '/moby.buildkit.v1.Control/Prune' ? pruneCommands : buildCommands);
}

/** `POST /images/create` is two commands; the engine imports where no image to pull is named. */
function requestedCommands(route: Route, target: Target): Pick<Route, 'commands' | 'alsoUsedBy'> {
  if (route.pattern !== '/images/create') return route;
  return (parameter(target, 'fromImage') ?? '') === ''
    ? { commands: ['import'], alsoUsedBy: [] }
    : { commands: ['pull'], alsoUsedBy: route.alsoUsedBy };
}

/**
 * A container created through a mounted socket may get a socket under the same list only: another list would
 * bypass the caller's.
 */
export function nestedDenial(
  client: SocketClient,
  mount: MountedImage,
  settings: EffectiveSettings,
): Denial | null {
  const list = governingList(settings.socket, mount);
  if (sameList(list, client.list)) return null;
  return deny(
    'socket-holder',
    message('gateway.socket-made-through-socket', {
      image: mount.image,
      callerImage: client.mount.image,
    }),
    {
      setting: list.setting,
      detail: message('gateway.new-container-other-list', {
        callerList: namesOf(client.list),
        containerList: namesOf(list),
      }),
    },
  );
}

/**
 * Entering a container with a Docker socket under another list would bypass the caller's list: a command in
 * it can send the requests that it may send. Null where `container` has no socket, or one under the same
 * list.
 */
export function holderDenial(
  client: SocketClient,
  container: SocketHolder,
  what: string | Message,
  mounts: SocketMounts | null,
  settings: EffectiveSettings,
): Denial | null {
  for (const { source } of container.mounts) {
    const holderMount = mounts?.bySocket(source) ?? null;
    if (holderMount === null || holderMount.id === client.mount.id) continue;
    const other = governingList(settings.socket, holderMount);
    if (!sameList(other, client.list)) {
      return deny('socket-holder', what, {
        setting: '/bulkhead/existingContainers',
        detail: message('gateway.socket-other-list', {
          callerList: namesOf(client.list),
          containerList: namesOf(other),
        }),
      });
    }
  }
  return null;
}

const namesOf = (list: GoverningList): string =>
  list.undecided.length === 0
    ? list.setting
    : `${[list, ...list.undecided].map(({ setting }) => setting).join(' or ')} (image trust could not ` +
      'tell yet)';
