import { requestedDevice, type RequestedDevice } from '../../shared/policy/create-devices.ts';
import { isConvertedBind } from '../../shared/policy/binds-as-mounts.ts';
import type { LocalImage } from '../../shared/policy/image-trust-facts.ts';
import { field, list, text, texts } from './response-fields.ts';
import type {
  ContainerFacts,
  ContainerLayers,
  ImageStore,
  RegistryFacts,
  VolumeFacts,
} from './engine-facts.ts';

/** The content of an archive that is one regular file. */
export function readSingleFile(archive: Buffer): Buffer | null {
  const size = (at: number) => Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8);
  // A file whose owner has a large id is preceded by an extended header.
  const at = archive[156] === 0x78 ? 512 + Math.ceil(size(0) / 512) * 512 : 0;
  const type = archive[at + 156];
  const bytes = size(at);
  return (type === 0x30 || type === 0) && bytes >= 0 && archive.length >= at + 512 + bytes
    ? archive.subarray(at + 512, at + 512 + bytes)
    : null;
}

/**
 * Graph drivers that share no name with a containerd snapshotter. The others are told apart by the engine's
 * /info.
 */
const graphDriverNames = new Set(['overlay2', 'vfs', 'aufs', 'devicemapper', 'windowsfilter']);

/** `info`: requests the engine's /info, where it is needed. */
export async function readImage(found: unknown, info: () => Promise<unknown>): Promise<LocalImage> {
  const driver = text(field(field(found, 'GraphDriver'), 'Name'));
  // In doubt containerd's: fewer of the engine's fields count as proof there.
  const graph =
    field(found, 'Descriptor') == null &&
    (graphDriverNames.has(driver) ||
      (['btrfs', 'zfs', 'fuse-overlayfs'].includes(driver) && !usesContainerdStore(await info())));
  return {
    id: text(field(found, 'Id')),
    tags: list(field(found, 'RepoTags')),
    digests: list(field(found, 'RepoDigests')),
    layers: list(field(field(found, 'RootFS'), 'Layers')),
    store: graph ? 'graph' : 'containerd',
  };
}

function usesContainerdStore(info: unknown): boolean {
  const status = field(info, 'DriverStatus');
  return (
    !Array.isArray(status) ||
    status.some(
      (row: unknown) =>
        Array.isArray(row) && row[0] === 'driver-type' && String(row[1]).startsWith('io.containerd.'),
    )
  );
}

/** The store of images in the engine's /info: of containerd only if it says so. */
export const readImageStore = (info: unknown): ImageStore =>
  Array.isArray(field(info, 'DriverStatus')) && usesContainerdStore(info)
    ? { kind: 'containerd' }
    : {
        kind: 'graph-driver',
        driver: text(field(info, 'Driver')),
        directory: text(field(info, 'DockerRootDir')),
      };

export function readRegistries(config: unknown): RegistryFacts {
  const indexes = field(config, 'IndexConfigs');
  const insecure =
    typeof indexes === 'object' && indexes !== null
      ? Object.entries(indexes)
          .filter(([, index]) => field(index, 'Secure') === false)
          .map(([host]) => host.toLowerCase())
      : [];
  return {
    mirrors: list(field(config, 'Mirrors')),
    insecureHosts: insecure,
    insecureRanges: list(field(config, 'InsecureRegistryCIDRs')),
  };
}

export const readVolume = (found: unknown): VolumeFacts => ({
  name: text(field(found, 'Name')),
  driver: text(field(found, 'Driver')),
  options: texts(field(found, 'Options')),
  labels: texts(field(found, 'Labels')),
});

function readLayers(driver: unknown): ContainerLayers | null {
  const at = (key: string) => text(field(field(driver, 'Data'), key));
  const [upper, merged, lowers] = [
    at('UpperDir'),
    at('MergedDir'),
    at('LowerDir')
      .split(':')
      .filter((one) => one !== ''),
  ];
  return field(driver, 'Name') !== 'overlay2' || upper === '' || merged === '' || lowers.length === 0
    ? null
    : { upper, merged, lowers };
}

/** `Devices` and `DeviceRequests`; those of a container that the gateway created are all for CDI devices. */
function readDevices(host: unknown): RequestedDevice[] {
  const [devices, requests] = [field(host, 'Devices'), field(host, 'DeviceRequests')];
  return [
    ...(Array.isArray(devices) ? devices : []).flatMap((device: unknown) =>
      requestedDevice(text(field(device, 'PathOnHost')), text(field(device, 'CgroupPermissions'))),
    ),
    ...(Array.isArray(requests) ? requests : []).flatMap((request: unknown) =>
      text(field(request, 'Driver')) === 'cdi'
        ? list(field(request, 'DeviceIDs')).map((id) => ({ path: text(id), access: 'rwm' }))
        : requestedDevice('', ''),
    ),
  ];
}

export function readContainer(found: unknown): ContainerFacts {
  const state = field(found, 'State');
  const pid = field(state, 'Pid');
  const mounts = field(found, 'Mounts');
  const requestedMounts = field(field(found, 'HostConfig'), 'Mounts');
  const networks = field(field(found, 'NetworkSettings'), 'Networks');
  return {
    id: text(field(found, 'Id')),
    name: text(field(found, 'Name')).replace(/^\//, ''),
    image: text(field(field(found, 'Config'), 'Image')),
    imageId: text(field(found, 'Image')),
    runtime: text(field(field(found, 'HostConfig'), 'Runtime')),
    labels: texts(field(field(found, 'Config'), 'Labels')),
    networks: Object.entries(networks ?? {}).map(([name, endpoint]) => ({
      name,
      id: text(field(endpoint, 'NetworkID')),
    })),
    user: text(field(field(found, 'Config'), 'User')),
    running: field(state, 'Running') === true,
    terminal: field(field(found, 'Config'), 'Tty') === true,
    pid: typeof pid === 'number' ? pid : 0,
    created: text(field(found, 'Created')),
    startedAt: text(field(state, 'StartedAt')),
    devices: readDevices(field(found, 'HostConfig')),
    autoRemove: field(field(found, 'HostConfig'), 'AutoRemove') === true,
    bindsRequiringSource: (Array.isArray(requestedMounts) ? requestedMounts : [])
      .filter(
        (mount: unknown) =>
          text(field(mount, 'Type')) === 'bind' &&
          field(field(mount, 'BindOptions'), 'CreateMountpoint') !== true &&
          !isConvertedBind(text(field(mount, 'Consistency'))),
      )
      .map((mount: unknown) => text(field(mount, 'Target'))),
    layers: readLayers(field(found, 'GraphDriver')),
    mounts: (Array.isArray(mounts) ? mounts : []).map((mount: unknown) => ({
      type: text(field(mount, 'Type')),
      name: text(field(mount, 'Name')),
      source: text(field(mount, 'Source')),
      destination: text(field(mount, 'Destination')),
      readOnly: field(mount, 'RW') === false,
      propagation: text(field(mount, 'Propagation')),
    })),
  };
}
