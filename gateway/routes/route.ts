export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';

/** The inspection of a request before it is forwarded while ECI is on. */
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
  /** The engine calls the client on it; only the head is changed. */
  | 'session'
  | 'load-images'
  /** The engine reads the layers of images. */
  | 'read-layers'
  /** The engine's response is the same for every path. */
  | 'options'
  /** Refused while ECI is on; the value says why. */
  | 'refused-swarm'
  | 'refused-plugin'
  | 'refused-checkpoint'
  | 'refused-debug'
  | 'refused-removed';

/**
 * How the request's body is handled while ECI is on: `raw` is relayed as received, `json` is parsed, checked
 * and re-serialized, `dropped` is read and discarded (the endpoint takes none; some clients send one all the
 * same).
 */
export type BodyHandling = 'raw' | 'json' | 'dropped';

/**
 * How the scope `own` (B7) restricts an endpoint: by such a socket a container can access only itself and
 * objects that were created through the socket. Images, the build cache and registries are shared: they can
 * be read, pulled and built, but nothing that others may rely on can be removed or renamed.
 */
export type OwnScopeRule =
  /** Not restricted: the objects have no owner. */
  | 'open'
  /** The list is narrowed by a filter. */
  | 'filtered'
  | 'networks'
  | 'container'
  | 'exec'
  | 'commit'
  | 'volume'
  | 'network'
  | 'read-network'
  | 'join-network'
  | 'create-container'
  | 'create-volume'
  | 'create-network'
  | 'build'
  | 'refused';

/** Protocol a connection may become after the engine agreed. */
export type Tunnel = 'tcp' | 'h2c' | 'websocket';

export interface Route {
  readonly method: Method;
  /** Pattern: `{id}` is one segment; `{name}` of images, plugins and distribution may hold slashes. */
  readonly pattern: string;
  readonly inspect: Inspection;
  readonly body: BodyHandling;
  readonly ownScope: OwnScopeRule;
  readonly tunnel: Tunnel | null;
  readonly group: EndpointGroup;
  /**
   * Docker CLI commands that this endpoint implements, as `commandList` names them (B5): a list that denies
   * one of them denies it. Commands with the same request (`inspect` and `port`; `system prune` and each
   * other prune) cannot be distinguished, and are denied together.
   */
  readonly commands: readonly string[];
  /**
   * Commands that also need this endpoint: a list that allows one of them allows it too; one that denies them
   * does not deny it.
   */
  readonly alsoUsedBy: readonly string[];
}

/** The group of an endpoint, by the first segment of its path. */
export type EndpointGroup =
  'container' | 'image' | 'build' | 'volume' | 'network' | 'system' | 'plugin' | 'swarm' | 'debug';
