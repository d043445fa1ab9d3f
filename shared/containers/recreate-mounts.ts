import { cleanPath } from '../policy/bind-source.ts';
import type { ContainerInspection, MountPoint } from './container-inspection.ts';

type Mount = Readonly<Record<string, unknown>>;

export interface CarriedMounts {
  readonly binds: readonly string[];
  readonly mounts: readonly Mount[];
  /** Anonymous volumes, which the new container mounts by their names. */
  readonly anonymous: readonly { readonly name: string; readonly destination: string }[];
}

/** The engine names anonymous volumes by 64 hex digits. */
export const isAnonymousVolume = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

const clean = (path: string): string => cleanPath(path) ?? path;
/** The destination of an entry of `Binds`; its source, '' for an anonymous volume. */
function splitBind(bind: string): { readonly source: string; readonly destination: string } {
  const [first = '', second] = bind.split(':');
  return second === undefined
    ? { source: '', destination: clean(first) }
    : { source: first, destination: clean(second) };
}

/**
 * A container's mounts for its successor: as requested if the request contains everything, else as they are.
 * Anonymous volumes and mounts from VolumesFrom are mounted by name and path: the data stays, and the
 * successor depends on no other container.
 */
export function carryMounts(inspected: ContainerInspection): CarriedMounts {
  const { HostConfig: host, Mounts: actual } = inspected.view;
  const at = new Map(actual.map((mount) => [clean(mount.Destination), mount]));
  const covered = new Set<string>(Object.keys(host.Tmpfs).map(clean));
  const anonymous: { name: string; destination: string }[] = [];
  const note = (mount: MountPoint | undefined) => {
    if (mount?.Type === 'volume' && isAnonymousVolume(mount.Name))
      anonymous.push({ name: mount.Name, destination: mount.Destination });
  };

  const binds = host.Binds.filter((bind) => {
    const { source, destination } = splitBind(bind);
    if (source !== '') covered.add(destination);
    return source !== '';
  });
  const mounts = host.Mounts.map((mount): Mount => {
    const destination = clean(mount.Target);
    covered.add(destination);
    const found = at.get(destination);
    const { Source, ...rest } = mount;
    if (Source !== '') return mount;
    if (mount.Type !== 'volume' || found === undefined || found.Name === '') return rest;
    note(found);
    return { ...rest, Source: found.Name, VolumeOptions: { ...options(mount), NoCopy: true } };
  });
  for (const mount of actual) {
    if (covered.has(clean(mount.Destination))) continue;
    note(mount);
    mounts.push(asMount(mount));
  }
  return { binds, mounts, anonymous };
}

function options(mount: Mount): Readonly<Record<string, unknown>> {
  const found = mount['VolumeOptions'];
  return typeof found === 'object' && found !== null ? { ...found } : {};
}

function asMount(mount: MountPoint): Mount {
  const readOnly = mount.RW ? {} : { ReadOnly: true };
  switch (mount.Type) {
    // NoCopy: a volume that was emptied on purpose stays empty.
    case 'volume':
      return {
        Type: 'volume',
        Source: mount.Name,
        Target: mount.Destination,
        ...readOnly,
        VolumeOptions: { NoCopy: true },
      };
    case 'tmpfs':
      return { Type: 'tmpfs', Target: mount.Destination, ...readOnly };
    default:
      return {
        Type: mount.Type,
        Source: mount.Source,
        Target: mount.Destination,
        ...readOnly,
        ...(mount.Propagation === '' ? {} : { BindOptions: { Propagation: mount.Propagation } }),
      };
  }
}
