/** Isolation backends, by their names in `bulkhead.backend`. The first one is the default. */
export const backendIds = ['exclusive', 'sysbox'] as const;
export type BackendId = (typeof backendIds)[number];

/**
 * Properties of a backend that the rest of the code may depend on. Policy and gateway decide by these, never
 * by the backend's name. They are declared here rather than in `engine/backends`, since the gateway reads
 * them and does not import the engine library.
 */
export interface BackendCapabilities {
  /** Name of the runtime in the engine; shown by `docker inspect` (A6). */
  readonly runtimeName: string;
  /** Every container has an id range of its own (A3), owned by the user who had it created. */
  readonly ownRange: boolean;
  /** Runs containers created with `--privileged` (A4). Otherwise the flag is removed from the request. */
  readonly allowsPrivileged: boolean;
  /** The planner process runs beside the engine: it plans mounts and claims ranges. */
  readonly needsPlanner: boolean;
  /**
   * Its runtime is also BuildKit's while ECI is off, and runs build steps unmodified then: BuildKit reads its
   * runtime only at the engine's start. So a reload of the engine switches ECI.
   */
  readonly switchedByReload: boolean;
  /** Variables of a container by which its creator could reconfigure the runtime; null if there are none. */
  readonly reservedEnvironment: RegExp | null;
  /** The beginning of annotations that the runtime interprets, in lower case. */
  readonly annotationPrefix: string;
  /** Where it keeps the files of containers, if that is not below the engine's directories; null: nowhere. */
  readonly dataDirectory: string | null;
}

export const exclusiveBackendCapabilities = {
  runtimeName: 'bulkhead',
  ownRange: true,
  allowsPrivileged: true,
  needsPlanner: true,
  switchedByReload: true,
  reservedEnvironment: null,
  annotationPrefix: 'bulkhead',
  dataDirectory: null,
} as const satisfies BackendCapabilities;

/**
 * Sysbox Community Edition: one range for all containers. The name is the one registered by its own
 * installer.
 */
export const sysboxBackendCapabilities = {
  runtimeName: 'sysbox-runc',
  ownRange: false,
  allowsPrivileged: false,
  needsPlanner: false,
  switchedByReload: false,
  reservedEnvironment: /^SYSBOX_/i,
  annotationPrefix: 'sysbox',
  dataDirectory: '/var/lib/sysbox',
} as const satisfies BackendCapabilities;

export const backendCapabilities: Readonly<Record<BackendId, BackendCapabilities>> = {
  exclusive: exclusiveBackendCapabilities,
  sysbox: sysboxBackendCapabilities,
};

/** Those of every backend: for what is refused whichever is in use, since an engine may change it. */
export const everyBackend: readonly BackendCapabilities[] = backendIds.map((id) => backendCapabilities[id]);

/**
 * The backend that a settings file selects: Sysbox only if it is named, since it protects less (no range of
 * its own for each container, A3).
 */
export function chosenBackend(setting: 'auto' | BackendId): BackendId {
  return setting === 'auto' ? backendIds[0] : setting;
}

/** The isolation runtime of a backend: the only one that containers get (A6). */
export const runtimeNameOf = (backend: BackendId): string => backendCapabilities[backend].runtimeName;

/** Capabilities of the backend whose runtime has this name; null for any other runtime. */
export function capabilitiesOfRuntime(runtimeName: string): BackendCapabilities | null {
  const id = backendIds.find((backend) => backendCapabilities[backend].runtimeName === runtimeName);
  return id === undefined ? null : backendCapabilities[id];
}
