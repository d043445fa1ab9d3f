import type { ListenerStore, InheritedListener } from '../shared/gateway/listener-handoff.ts';
import type { ConnectionLimits } from '../shared/policy/limits.ts';
import type { ImageTrust } from './trust/image-verdict.ts';

export interface GatewayOptions {
  /** Path of the engine's own unix socket. */
  readonly engineSocket: string;
  /** Path of the clients' socket. */
  readonly listenSocket: string;
  readonly settingsFile: string;
  /** Decision log (JSONL); null for none. */
  readonly auditFile?: string | null;
  /** Runtime every container is made with (A6). Default: that of the backend that the settings choose. */
  readonly runtime?: string;
  /**
   * Group of the socket (0660); where it does not exist only root may use the socket (0600). Default
   * `docker`.
   */
  readonly group?: string;
  /** Directories of the engine: neither they nor their parents can be mounted. */
  readonly engineDirectories?: readonly string[];
  /**
   * Checks a running container's uid_map, too, not only its runtime's name. Default true; false is for tests
   * with another runtime.
   */
  readonly requireUserNamespace?: boolean;
  /** Socket that serves `GET /metrics` (Prometheus text); null or missing: none. */
  readonly metricsSocket?: string | null;
  /**
   * Directory of persistent state (containers' own sockets, last-known registry digests); null or missing:
   * there is none, and no container gets a socket.
   */
  readonly stateDirectory?: string | null;
  /**
   * Directory of the file of locks between gateways of the engine, which need not survive a reboot; all of
   * them have the same. Default: the state directory.
   */
  readonly runDirectory?: string;
  /** Decides which images may have the Docker socket. Default: by the content that registries serve. */
  readonly imageTrust?: ImageTrust;
  /**
   * Listening descriptors of an earlier gateway, inherited from the parent process, and the store for this
   * gateway's.
   */
  readonly inherited?: readonly InheritedListener[];
  readonly listenerStore?: ListenerStore;
  /** Whether the process that this one replaces still runs. Default: there is none. */
  readonly isPredecessorRunning?: (() => boolean) | undefined;
  /** The engine does not run: `setEngineStopping(true)`, from the start on. */
  readonly isEngineStopped?: boolean;
  /** How many connections users may have. Default: `connectionLimits`. */
  readonly connectionLimits?: ConnectionLimits;
  /**
   * Called with each settings text of the file that comes into force, and its sha256 (hex): null and '' if
   * there is no file, null and null if the policy has no text.
   */
  readonly onPolicy?: (policy: { readonly hash: string | null; readonly text: string | null }) => void;
  /**
   * The program that keeps the engine from following links in layers, `bulkhead-runc`. Missing: images of
   * overlay2 cannot be pushed or saved.
   */
  readonly layerGuardProgram?: string;
  /** Logs one line about the gateway itself (policy changes, malformed requests). */
  readonly log?: (line: string) => void;
}
