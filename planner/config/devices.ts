import * as z from 'zod';
import { defaultDevices } from '../../shared/isolation/default-devices.ts';
import type { GrantedDevice } from '../../shared/isolation/sharing-user.ts';
import type { OciMount } from '../base/oci-spec.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { refuse } from '../base/refuse.ts';

const deviceSchema = z.looseObject({
  path: z.string(),
  type: z.string(),
  major: z.number().optional(),
  minor: z.number().optional(),
  fileMode: z.number().nullish(),
  uid: z.number().nullish(),
  gid: z.number().nullish(),
});

/**
 * Character devices that act within the opener's own namespaces, and that every user may open. `name`: of the
 * machine's file.
 */
export const harmlessDevices = [
  ...defaultDevices,
  { major: 10, minor: 200, name: '/dev/net/tun' },
  { major: 10, minor: 229, name: '/dev/fuse' },
] as const;
/** A device that the container may have. `name`: of the file to bind. */
interface KnownDevice {
  readonly major: number;
  readonly minor: number;
  readonly name: string;
  readonly access: string;
}
const kernelLog = { major: 1, minor: 11 };

export interface IsolatedDevices {
  readonly devices: z.infer<typeof deviceSchema>[];
  /** Used instead for devices whose file differs from the machine's file of the same name. */
  readonly mounts: OciMount[];
  /** Type and numbers of both: what a privileged container may open in addition to the engine's defaults. */
  readonly opened: {
    readonly type: string;
    readonly major: number;
    readonly minor: number;
    readonly access: string;
  }[];
}

/**
 * Devices for a container in a user namespace (A5). runc cannot create them there: it binds the machine's
 * file *at the device's path in the container*, whatever its numbers. A device under another name would
 * therefore be another file of the machine; it becomes a bind of the right file, as does every device that
 * has a file of our own (`sources`, by the machine's name). Devices that are neither harmless nor granted by
 * the settings are refused; where the engine gave all devices (`privileged`) they are left out. In place of
 * the kernel log such a container gets /dev/null: programs that need nothing from the log (kubelet) exit if
 * they cannot open it.
 */
export function isolateDevices(
  given: readonly unknown[],
  privileged: boolean,
  sources: ReadonlyMap<string, string>,
  granted: readonly GrantedDevice[] = [],
): IsolatedDevices {
  const result: IsolatedDevices = { devices: [], mounts: [], opened: [] };
  for (const one of given) {
    const device = deviceSchema.parse(one);
    const { type, major = -1, minor = -1 } = device;
    const known = deviceOf(one, privileged, granted);
    if (known === null) {
      if (!privileged)
        refuse('planner-refusals.device-not-allowed', { path: device.path, type, major, minor });
      continue;
    }
    result.opened.push({ type, major: known.major, minor: known.minor, access: known.access });
    const source = sources.get(known.name);
    if (source === undefined && !known.name.startsWith('/'))
      refuse('planner-refusals.device-without-file', { path: device.path, type, major, minor });
    if (device.path === known.name && (source === undefined || isCreatedByRunc(known)))
      result.devices.push(device);
    else
      result.mounts.push({
        destination: device.path,
        type: 'bind',
        source: source ?? known.name,
        options: ['bind', 'nosuid', 'noexec'],
      });
  }
  return result;
}

/** The machine's names of those harmless devices among `given` for which we have our own file. */
export function ownFileNames(given: readonly unknown[], privileged: boolean): Set<string> {
  const names = given.map((one) => {
    const known = deviceOf(one, privileged, []);
    return known === null || (isCreatedByRunc(known) && deviceSchema.parse(one).path === known.name)
      ? null
      : known.name;
  });
  return new Set(names.filter((name) => name !== null));
}

/** Type, numbers, mode and owner of a device file. */
export interface DeviceFile {
  /** As returned by `grantedName`. */
  readonly name: string;
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Files for the granted devices among `given`, with the properties that the engine read from the machine's
 * files.
 */
export function grantedFiles(given: readonly unknown[], granted: readonly GrantedDevice[]): DeviceFile[] {
  const files = new Map<string, DeviceFile>();
  for (const one of granted.length === 0 ? [] : given) {
    const { type, major, minor, fileMode, uid, gid } = deviceSchema.parse(one);
    const grant = granted.find((each) => each.type === type && each.major === major && each.minor === minor);
    if (grant === undefined) continue;
    files.set(grantedName(grant), {
      name: grantedName(grant),
      type: grant.type,
      major: grant.major,
      minor: grant.minor,
      mode: (fileMode ?? 0o600) & 0o777,
      uid: idInside(uid),
      gid: idInside(gid),
    });
  }
  return [...files.values()];
}

/** The id, if it exists in a container as well; else root's. */
const idInside = (id: number | null | undefined): number =>
  id === null || id === undefined || id >= rangeSize ? 0 : id;

const grantedName = ({ type, major, minor }: GrantedDevice): string => `${type}${major}:${minor}`;

/** Devices that runc itself creates in every container, over anything mounted there. */
function isCreatedByRunc(device: KnownDevice): boolean {
  return device.major === 1 && device.name.startsWith('/dev/');
}

function deviceOf(
  given: unknown,
  privileged: boolean,
  granted: readonly GrantedDevice[],
): KnownDevice | null {
  const { type, major, minor } = deviceSchema.parse(given);
  const grant = granted.find((one) => one.type === type && one.major === major && one.minor === minor);
  const harmless = harmlessDevices.find((one) => one.major === major && one.minor === minor);
  if (type === 'c' && harmless !== undefined) return { ...harmless, access: 'rwm' };
  if (grant !== undefined) return { ...grant, name: grantedName(grant) };
  if (type === 'c' && privileged && major === kernelLog.major && minor === kernelLog.minor)
    return { ...harmlessDevices[0], access: 'rwm' };
  return null;
}
