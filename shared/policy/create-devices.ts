import { message, type Message } from '../messages/message.ts';
import { cleanPath } from './bind-source.ts';
import { deny, type Denial } from './decision.ts';
import { isObject, type Json } from './json.ts';
import { listAt, textAt, textsAt } from './shape.ts';

/**
 * Devices that give nothing of the engine away: every user may open them anyway, and they act inside the
 * opener's own namespaces.
 */
const harmlessDevices = new Set([
  '/dev/fuse',
  '/dev/net/tun',
  '/dev/null',
  '/dev/zero',
  '/dev/full',
  '/dev/random',
  '/dev/urandom',
]);
/** The engine looks at these paths, as root and through links, and says whether there is anything. */
const deviceLimits = [
  'BlkioWeightDevice',
  'BlkioDeviceReadBps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteIOps',
] as const;
/**
 * Devices as only root makes them; below `/dev` are also directories that everybody writes to, and links of
 * the process that looks.
 */
const devicePath = new RegExp(
  String.raw`^\/dev\/(?:(?:block|disk\/by-[a-z]+|mapper)\/)?` +
    String.raw`(?!\.|(?:fd|shm|mqueue|pts|block|disk|mapper|std[a-z]+)$)[A-Za-z0-9_.:+@=-]+$`,
);
/** Memory of the kernel and ports of the hardware: whoever has them has the machine. */
const kernelMemory = new Set(['c1:1', 'c1:2', 'c1:4']);

/** A device file of the engine's machine. */
export interface DeviceNode {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
}

/** An entry of `bulkhead.devices` that names a device, for one request. */
export interface DeviceEntry {
  /** Of `rwm`. */
  readonly access: string;
  /** It has the device's path, and no pattern. */
  readonly exact: boolean;
  /** Why it does not hold for this user and image; null: it does. */
  readonly obstacle: Message | null;
}

export interface DeviceNodeFacts extends DeviceNode {
  /** Without symbolic links. */
  readonly path: string;
  /** A block device whose content is in use: mounted, swapped to, or part of another device. */
  readonly inUse: boolean;
  /** Entries that name it. */
  readonly entries: readonly DeviceEntry[];
}

/** What a path of `--device` leads to. */
export interface DeviceFacts {
  /** All device files in it where it is a directory, as the engine takes them. */
  readonly nodes: readonly DeviceNodeFacts[];
}

/** A `Devices` entry of a create body. */
export interface RequestedDevice {
  readonly path: string;
  /** Of `rwm`: what the engine takes where nothing is written. */
  readonly access: string;
}

/** The `Devices` of a host config beyond those that every container may have. */
export function requestedDevices(host: ReadonlyMap<string, Json>): RequestedDevice[] {
  return listAt(host, 'Devices').flatMap((device) =>
    isObject(device)
      ? requestedDevice(textAt(device, 'PathOnHost'), textAt(device, 'CgroupPermissions'))
      : requestedDevice('', ''),
  );
}

/** One of them, by its members `PathOnHost` and `CgroupPermissions`; none if every container may have it. */
export function requestedDevice(path: string, permissions: string): RequestedDevice[] {
  return harmlessDevices.has(path) ? [] : [{ path, access: permissions === '' ? 'rwm' : permissions }];
}

/** May the container have the devices it asks for (A5)? Without facts: only what every container may have. */
export function deviceDenial(
  host: ReadonlyMap<string, Json>,
  facts: ReadonlyMap<string, DeviceFacts> | undefined,
): Denial | null {
  for (const requested of requestedDevices(host)) {
    const denial = requestedDenial(requested, facts?.get(cleanPath(requested.path) ?? ''));
    if (denial !== null) return denial;
  }
  for (const request of listAt(host, 'DeviceRequests')) {
    const driver = isObject(request) ? textAt(request, 'Driver') : '';
    return deny(
      'host-device',
      driver === ''
        ? message('policy.device-request')
        : message('policy.device-request-with-driver', { driver }),
      { setting: null },
    );
  }
  const [rule] = textsAt(host, 'DeviceCgroupRules');
  return rule === undefined
    ? null
    : deny('host-device', `--device-cgroup-rule "${rule}"`, {
        setting: null,
        detail: message('policy.device-rules-follow-from-devices'),
      });
}

/** May one `--device` be given to the container? */
export function requestedDenial(requested: RequestedDevice, facts: DeviceFacts | undefined): Denial | null {
  const what = `--device ${requested.path}`;
  // What is not there is the engine's error in most cases; it could be there by the time the engine looks.
  if (facts === undefined || facts.nodes.length === 0) return deny('host-device', what);
  for (const node of facts.nodes) {
    const denial = nodeDenial(what, requested, node);
    if (denial !== null) return denial;
  }
  return null;
}

function nodeDenial(what: string, requested: RequestedDevice, node: DeviceNodeFacts): Denial | null {
  const subject = { path: node.path };
  if (kernelMemory.has(`${node.type}${node.major}:${node.minor}`))
    return deny('host-device', what, {
      setting: null,
      subject,
      detail: message('policy.device-is-kernel-memory'),
    });
  const [first] = node.entries;
  if (first === undefined) {
    return node.path === requested.path
      ? deny('host-device', what, { subject })
      : deny('host-device', what, {
          subject,
          detail: message('policy.device-leads-to', { path: node.path }),
        });
  }
  const applying = node.entries.filter(({ obstacle }) => obstacle === null);
  if (applying.length === 0)
    return deny('host-device', what, {
      subject,
      ...(first.obstacle === null ? {} : { detail: first.obstacle }),
    });
  const usable = node.inUse ? applying.filter(({ exact }) => exact) : applying;
  const [widest] = usable.toSorted((a, b) => b.access.length - a.access.length);
  if (widest === undefined)
    return deny('host-device', what, {
      subject,
      detail: message('policy.device-in-use-needs-exact-path', { path: node.path }),
    });
  // No container can make nodes: what is written of that makes no difference.
  const wanted = [...requested.access].filter((right) => right !== 'm');
  if (usable.some(({ access }) => wanted.every((right) => access.includes(right)))) return null;
  return deny('host-device', what, {
    subject,
    detail: message('policy.device-has-fewer-permissions', {
      permissions: widest.access,
      option: `--device ${requested.path}:${requested.path}:${widest.access}`,
    }),
  });
}

/** Limits for devices: the engine looks at their paths. */
export function deviceLimitDenial(host: ReadonlyMap<string, Json>): Denial | null {
  for (const key of deviceLimits) {
    for (const limit of listAt(host, key)) {
      const path = isObject(limit) ? textAt(limit, 'Path') : '';
      if (!devicePath.test(path))
        return deny('host-device', message('policy.limit-for-device', { path }), { setting: null });
    }
  }
  return null;
}
