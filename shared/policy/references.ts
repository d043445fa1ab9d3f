import { isObject, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textMapAt, textsAt } from './shape.ts';
import { cleanPath, type BindSourceFacts } from './bind-source.ts';
import { parseBind } from './bind-spec.ts';
import type { DeviceFacts } from './create-devices.ts';
import type { SocketDecision } from './socket-mount.ts';
import type { AllowedNetworkVolume } from '../settings/network-share.ts';
import type { VolumeDriverFacts } from './volume-facts.ts';

/** The facts about the engine and its machine that a create decision needs. */
export interface CreateLookups {
  /** Names or ids of containers whose namespaces or volumes are to be used. */
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** Absolute, cleaned paths. */
  readonly binds: readonly string[];
}

export interface ContainerReference {
  readonly id: string;
  /** Runs, or would run, under the isolation runtime. */
  readonly protected: boolean;
  /**
   * Uid of the user who had it created (A8), a user of the machine; null: unknown, or not an account here.
   */
  readonly user?: number | null;
  readonly mounts: readonly {
    readonly type: string;
    readonly name: string;
    readonly source: string;
    readonly destination: string;
    readonly readOnly: boolean;
    readonly propagation?: string;
  }[];
}

/**
 * The facts; null means that the object does not exist. An object that is missing altogether was not queried,
 * and is refused.
 */
export interface CreateFacts {
  /** The name of the new container, without a slash. Missing: the engine chooses it. */
  readonly name?: string | undefined;
  /** Uid of the user who creates the new container, as `ContainerReference.user`. */
  readonly user?: number | null;
  readonly containers: ReadonlyMap<string, ContainerReference | null>;
  readonly volumes: ReadonlyMap<string, VolumeDriverFacts | null>;
  readonly networks: ReadonlyMap<string, { readonly driver: string } | null>;
  /** Shares of other machines that may be volumes, by the settings. Missing: none. */
  readonly networkVolumes?: readonly AllowedNetworkVolume[] | undefined;
  readonly binds: ReadonlyMap<string, BindSourceFacts>;
  /** By requested path, cleaned: what the settings allow for devices. Missing: none are allowed. */
  readonly devices?: ReadonlyMap<string, DeviceFacts> | undefined;
  /** Whether the image may have the Docker socket. Null if that was not checked, or can't be. */
  readonly socket: SocketDecision | null;
}

/** 'container:X' → X, without the leading slash of the engine's names; null for other modes. */
export function containerMode(mode: string): string | null {
  return mode.startsWith('container:') ? mode.slice('container:'.length).replace(/^\//, '') : null;
}

/** `VolumesFrom` entry → container and mode; null when it is not `name[:ro|rw|…]`. */
export function parseVolumesFrom(text: string): { readonly container: string; readonly mode: string } | null {
  const found = /^\/?([A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.-]*)?)(?::([A-Za-z,]+))?$/.exec(
    text,
  );
  return found ? { container: found[1] ?? '', mode: found[2] ?? '' } : null;
}

/** Network modes that are not names of networks. */
export const builtInNetworkModes = new Set(['', 'default', 'bridge', 'none', 'host', 'private']);

/** The references in a create body (already of the right shape). */
export function createLookups(body: JsonObject): CreateLookups {
  const host = objectAt(body, 'HostConfig');
  const containers = new Set<string>();
  const volumes = new Set<string>();
  const networks = new Set<string>();
  const binds = new Set<string>();
  for (const key of ['NetworkMode', 'PidMode', 'IpcMode']) {
    const name = containerMode(textAt(host, key));
    if (name !== null) containers.add(name);
  }
  for (const entry of textsAt(host, 'VolumesFrom')) {
    const from = parseVolumesFrom(entry);
    if (from) containers.add(from.container);
  }
  const mode = textAt(host, 'NetworkMode');
  if (!builtInNetworkModes.has(mode) && containerMode(mode) === null) networks.add(mode);
  for (const [name, endpoint] of objectAt(objectAt(body, 'NetworkingConfig'), 'EndpointsConfig')) {
    if (!builtInNetworkModes.has(name)) networks.add(name);
    const id = isObject(endpoint) ? textAt(endpoint, 'NetworkID') : '';
    if (id !== '') networks.add(id);
  }
  const bindSource = (source: string): void => {
    const clean = cleanPath(source);
    if (clean !== null) binds.add(clean);
  };
  for (const bind of textsAt(host, 'Binds')) {
    const parsed = parseBind(bind);
    if (!parsed.ok) continue;
    if (parsed.spec.kind === 'path') bindSource(parsed.spec.source);
    else if (parsed.spec.kind === 'volume') volumes.add(parsed.spec.source);
  }
  for (const mount of listAt(host, 'Mounts')) {
    if (!isObject(mount)) continue;
    const source = textAt(mount, 'Source');
    if (textAt(mount, 'Type') === 'bind') bindSource(source);
    else if (textAt(mount, 'Type') === 'volume' && source !== '') volumes.add(source);
  }
  return { containers: [...containers], volumes: [...volumes], networks: [...networks], binds: [...binds] };
}

/** Volumes and binds that come along with containers named in `VolumesFrom`. */
export function inheritedLookups(
  references: Iterable<ContainerReference | null>,
): Pick<CreateLookups, 'volumes' | 'binds'> {
  const volumes = new Set<string>();
  const binds = new Set<string>();
  for (const reference of references) {
    for (const mount of reference?.mounts ?? []) {
      if (mount.type === 'volume' && mount.name !== '') volumes.add(mount.name);
      if (mount.type === 'bind') binds.add(mount.source);
    }
  }
  return { volumes: [...volumes], binds: [...binds] };
}

/** Driver of a volume made inline by `Mounts[].VolumeOptions.DriverConfig`; null when the entry has none. */
export function inlineDriver(mount: JsonObject): VolumeDriverFacts | null {
  const config = objectAt(mount, 'VolumeOptions').get('DriverConfig');
  return isObject(config) ? { driver: textAt(config, 'Name'), options: textMapAt(config, 'Options') } : null;
}
