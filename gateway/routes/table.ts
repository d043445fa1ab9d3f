/**
 * The Engine API as data: every published endpoint of 1.24 to 1.55, and the unpublished ones that exist. Held
 * against the project's copy of the published descriptions by a test. Under ECI what is not here is refused.
 */

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';

/** What is looked at before a request is let through while ECI is on. */
export type Inspection =
  /** Nothing: reads, removals, waits. */
  | 'none'
  | 'create-container'
  /** The container in the path must be protected. */
  | 'enter-container'
  /** Same, and what it mounts is checked again. */
  | 'start-container'
  /** Same: the engine mounts the container's directories itself to read or write in them. */
  | 'copy-container'
  | 'update-container'
  | 'rename-container'
  | 'exec-create'
  | 'exec-start'
  /** The options of `ps`, which the engine runs on the machine. */
  | 'list-processes'
  | 'commit'
  | 'create-volume'
  | 'create-network'
  | 'connect-network'
  | 'disconnect-network'
  | 'build'
  /** The connection becomes gRPC; every call on it is decided. */
  | 'grpc'
  | 'load-images'
  /** Refused while ECI is on; the value says why. */
  | 'refused-swarm'
  | 'refused-plugin'
  | 'refused-checkpoint'
  | 'refused-debug'
  | 'refused-removed';

/**
 * What is done with the request's body while ECI is on: `raw` is relayed as it comes, `json` is read, checked
 * and written anew, `dropped` is read and left away (the endpoint takes none; some clients send one all the
 * same).
 */
export type BodyHandling = 'raw' | 'json' | 'dropped';

/** Protocol a connection may become after the engine agreed. */
export type Tunnel = 'tcp' | 'h2c' | 'websocket';

export interface Route {
  readonly method: Method;
  /** Pattern: `{id}` is one segment; `{name}` of images, plugins and distribution may hold slashes. */
  readonly pattern: string;
  readonly inspect: Inspection;
  readonly body: BodyHandling;
  readonly tunnel: Tunnel | null;
  readonly group: EndpointGroup;
  /**
   * Docker CLI commands that it *is*, as `commandList` names them (B5): the list that denies one of them
   * denies it. Commands that ask for the same thing (`inspect` and `port`; `system prune` and each other
   * prune) can't be told apart, so they share their fate.
   */
  readonly commands: readonly string[];
  /**
   * Commands that need it on their way: the list that allows one of them allows it too, the one that denies
   * them does not touch it.
   */
  readonly alsoUsedBy: readonly string[];
}

/** The commands are written `is, is | also used by, also used by`. */
type Row = readonly [Method, string, Inspection, BodyHandling, string, Tunnel?];

const rows: readonly Row[] = [
  // Containers
  ['GET', '/containers/json', 'none', 'dropped', 'ps | stats'],
  ['POST', '/containers/create', 'create-container', 'json', 'create, run'],
  [
    'GET',
    '/containers/{id}/json',
    'none',
    'dropped',
    'container inspect, inspect, port | exec, attach, start, logs, cp',
  ],
  ['GET', '/containers/{id}/top', 'list-processes', 'dropped', 'top'],
  ['GET', '/containers/{id}/logs', 'none', 'dropped', 'logs'],
  ['GET', '/containers/{id}/changes', 'none', 'dropped', 'diff'],
  ['GET', '/containers/{id}/export', 'enter-container', 'dropped', 'export'],
  ['GET', '/containers/{id}/stats', 'none', 'dropped', 'stats'],
  ['POST', '/containers/{id}/resize', 'none', 'dropped', 'attach | run, start'],
  ['POST', '/containers/{id}/start', 'start-container', 'dropped', 'start | run'],
  ['POST', '/containers/{id}/stop', 'none', 'dropped', 'stop'],
  ['POST', '/containers/{id}/restart', 'start-container', 'dropped', 'restart'],
  ['POST', '/containers/{id}/kill', 'none', 'dropped', 'kill | run, attach, start'],
  ['POST', '/containers/{id}/update', 'update-container', 'json', 'update'],
  ['POST', '/containers/{id}/rename', 'rename-container', 'dropped', 'rename'],
  ['POST', '/containers/{id}/pause', 'none', 'dropped', 'pause'],
  ['POST', '/containers/{id}/unpause', 'start-container', 'dropped', 'unpause'],
  ['POST', '/containers/{id}/attach', 'enter-container', 'dropped', 'attach | run, start', 'tcp'],
  ['GET', '/containers/{id}/attach/ws', 'enter-container', 'dropped', 'attach', 'websocket'],
  ['POST', '/containers/{id}/wait', 'none', 'dropped', 'wait | run, attach, start'],
  ['DELETE', '/containers/{id}', 'none', 'dropped', 'rm'],
  ['HEAD', '/containers/{id}/archive', 'copy-container', 'dropped', 'cp'],
  ['GET', '/containers/{id}/archive', 'copy-container', 'dropped', 'cp'],
  ['PUT', '/containers/{id}/archive', 'copy-container', 'raw', 'cp'],
  ['POST', '/containers/{id}/copy', 'refused-removed', 'dropped', 'cp'],
  ['POST', '/containers/prune', 'none', 'dropped', 'container prune, system prune'],
  ['GET', '/containers/{id}/checkpoints', 'refused-checkpoint', 'dropped', 'checkpoint'],
  ['POST', '/containers/{id}/checkpoints', 'refused-checkpoint', 'raw', 'checkpoint'],
  ['DELETE', '/containers/{id}/checkpoints/{checkpoint}', 'refused-checkpoint', 'dropped', 'checkpoint'],
  // Exec
  ['POST', '/containers/{id}/exec', 'exec-create', 'json', 'exec'],
  ['POST', '/exec/{id}/start', 'exec-start', 'json', 'exec', 'tcp'],
  ['POST', '/exec/{id}/resize', 'none', 'dropped', 'exec'],
  ['GET', '/exec/{id}/json', 'none', 'dropped', 'exec'],
  // Images
  ['GET', '/images/json', 'none', 'dropped', 'images'],
  ['POST', '/images/create', 'none', 'raw', 'pull, import | run, create'],
  ['GET', '/images/{name}/json', 'none', 'dropped', 'image inspect, inspect'],
  ['GET', '/images/{name}/history', 'none', 'dropped', 'history'],
  ['GET', '/images/{name}/attestations', 'none', 'dropped', 'image inspect, inspect'],
  // Old clients send their credentials as the body.
  ['POST', '/images/{name}/push', 'none', 'raw', 'push'],
  ['POST', '/images/{name}/tag', 'none', 'dropped', 'tag'],
  ['DELETE', '/images/{name}', 'none', 'dropped', 'rmi'],
  ['GET', '/images/search', 'none', 'dropped', 'search'],
  ['POST', '/images/prune', 'none', 'dropped', 'image prune, system prune'],
  ['GET', '/images/{name}/get', 'none', 'dropped', 'save'],
  ['GET', '/images/get', 'none', 'dropped', 'save'],
  ['POST', '/images/load', 'load-images', 'raw', 'load'],
  ['POST', '/commit', 'commit', 'json', 'commit'],
  ['GET', '/distribution/{name}/json', 'none', 'dropped', 'pull'],
  // Builds
  ['POST', '/build', 'build', 'raw', 'build'],
  ['POST', '/build/cancel', 'none', 'dropped', 'build'],
  ['POST', '/build/prune', 'none', 'dropped', 'builder prune, system prune'],
  // A session is raw: the client is the gRPC server there, and the engine calls it for what the build needs
  // (files, credentials, secrets, SSH agent, exports). What comes from the client are answers; the engine
  // serves nothing on it (an upgrade of the whole API to HTTP/2 would need HTTP2-Settings, which is never
  // forwarded).
  ['POST', '/session', 'none', 'dropped', 'build', 'h2c'],
  ['POST', '/grpc', 'grpc', 'dropped', 'build, builder prune', 'h2c'],
  // System
  ['POST', '/auth', 'none', 'raw', 'login'],
  ['GET', '/info', 'none', 'dropped', 'info | inspect'],
  ['GET', '/version', 'none', 'dropped', 'version'],
  ['GET', '/_ping', 'none', 'dropped', ''],
  ['HEAD', '/_ping', 'none', 'dropped', ''],
  ['OPTIONS', '/_ping', 'none', 'dropped', ''],
  ['GET', '/events', 'none', 'dropped', 'events | stats'],
  ['GET', '/system/df', 'none', 'dropped', 'system df'],
  ['GET', '/debug/vars', 'refused-debug', 'dropped', ''],
  ['GET', '/debug/pprof/', 'refused-debug', 'dropped', ''],
  ['GET', '/debug/pprof/{name}', 'refused-debug', 'dropped', ''],
  ['POST', '/debug/pprof/{name}', 'refused-debug', 'raw', ''],
  // Volumes
  ['GET', '/volumes', 'none', 'dropped', 'volume ls'],
  ['POST', '/volumes/create', 'create-volume', 'json', 'volume create'],
  ['GET', '/volumes/{name}', 'none', 'dropped', 'volume inspect, inspect | volume update'],
  ['PUT', '/volumes/{name}', 'refused-swarm', 'raw', 'volume update'],
  ['DELETE', '/volumes/{name}', 'none', 'dropped', 'volume rm'],
  ['POST', '/volumes/prune', 'none', 'dropped', 'volume prune, system prune'],
  // Networks
  ['GET', '/networks', 'none', 'dropped', 'network ls'],
  ['GET', '/networks/{id}', 'none', 'dropped', 'network inspect, inspect | network rm'],
  ['DELETE', '/networks/{id}', 'none', 'dropped', 'network rm'],
  ['POST', '/networks/create', 'create-network', 'json', 'network create'],
  ['POST', '/networks/{id}/connect', 'connect-network', 'json', 'network connect'],
  ['POST', '/networks/{id}/disconnect', 'disconnect-network', 'json', 'network disconnect'],
  ['POST', '/networks/prune', 'none', 'dropped', 'network prune, system prune'],
  // Plugins run as root on the engine. Reading, disabling and removing them stays possible.
  ['GET', '/plugins', 'none', 'dropped', 'plugin ls'],
  ['GET', '/plugins/privileges', 'none', 'dropped', 'plugin install'],
  ['GET', '/plugins/{name}/json', 'none', 'dropped', 'plugin inspect | inspect'],
  ['DELETE', '/plugins/{name}', 'none', 'dropped', 'plugin rm'],
  ['POST', '/plugins/{name}/disable', 'none', 'dropped', 'plugin disable'],
  ['POST', '/plugins/pull', 'refused-plugin', 'raw', 'plugin install'],
  ['POST', '/plugins/{name}/enable', 'refused-plugin', 'dropped', 'plugin enable'],
  ['POST', '/plugins/create', 'refused-plugin', 'raw', 'plugin create'],
  ['POST', '/plugins/{name}/push', 'refused-plugin', 'raw', 'plugin push'],
  ['POST', '/plugins/{name}/set', 'refused-plugin', 'raw', 'plugin set'],
  ['POST', '/plugins/{name}/upgrade', 'refused-plugin', 'raw', 'plugin upgrade'],
  // Swarm tasks never pass through /containers/create. Looking at what is there, removing it and leaving stay
  // possible.
  ['GET', '/nodes', 'none', 'dropped', 'node ls | stack'],
  ['GET', '/nodes/{id}', 'none', 'dropped', 'node inspect | inspect'],
  ['DELETE', '/nodes/{id}', 'none', 'dropped', 'node rm'],
  ['POST', '/nodes/{id}/update', 'refused-swarm', 'raw', 'node update'],
  ['GET', '/swarm', 'none', 'dropped', 'swarm'],
  ['POST', '/swarm/init', 'refused-swarm', 'raw', 'swarm init'],
  ['POST', '/swarm/join', 'refused-swarm', 'raw', 'swarm join'],
  ['POST', '/swarm/leave', 'none', 'dropped', 'swarm leave'],
  ['POST', '/swarm/update', 'refused-swarm', 'raw', 'swarm update'],
  ['GET', '/swarm/unlockkey', 'refused-swarm', 'dropped', 'swarm unlock-key'],
  ['POST', '/swarm/unlock', 'refused-swarm', 'raw', 'swarm unlock'],
  ['GET', '/services', 'none', 'dropped', 'service ls, stack'],
  ['POST', '/services/create', 'refused-swarm', 'raw', 'service create, stack'],
  ['GET', '/services/{id}', 'none', 'dropped', 'service inspect | inspect, stack'],
  ['DELETE', '/services/{id}', 'none', 'dropped', 'service rm, stack'],
  ['POST', '/services/{id}/update', 'refused-swarm', 'raw', 'service update, stack'],
  ['GET', '/services/{id}/logs', 'none', 'dropped', 'service logs'],
  ['GET', '/tasks', 'none', 'dropped', 'service ps | stack, node'],
  ['GET', '/tasks/{id}', 'none', 'dropped', 'service ps | inspect, stack'],
  ['GET', '/tasks/{id}/logs', 'none', 'dropped', 'service logs'],
  ['GET', '/secrets', 'none', 'dropped', 'secret ls | stack'],
  ['POST', '/secrets/create', 'refused-swarm', 'raw', 'secret create | stack'],
  ['GET', '/secrets/{id}', 'none', 'dropped', 'secret inspect | inspect, stack'],
  ['DELETE', '/secrets/{id}', 'none', 'dropped', 'secret rm | stack'],
  ['POST', '/secrets/{id}/update', 'refused-swarm', 'raw', 'secret update | stack'],
  ['GET', '/configs', 'none', 'dropped', 'config ls | stack'],
  ['POST', '/configs/create', 'refused-swarm', 'raw', 'config create | stack'],
  ['GET', '/configs/{id}', 'none', 'dropped', 'config inspect | inspect, stack'],
  ['DELETE', '/configs/{id}', 'none', 'dropped', 'config rm | stack'],
  ['POST', '/configs/{id}/update', 'refused-swarm', 'raw', 'config update | stack'],
];

/** What a client asks with an endpoint: the first segment of its path decides. */
export type EndpointGroup =
  'container' | 'image' | 'build' | 'volume' | 'network' | 'system' | 'plugin' | 'swarm' | 'debug';

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

const words = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((word) => word.trim());

/** The table, in the order in which patterns are tried. */
export const routes: readonly Route[] = rows.map(([method, pattern, inspect, body, commands, tunnel]) => {
  const [is = '', alsoUses = ''] = commands.split('|');
  return {
    method,
    pattern,
    inspect,
    body,
    tunnel: tunnel ?? null,
    group: groupOf(pattern),
    commands: words(is),
    alsoUsedBy: words(alsoUses),
  };
});
