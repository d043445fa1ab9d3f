import { defaultDevices } from '../isolation/default-devices.ts';
import { message, type Message } from '../messages/message.ts';
import { cleanPath } from './bind-source.ts';
import { cdiNames, gpusOption, isCdiName } from './cdi-requests.ts';
import { deny, type Denial } from './decision.ts';
import { absentDevice, type EngineError } from './engine-errors.ts';
import { isObject, type Json } from './json.ts';
import { listAt, textAt, textsAt } from './shape.ts';

/**
 * Devices that give no access to the engine: every user may open them anyway, and they act inside the
 * opener's own namespaces.
 */
const harmlessDevices: ReadonlySet<string> = new Set([
  ...defaultDevices.map(({ name }) => name),
  '/dev/fuse',
  '/dev/net/tun',
]);
/** The engine looks these paths up, as root and following links, and reports whether they exist. */
const deviceLimits = [
  'BlkioWeightDevice',
  'BlkioDeviceReadBps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteIOps',
] as const;
/**
 * Paths of devices that only root can create; below `/dev` there are also directories that everybody can
 * write to, and links that depend on the looking process.
 */
const devicePath = new RegExp(
  String.raw`^\/dev\/(?:(?:block|disk\/by-[a-z]+|mapper)\/)?` +
    String.raw`(?!\.|(?:fd|shm|mqueue|pts|block|disk|mapper|std[a-z]+)$)[A-Za-z0-9_.:+@=-]+$`,
);
/** Kernel memory and hardware ports: access to them means control of the machine. */
const kernelMemory = new Set(['c1:1', 'c1:2', 'c1:4']);

/** A device file of the engine's machine. */
export interface DeviceNode {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
}

/** An entry of `bulkhead.devices` that matches a device, for one request. */
export interface DeviceEntry {
  /** Of `rwm`. */
  readonly access: string;
  /** It is the device's path, without a pattern. */
  readonly exact: boolean;
  /** Why it does not apply to this user and image; null: it does. */
  readonly obstacle: Message | null;
  /** Set if the entry is for an image that the engine does not have, and may apply to what a pull gets. */
  readonly engineError?: EngineError | undefined;
}

export interface DeviceNodeFacts extends DeviceNode {
  /** For a CDI device: the access that its specification grants a container, of `rwm`. */
  readonly access?: string;
  /** Without symbolic links. */
  readonly path: string;
  /** A block device in use: mounted, swapped to, or part of another device. */
  readonly inUse: boolean;
  /** Entries that match it. */
  readonly entries: readonly DeviceEntry[];
}

/** What a path, or the name of a CDI device, resolves to. */
export interface DeviceFacts {
  /** All device files in it if it is a directory, as the engine does. */
  readonly nodes: readonly DeviceNodeFacts[];
  /** There is no file of that path, which everybody can see and only root can change. */
  readonly isAbsent?: boolean;
  /** For a CDI device: the matching entries, by which its files are decided. */
  readonly entries?: readonly DeviceEntry[];
  /** Why it can't be determined. */
  readonly problem?: Message;
}

/** A device requested in a create body beyond those that every container may have. */
export interface RequestedDevice {
  /** Path on the machine, or name of a CDI device. */
  readonly path: string;
  /** Of `rwm`: the engine's default if nothing is given. */
  readonly access: string;
  /** Its name in a refusal; missing: `--device` with the path. */
  readonly what?: string | Message;
}

/** `Devices` and `DeviceRequests` of a host config, beyond what every container may have. */
export function requestedDevices(host: ReadonlyMap<string, Json>): RequestedDevice[] {
  const devices = listAt(host, 'Devices').flatMap((device) =>
    isObject(device)
      ? requestedDevice(textAt(device, 'PathOnHost'), textAt(device, 'CgroupPermissions'))
      : requestedDevice('', ''),
  );
  return [...devices, ...listAt(host, 'DeviceRequests').flatMap((request) => requestedCdiDevices(request))];
}

/** One of them, from `PathOnHost` and `CgroupPermissions`; none if every container may have it. */
export function requestedDevice(path: string, permissions: string): RequestedDevice[] {
  return harmlessDevices.has(path) ? [] : [{ path, access: permissions === '' ? 'rwm' : permissions }];
}

/** The CDI devices of a device request; one without a path if it is not for CDI devices. */
function requestedCdiDevices(request: Json): RequestedDevice[] {
  const names = cdiNames(request);
  if (names !== null) {
    const option = gpusOption(request);
    return names.map((path) => ({
      path,
      access: 'rwm',
      ...(option === null ? {} : { what: `${option} (${path})` }),
    }));
  }
  const driver = isObject(request) ? textAt(request, 'Driver') : '';
  const what =
    driver === ''
      ? message('policy.device-request')
      : message('policy.device-request-with-driver', { driver });
  return [{ path: '', access: '', what }];
}

/**
 * Whether the container may have the requested devices (A5). Without facts: only those that every container
 * may have.
 */
export function deviceDenial(
  host: ReadonlyMap<string, Json>,
  facts: ReadonlyMap<string, DeviceFacts> | undefined,
): Denial | null {
  for (const requested of requestedDevices(host)) {
    const denial = requestedDenial(requested, facts?.get(deviceKey(requested.path)));
    if (denial !== null) return denial;
  }
  const [rule] = textsAt(host, 'DeviceCgroupRules');
  return rule === undefined
    ? null
    : deny('host-device', `--device-cgroup-rule "${rule}"`, {
        setting: null,
        detail: message('policy.device-rules-derived'),
      });
}

/** The key of the facts about a device: the name of a CDI device, or the cleaned path. */
export const deviceKey = (path: string): string => (isCdiName(path) ? path : (cleanPath(path) ?? ''));

/** Whether one device may be given to the container. */
export function requestedDenial(requested: RequestedDevice, facts: DeviceFacts | undefined): Denial | null {
  const what = requested.what ?? `--device ${requested.path}`;
  if (facts?.problem !== undefined) return deny('host-device', what, { detail: facts.problem });
  // Not forwarded: it could exist by the time the engine looks it up.
  if (facts?.isAbsent === true) {
    const engineError = absentDevice(requested.path);
    return deny('host-device', what, engineError === undefined ? {} : { engineError });
  }
  if (facts === undefined || (facts.nodes.length === 0 && facts.entries === undefined))
    return deny('host-device', what);
  if (facts.entries !== undefined) {
    const denial = entriesDenial(what, facts.entries);
    if (denial !== null) return denial;
  }
  for (const node of facts.nodes) {
    const denial = facts.entries === undefined ? nodeDenial(what, requested, node) : memoryDenial(what, node);
    if (denial !== null) return denial;
  }
  return null;
}

function memoryDenial(what: string | Message, node: DeviceNodeFacts): Denial | null {
  return kernelMemory.has(`${node.type}${node.major}:${node.minor}`)
    ? deny('host-device', what, {
        setting: null,
        subject: { path: node.path },
        detail: message('policy.device-is-kernel-memory'),
      })
    : null;
}

/** Null if an entry applies. */
function entriesDenial(what: string | Message, entries: readonly DeviceEntry[]): Denial | null {
  if (entries.some(({ obstacle }) => obstacle === null)) return null;
  const detail = entries[0]?.obstacle ?? null;
  const engineError = entries.find((entry) => entry.engineError !== undefined)?.engineError;
  return deny('host-device', what, {
    ...(detail === null ? {} : { detail }),
    ...(engineError === undefined ? {} : { engineError }),
  });
}

function nodeDenial(
  what: string | Message,
  requested: RequestedDevice,
  node: DeviceNodeFacts,
): Denial | null {
  const memory = memoryDenial(what, node);
  if (memory !== null) return memory;
  const subject = { path: node.path };
  if (node.entries.length === 0 && node.path !== requested.path)
    return deny('host-device', what, {
      subject,
      detail: message('policy.device-leads-to', { path: node.path }),
    });
  const unlisted = entriesDenial(what, node.entries);
  if (unlisted !== null) return { ...unlisted, subject };
  const applying = node.entries.filter(({ obstacle }) => obstacle === null);
  const usable = node.inUse ? applying.filter(({ exact }) => exact) : applying;
  const [widest] = usable.toSorted((a, b) => b.access.length - a.access.length);
  if (widest === undefined)
    return deny('host-device', what, {
      subject,
      detail: message('policy.device-in-use', { path: node.path }),
    });
  // No container can create nodes, so this letter makes no difference.
  const wanted = [...requested.access].filter((right) => right !== 'm');
  if (usable.some(({ access }) => wanted.every((right) => access.includes(right)))) return null;
  return deny('host-device', what, {
    subject,
    detail: message('policy.device-permissions', {
      permissions: widest.access,
      option: `--device ${requested.path}:${requested.path}:${widest.access}`,
    }),
  });
}

/** Limits for devices: the engine looks their paths up. */
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
