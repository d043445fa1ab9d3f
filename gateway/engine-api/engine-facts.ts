import type { LocalImage } from '../../shared/policy/image-trust-facts.ts';
import type { RequestedDevice } from '../../shared/policy/create-devices.ts';
import type { EngineError } from '../../shared/policy/engine-errors.ts';
import type { ListedNetwork, NetworkFacts } from './network-facts.ts';

/** Facts that the gateway queries from the engine, over connections of its own. */
export interface EngineFacts {
  container(reference: string): Promise<ContainerFacts | null>;
  /**
   * Whether a container is up (paused counts); null when there is none. Unlike other requests about a
   * container, it does not wait for an operation on that container.
   */
  isUp(id: string): Promise<boolean | null>;
  /**
   * A regular file of a container, as a copy out of it shows it; null where there is none, or it is longer
   * than `limit` bytes.
   */
  containerFile(id: string, file: string, limit: number): Promise<Buffer | null>;
  /** Whether there is anything at a path in a container. */
  containerHas(id: string, file: string): Promise<boolean>;
  /**
   * Calls `inspect` while the engine has a container that is not up locked for a copy, with its files
   * mounted; nothing is copied. Null where the engine refuses the copy.
   */
  whileContainerLocked<T>(id: string, inspect: () => Promise<T | null>): Promise<T | null>;
  /** The container an exec instance belongs to; null when there is no such instance. */
  execContainer(id: string): Promise<string | null>;
  /** The state of an exec instance; null when there is no such instance. */
  execState(id: string): Promise<ExecState | null>;
  volume(name: string): Promise<VolumeFacts | null>;
  /** Makes a volume of the local driver, or finds the one of that name as it is. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<VolumeFacts>;
  network(reference: string): Promise<NetworkFacts | null>;
  /** All networks of the engine. */
  networks(): Promise<readonly ListedNetwork[]>;
  /** The runtime a container gets that names none. */
  defaultRuntime(): Promise<string | null>;
  /** Where the engine keeps layers. */
  imageStore(): Promise<ImageStore>;
  /** Names of the drivers of a kind that the engine has, plugins included. */
  drivers(kind: 'Log' | 'Network' | 'Volume'): Promise<readonly string[]>;
  /** An image by any name a create request may use: a reference, an id, the beginning of one. */
  image(reference: string): Promise<LocalImage | null>;
  /** A label that containers of an image get from it; null when it has none. */
  imageLabel(reference: string, label: string): Promise<string | null>;
  /** Every image with its names. */
  images(): Promise<readonly Pick<LocalImage, 'id' | 'tags' | 'digests'>[]>;
  /** How the engine reaches registries. */
  registries(): Promise<RegistryFacts>;
  /** Whether the engine has a version of the API: "1.23"; null: its default. Remembered for some seconds. */
  ping(version: string | null): Promise<Ping>;
  close(): void;
}

/**
 * `starting`: accepted, no process yet; `started`: the process was created (it may have exited), or could not
 * be.
 */
export type ExecState = 'created' | 'starting' | 'started';

/** `driver` is '' and `directory` too if the engine does not say. `directory` is the engine's data root. */
export type ImageStore =
  | { readonly kind: 'containerd' }
  | { readonly kind: 'graph-driver'; readonly driver: string; readonly directory: string };

export interface MountFacts {
  readonly type: string;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  readonly propagation?: string;
}
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** Id of the image it was created from, whatever the name refers to by now: `sha256:…`. */
  readonly imageId: string;
  readonly runtime: string;
  /** User its first process runs as, as the image or the request says it: '' for root. */
  readonly user: string;
  readonly running: boolean;
  /** Its streams are one raw terminal, not frames of stdout and stderr. */
  readonly terminal: boolean;
  readonly pid: number;
  /** When it was created, as the engine writes it. */
  readonly created: string;
  /** When it was started last, as the engine writes it. */
  readonly startedAt: string;
  /** The engine removes it when it ends (`docker run --rm`). */
  readonly autoRemove: boolean;
  readonly mounts: readonly MountFacts[];
  /** Devices that it was created with, beyond what every container may have. */
  readonly devices: readonly RequestedDevice[];
  /** Destinations of binds whose source must exist: the engine does not create it (`--mount type=bind`). */
  readonly bindsRequiringSource: readonly string[];
  /** Where its layers are, with overlay2; null with other stores. */
  readonly layers: ContainerLayers | null;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Networks by the names it was connected by, which are resolved when it starts; `id` is '' until its first
   * start.
   */
  readonly networks: readonly { readonly name: string; readonly id: string }[];
}
/**
 * Directories of overlay2: `lowers` from the topmost on, the first of them being the engine's own "init"
 * layer.
 */
export interface ContainerLayers {
  readonly upper: string;
  readonly lowers: readonly string[];
  readonly merged: string;
}
export interface VolumeFacts {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What daemon.json says of registries (`docker info`). */
export interface RegistryFacts {
  /** Mirrors of Docker Hub, as URLs, in the order of use. */
  readonly mirrors: readonly string[];
  /** `host[:port]` that may be connected to without TLS, and address ranges (CIDR). */
  readonly insecureHosts: readonly string[];
  readonly insecureRanges: readonly string[];
}

/** The engine's response to `/_ping`. */
export interface Ping {
  /** The newest API version that the engine has: "1.51". */
  readonly apiVersion: string;
  /** Its error, where it no longer has the version that was in the path. */
  readonly versionError: EngineError | null;
}

/** The engine could not be reached; the request that needed the response is refused with 503. */
export class EngineUnreachable extends Error {}

/**
 * The engine accepted a request and did not respond in time: as a rule, a container blocks it.
 */
export class EngineTimeout extends EngineUnreachable {
  constructor(timeoutMs: number) {
    super(`the engine did not respond within ${timeoutMs / 1000} s`);
  }
}

/** The refusal of a request whose decision needs an engine that does not respond. */
export function engineUnreachableRefusal(error: EngineUnreachable): {
  readonly status: number;
  readonly message: string;
} {
  return error instanceof EngineTimeout
    ? {
        status: 504,
        message:
          `bulkhead gateway: the Docker engine did not respond in time (${error.message}); ` +
          'a container that it is asked about' +
          " may hold it up: try again, and see bulkhead containers list for what can't be inspected",
      }
    : {
        status: 503,
        message:
          `bulkhead gateway: the Docker engine could not be reached (${error.message}); try again when the ` +
          'engine is up',
      };
}
