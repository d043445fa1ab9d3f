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
  /** The engine answers every path alike. */
  | 'options'
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

/**
 * What the scope `own` (B7) makes of an endpoint: through such a socket a container sees and touches only
 * what was made through it, and itself. Images, the build cache and registries are everybody's: they are
 * read, pulled and built, but nothing that others may rely on is removed or renamed.
 */
export type OwnScopeRule =
  /** Nobody's in particular. */
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

/** What a client asks with an endpoint: the first segment of its path decides. */
export type EndpointGroup =
  'container' | 'image' | 'build' | 'volume' | 'network' | 'system' | 'plugin' | 'swarm' | 'debug';
