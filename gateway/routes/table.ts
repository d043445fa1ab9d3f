/**
 * The Engine API as data: every published endpoint of 1.24 to 1.56, and the unpublished ones. A test compares
 * it with the project's copy of the published API descriptions. Under ECI all other endpoints are refused.
 */

import type {
  BodyHandling,
  EndpointGroup,
  Inspection,
  Method,
  OwnScopeRule,
  Route,
  Tunnel,
} from './route.ts';

/**
 * An endpoint: its inspection, the handling of its body, its restriction under the scope `own`, and its
 * commands, written `is, is | also used by, also used by`.
 */
export type Row = readonly [Method, string, Inspection, BodyHandling, OwnScopeRule, string, Tunnel?];

const rows: readonly Row[] = [
  // Containers
  ['GET', '/containers/json', 'none', 'dropped', 'filtered', 'ps | stats'],
  ['POST', '/containers/create', 'create-container', 'json', 'create-container', 'create, run'],
  [
    'GET',
    '/containers/{id}/json',
    'none',
    'dropped',
    'container',
    'container inspect, inspect, port | exec, attach, start, logs, cp',
  ],
  ['GET', '/containers/{id}/top', 'list-processes', 'dropped', 'container', 'top'],
  ['GET', '/containers/{id}/logs', 'none', 'dropped', 'container', 'logs'],
  ['GET', '/containers/{id}/changes', 'none', 'dropped', 'container', 'diff'],
  ['GET', '/containers/{id}/export', 'enter-container', 'dropped', 'container', 'export'],
  ['GET', '/containers/{id}/stats', 'none', 'dropped', 'container', 'stats'],
  ['POST', '/containers/{id}/resize', 'none', 'dropped', 'container', 'attach | run, start'],
  ['POST', '/containers/{id}/start', 'start-container', 'dropped', 'container', 'start | run'],
  ['POST', '/containers/{id}/stop', 'none', 'dropped', 'container', 'stop'],
  ['POST', '/containers/{id}/restart', 'start-container', 'dropped', 'container', 'restart'],
  ['POST', '/containers/{id}/kill', 'none', 'dropped', 'container', 'kill | run, attach, start'],
  ['POST', '/containers/{id}/update', 'update-container', 'json', 'container', 'update'],
  ['POST', '/containers/{id}/rename', 'rename-container', 'dropped', 'container', 'rename'],
  ['POST', '/containers/{id}/pause', 'none', 'dropped', 'container', 'pause'],
  ['POST', '/containers/{id}/unpause', 'start-container', 'dropped', 'container', 'unpause'],
  [
    'POST',
    '/containers/{id}/attach',
    'enter-container',
    'dropped',
    'container',
    'attach | run, start',
    'tcp',
  ],
  ['GET', '/containers/{id}/attach/ws', 'enter-container', 'dropped', 'container', 'attach', 'websocket'],
  ['POST', '/containers/{id}/wait', 'none', 'dropped', 'container', 'wait | run, attach, start'],
  ['DELETE', '/containers/{id}', 'none', 'dropped', 'container', 'rm'],
  ['HEAD', '/containers/{id}/archive', 'copy-container', 'dropped', 'container', 'cp'],
  ['GET', '/containers/{id}/archive', 'copy-container', 'dropped', 'container', 'cp'],
  ['PUT', '/containers/{id}/archive', 'copy-container', 'raw', 'container', 'cp'],
  ['POST', '/containers/{id}/copy', 'refused-removed', 'dropped', 'container', 'cp'],
  ['POST', '/containers/prune', 'none', 'dropped', 'filtered', 'container prune, system prune'],
  ['GET', '/containers/{id}/checkpoints', 'refused-checkpoint', 'dropped', 'container', 'checkpoint'],
  ['POST', '/containers/{id}/checkpoints', 'refused-checkpoint', 'raw', 'container', 'checkpoint'],
  [
    'DELETE',
    '/containers/{id}/checkpoints/{checkpoint}',
    'refused-checkpoint',
    'dropped',
    'container',
    'checkpoint',
  ],
  // Exec
  ['POST', '/containers/{id}/exec', 'exec-create', 'json', 'container', 'exec'],
  ['POST', '/exec/{id}/start', 'exec-start', 'json', 'exec', 'exec', 'tcp'],
  ['POST', '/exec/{id}/resize', 'none', 'dropped', 'exec', 'exec'],
  ['GET', '/exec/{id}/json', 'none', 'dropped', 'exec', 'exec'],
  // Images
  ['GET', '/images/json', 'none', 'dropped', 'open', 'images'],
  // Creating, loading and pushing can change the content of a name; under the scope `own` only the command
  // list can deny them.
  ['POST', '/images/create', 'none', 'raw', 'open', 'pull, import | run, create'],
  ['GET', '/images/{name}/json', 'none', 'dropped', 'open', 'image inspect, inspect'],
  ['GET', '/images/{name}/history', 'none', 'dropped', 'open', 'history'],
  ['GET', '/images/{name}/attestations', 'none', 'dropped', 'open', 'image inspect, inspect'],
  // Old clients send their credentials as the body.
  ['POST', '/images/{name}/push', 'read-layers', 'raw', 'open', 'push'],
  ['POST', '/images/{name}/tag', 'none', 'dropped', 'refused', 'tag'],
  ['DELETE', '/images/{name}', 'none', 'dropped', 'refused', 'rmi'],
  ['GET', '/images/search', 'none', 'dropped', 'open', 'search'],
  ['POST', '/images/prune', 'none', 'dropped', 'refused', 'image prune, system prune'],
  ['GET', '/images/{name}/get', 'read-layers', 'dropped', 'open', 'save'],
  ['GET', '/images/get', 'read-layers', 'dropped', 'open', 'save'],
  ['POST', '/images/load', 'load-images', 'raw', 'open', 'load'],
  ['POST', '/commit', 'commit', 'json', 'commit', 'commit'],
  ['GET', '/distribution/{name}/json', 'none', 'dropped', 'open', 'pull'],
  // Builds
  ['POST', '/build', 'build', 'raw', 'build', 'build'],
  ['POST', '/build/cancel', 'none', 'dropped', 'open', 'build'],
  ['POST', '/build/prune', 'none', 'dropped', 'refused', 'builder prune, system prune'],
  // A session is raw: the client is the gRPC server there, and the engine calls it for what the build needs
  // (files, credentials, secrets, SSH agent, exports). The client sends responses; the engine serves nothing
  // on it (an upgrade of the whole API to HTTP/2 would need HTTP2-Settings, which is never forwarded).
  ['POST', '/session', 'session', 'dropped', 'open', 'build', 'h2c'],
  ['POST', '/grpc', 'grpc', 'dropped', 'open', 'build, builder prune', 'h2c'],
  // System
  ['POST', '/auth', 'none', 'raw', 'open', 'login'],
  ['GET', '/info', 'none', 'dropped', 'open', 'info | inspect'],
  ['GET', '/version', 'none', 'dropped', 'open', 'version'],
  ['GET', '/_ping', 'none', 'dropped', 'open', ''],
  ['HEAD', '/_ping', 'none', 'dropped', 'open', ''],
  ['OPTIONS', '/_ping', 'none', 'dropped', 'open', ''],
  ['OPTIONS', '/{path}', 'options', 'dropped', 'open', ''],
  // Under the scope `own` events of own containers only: those of volumes and networks don't carry labels.
  ['GET', '/events', 'none', 'dropped', 'filtered', 'events | stats'],
  ['GET', '/system/df', 'none', 'dropped', 'refused', 'system df'],
  ['GET', '/debug/vars', 'refused-debug', 'dropped', 'refused', ''],
  ['GET', '/debug/pprof/', 'refused-debug', 'dropped', 'refused', ''],
  ['GET', '/debug/pprof/{name}', 'refused-debug', 'dropped', 'refused', ''],
  ['POST', '/debug/pprof/{name}', 'refused-debug', 'raw', 'refused', ''],
  // Volumes
  ['GET', '/volumes', 'none', 'dropped', 'filtered', 'volume ls'],
  ['POST', '/volumes/create', 'create-volume', 'json', 'create-volume', 'volume create'],
  ['GET', '/volumes/{name}', 'none', 'dropped', 'volume', 'volume inspect, inspect | volume update'],
  ['PUT', '/volumes/{name}', 'refused-swarm', 'raw', 'refused', 'volume update'],
  ['DELETE', '/volumes/{name}', 'none', 'dropped', 'volume', 'volume rm'],
  ['POST', '/volumes/prune', 'none', 'dropped', 'filtered', 'volume prune, system prune'],
  // Networks
  ['GET', '/networks', 'none', 'dropped', 'networks', 'network ls'],
  ['GET', '/networks/', 'none', 'dropped', 'networks', 'network ls'],
  ['GET', '/networks/{id}', 'none', 'dropped', 'read-network', 'network inspect, inspect | network rm'],
  ['DELETE', '/networks/{id}', 'none', 'dropped', 'network', 'network rm'],
  ['POST', '/networks/create', 'create-network', 'json', 'create-network', 'network create'],
  ['POST', '/networks/{id}/connect', 'connect-network', 'json', 'join-network', 'network connect'],
  ['POST', '/networks/{id}/disconnect', 'disconnect-network', 'json', 'join-network', 'network disconnect'],
  ['POST', '/networks/prune', 'none', 'dropped', 'filtered', 'network prune, system prune'],
  // Plugins run as root on the engine. Reading, disabling and removing them stays possible.
  ['GET', '/plugins', 'none', 'dropped', 'refused', 'plugin ls'],
  ['GET', '/plugins/privileges', 'none', 'dropped', 'refused', 'plugin install'],
  ['GET', '/plugins/{name}/json', 'none', 'dropped', 'refused', 'plugin inspect | inspect'],
  ['DELETE', '/plugins/{name}', 'none', 'dropped', 'refused', 'plugin rm'],
  ['POST', '/plugins/{name}/disable', 'none', 'dropped', 'refused', 'plugin disable'],
  ['POST', '/plugins/pull', 'refused-plugin', 'raw', 'refused', 'plugin install'],
  ['POST', '/plugins/{name}/enable', 'refused-plugin', 'dropped', 'refused', 'plugin enable'],
  ['POST', '/plugins/create', 'refused-plugin', 'raw', 'refused', 'plugin create'],
  ['POST', '/plugins/{name}/push', 'refused-plugin', 'raw', 'refused', 'plugin push'],
  ['POST', '/plugins/{name}/set', 'refused-plugin', 'raw', 'refused', 'plugin set'],
  ['POST', '/plugins/{name}/upgrade', 'refused-plugin', 'raw', 'refused', 'plugin upgrade'],
  // Swarm tasks never pass through /containers/create. Listing, inspecting and removing objects, and leaving
  // the swarm, stay possible. The swarm itself can't be inspected: the response has the tokens with which any
  // machine, or an engine in a container, joins it as a manager and has tasks run here.
  ['GET', '/nodes', 'none', 'dropped', 'refused', 'node ls | stack'],
  ['GET', '/nodes/{id}', 'none', 'dropped', 'refused', 'node inspect | inspect'],
  ['DELETE', '/nodes/{id}', 'none', 'dropped', 'refused', 'node rm'],
  ['POST', '/nodes/{id}/update', 'refused-swarm', 'raw', 'refused', 'node update'],
  ['GET', '/swarm', 'refused-swarm', 'dropped', 'refused', 'swarm'],
  ['POST', '/swarm/init', 'refused-swarm', 'raw', 'refused', 'swarm init'],
  ['POST', '/swarm/join', 'refused-swarm', 'raw', 'refused', 'swarm join'],
  ['POST', '/swarm/leave', 'none', 'dropped', 'refused', 'swarm leave'],
  ['POST', '/swarm/update', 'refused-swarm', 'raw', 'refused', 'swarm update'],
  ['GET', '/swarm/unlockkey', 'refused-swarm', 'dropped', 'refused', 'swarm unlock-key'],
  ['POST', '/swarm/unlock', 'refused-swarm', 'raw', 'refused', 'swarm unlock'],
  ['GET', '/services', 'none', 'dropped', 'refused', 'service ls, stack'],
  ['POST', '/services/create', 'refused-swarm', 'raw', 'refused', 'service create, stack'],
  ['GET', '/services/{id}', 'none', 'dropped', 'refused', 'service inspect | inspect, stack'],
  ['DELETE', '/services/{id}', 'none', 'dropped', 'refused', 'service rm, stack'],
  ['POST', '/services/{id}/update', 'refused-swarm', 'raw', 'refused', 'service update, stack'],
  ['GET', '/services/{id}/logs', 'none', 'dropped', 'refused', 'service logs'],
  ['GET', '/tasks', 'none', 'dropped', 'refused', 'service ps | stack, node'],
  ['GET', '/tasks/{id}', 'none', 'dropped', 'refused', 'service ps | inspect, stack'],
  ['GET', '/tasks/{id}/logs', 'none', 'dropped', 'refused', 'service logs'],
  ['GET', '/secrets', 'none', 'dropped', 'refused', 'secret ls | stack'],
  ['POST', '/secrets/create', 'refused-swarm', 'raw', 'refused', 'secret create | stack'],
  ['GET', '/secrets/{id}', 'none', 'dropped', 'refused', 'secret inspect | inspect, stack'],
  ['DELETE', '/secrets/{id}', 'none', 'dropped', 'refused', 'secret rm | stack'],
  ['POST', '/secrets/{id}/update', 'refused-swarm', 'raw', 'refused', 'secret update | stack'],
  ['GET', '/configs', 'none', 'dropped', 'refused', 'config ls | stack'],
  ['POST', '/configs/create', 'refused-swarm', 'raw', 'refused', 'config create | stack'],
  ['GET', '/configs/{id}', 'none', 'dropped', 'refused', 'config inspect | inspect, stack'],
  ['DELETE', '/configs/{id}', 'none', 'dropped', 'refused', 'config rm | stack'],
  ['POST', '/configs/{id}/update', 'refused-swarm', 'raw', 'refused', 'config update | stack'],
];

const groupOfSegment: Readonly<Record<string, EndpointGroup>> = {
  containers: 'container',
  exec: 'container',
  commit: 'container',
  images: 'image',
  distribution: 'image',
  build: 'build',
  session: 'build',
  grpc: 'build',
  volumes: 'volume',
  networks: 'network',
  plugins: 'plugin',
  debug: 'debug',
  nodes: 'swarm',
  swarm: 'swarm',
  services: 'swarm',
  tasks: 'swarm',
  secrets: 'swarm',
  configs: 'swarm',
};
const groupOf = (pattern: string): EndpointGroup => groupOfSegment[pattern.split('/')[1] ?? ''] ?? 'system';

const listOf = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((one) => one.trim());

/** The route that a row describes. */
export function routeOf([method, pattern, inspect, body, ownScope, commands, tunnel]: Row): Route {
  const [is = '', alsoUses = ''] = commands.split('|');
  return {
    method,
    pattern,
    inspect,
    body,
    ownScope,
    tunnel: tunnel ?? null,
    group: groupOf(pattern),
    commands: listOf(is),
    alsoUsedBy: listOf(alsoUses),
  };
}

/** The table, in the order in which patterns are tried. */
export const routes: readonly Route[] = rows.map(routeOf);
