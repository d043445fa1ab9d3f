import { ownerLabel } from '../policy/owner.ts';
import { joinedContainer, type ContainerInspection } from './container-inspection.ts';
import { carryMounts } from './recreate-mounts.ts';
import { carryNetworks, type CarriedNetworks } from './recreate-networks.ts';
import type { RecreateNote } from './recreate.ts';

/** The properties of the engine that the new container's description depends on. */
export interface RecreateEngine {
  /** Name of the isolation runtime. */
  readonly runtime: string;
  /** Newest API version it supports: "1.45". */
  readonly apiVersion: string;
  readonly cgroupVersion: '1' | '2';
}

export interface RecreateImage {
  /**
   * The new container's `Image`: the text it was created with, or an id or tag if that resolves to another
   * image by now.
   */
  readonly reference: string;
  /** The image has an entrypoint of its own, which a container without one must override. */
  readonly hasEntrypoint: boolean;
}

/**
 * A container recreated under ECI: the body of its create request, the networks it is connected to, and what
 * changes (D).
 */
export interface Recreation {
  readonly body: Readonly<Record<string, unknown>>;
  readonly networks: CarriedNetworks;
  readonly changes: readonly RecreateNote[];
}

const modes = ['NetworkMode', 'PidMode', 'IpcMode'] as const;

/**
 * Converts an inspect response to the create request of the same container under ECI. `successors` maps ids
 * of containers that are recreated before it to their new ids: namespaces and volumes are taken from those.
 * Pure; whether ECI refuses parts of it is decided by the gateway.
 */
export function recreation(
  inspected: ContainerInspection,
  image: RecreateImage,
  engine: RecreateEngine,
  successors: ReadonlyMap<string, string> = new Map(),
): Recreation {
  const { view, config, host } = inspected;
  const changes: RecreateNote[] =
    view.HostConfig.Runtime === engine.runtime
      ? []
      : [{ code: 'runtime', params: { before: view.HostConfig.Runtime, after: engine.runtime } }];
  const joinsNetwork = joinedContainer(view.HostConfig.NetworkMode) !== null;
  const mounts = carryMounts(inspected);
  const newer = since(engine.apiVersion, 44);
  const networks = carryNetworks(inspected, newer);

  // A host name chosen by the engine, or the joined container's, is not a setting; since API 1.44 a MAC
  // address belongs to the endpoint.
  const left = new Set([
    ...(joinsNetwork || isShortId(view.Config.Hostname, view.Id) ? ['Hostname'] : []),
    ...(joinsNetwork ? ['Domainname', 'ExposedPorts'] : []),
    ...(newer ? ['MacAddress'] : []),
  ]);
  const newConfig: Record<string, unknown> = { ...present(config, left), Image: image.reference };
  if (view.Config.Entrypoint == null && image.hasEntrypoint) newConfig['Entrypoint'] = [''];
  if (ownerLabel in view.Config.Labels) {
    newConfig['Labels'] = Object.fromEntries(
      Object.entries(view.Config.Labels).filter(([key]) => key !== ownerLabel),
    );
    changes.push({ code: 'owner-label', params: {} });
  }

  const newHost: Record<string, unknown> = {
    ...present(host, new Set(['VolumesFrom', 'UsernsMode'])),
    Runtime: engine.runtime,
    ...unlessUnset(host, 'Binds', mounts.binds),
    ...unlessUnset(host, 'Mounts', mounts.mounts),
  };
  if (view.HostConfig.UsernsMode !== '')
    changes.push({ code: 'userns', params: { before: view.HostConfig.UsernsMode } });
  if (view.HostConfig.CgroupnsMode === 'host') {
    delete newHost['CgroupnsMode'];
    // With version 1 every container that requested nothing has that.
    if (engine.cgroupVersion === '2') changes.push({ code: 'cgroup-namespace', params: {} });
  }
  // Compose's hash contains the id of the container whose network a service shares.
  if (joinsNetwork && view.Config.Labels['com.docker.compose.project'] !== undefined)
    changes.push({
      code: 'compose-again',
      params: { project: view.Config.Labels['com.docker.compose.project'] },
    });
  for (const key of modes) {
    const joined = joinedContainer(view.HostConfig[key]);
    const successor = joined === null ? undefined : successors.get(joined);
    if (successor !== undefined) newHost[key] = `container:${successor}`;
  }
  if (view.HostConfig.Links.length > 0) newHost['Links'] = view.HostConfig.Links.map(toCreateLink);
  // The engine adds it to every privileged container, also to one that has it.
  if (view.HostConfig.Privileged)
    newHost['SecurityOpt'] = view.HostConfig.SecurityOpt.filter((option) => option !== 'label=disable');

  changes.push(...bodyNotes(inspected, image, mounts.anonymous));

  const { created } = networks;
  const body = {
    ...newConfig,
    HostConfig: newHost,
    ...(created.length === 0
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: Object.fromEntries(created.map(({ name, endpoint }) => [name, endpoint])),
          },
        }),
  };
  return { body, networks, changes };
}

/** Notes about the new container's image, volumes, sockets and ports. */
function bodyNotes(
  { view }: ContainerInspection,
  image: RecreateImage,
  anonymous: ReturnType<typeof carryMounts>['anonymous'],
): RecreateNote[] {
  const changes: RecreateNote[] = [];
  if (image.reference !== view.Config.Image)
    changes.push({ code: 'image', params: { before: view.Config.Image, after: image.reference } });
  if (view.HostConfig.VolumesFrom.length > 0)
    changes.push({ code: 'volumes-from', params: { names: view.HostConfig.VolumesFrom } });
  for (const volume of anonymous) changes.push({ code: 'anonymous-volume', params: volume });
  for (const mount of view.Mounts) {
    if (mount.Type === 'bind' && /(^|\/)(docker|engine)\.sock$/.test(mount.Source))
      changes.push({ code: 'socket', params: { destination: mount.Destination } });
  }
  const open = Object.entries(view.HostConfig.PortBindings)
    .filter(([, bindings]) =>
      (bindings ?? []).some(({ HostPort }) => HostPort === '' || HostPort === '0' || HostPort.includes('-')),
    )
    .map(([port]) => port);
  if (open.length > 0 || view.HostConfig.PublishAllPorts)
    changes.push({ code: 'chosen-ports', params: { ports: open } });
  return changes;
}

/** The entries that are not null, without `excluded`. */
const present = (
  object: Readonly<Record<string, unknown>>,
  excluded: ReadonlySet<string>,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => value !== null && !excluded.has(key)));

/** The list, or no key at all if it is empty and the key was unset before. */
const unlessUnset = (
  host: Readonly<Record<string, unknown>>,
  key: string,
  list: readonly unknown[],
): Record<string, unknown> => (list.length === 0 && host[key] == null ? {} : { [key]: list });

const isShortId = (name: string, id: string): boolean => name.length === 12 && id.startsWith(name);

/** Inspect has "/child:/parent/alias"; create expects "child:alias". */
function toCreateLink(link: string): string {
  const [child = '', alias = ''] = link.split(':');
  return `${child.replace(/^\//, '')}:${alias.split('/').at(-1) ?? ''}`;
}

const since = (version: string, minor: number): boolean => {
  const [major = 0, actualMinor = 0] = version.split('.').map(Number);
  return major > 1 || actualMinor >= minor;
};
