import * as z from 'zod';
import type { GrantedDevice } from '../../shared/isolation/sharing-user.ts';
import type { OciMount } from '../base/oci-spec.ts';
import { rangeSize } from '../ranges/id-ranges.ts';
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
 * Character devices that act within the opener's own namespaces, and that every user may open. `name`: the
 * machine's.
 */
export const harmlessDevices = [
  { major: 1, minor: 3, name: '/dev/null' },
  { major: 1, minor: 5, name: '/dev/zero' },
  { major: 1, minor: 7, name: '/dev/full' },
  { major: 1, minor: 8, name: '/dev/random' },
  { major: 1, minor: 9, name: '/dev/urandom' },
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
  /** In place of devices whose file is another one than the machine's of that name. */
  readonly mounts: OciMount[];
  /** Type and numbers of both: what a privileged container may open beyond the engine's defaults. */
  readonly opened: {
    readonly type: string;
    readonly major: number;
    readonly minor: number;
    readonly access: string;
  }[];
}

/**
 * Devices for a container in a user namespace (A5). runc can't make them there: it binds the machine's file
 * *of the device's path inside*, whatever its numbers are. So a device by another name would be another file
 * of the machine; such a one becomes a bind of the right one, as does every device that has a file of the
 * container's own (`sources`, by the machine's name). Others than the harmless ones and those that the
 * settings grant are refused, and left away where the engine gave all devices (`privileged`); in place of the
 * kernel's log such a container has /dev/null, because programs that need none of its content (kubelet) end
 * when it can't be opened.
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
        refuse(
          `the device ${device.path} (${type} ${major}:${minor}) is not one a protected container may have`,
        );
      continue;
    }
    result.opened.push({ type, major: known.major, minor: known.minor, access: known.access });
    const source = sources.get(known.name);
    if (source === undefined && !known.name.startsWith('/'))
      refuse(`there is no file for the device ${device.path} (${type} ${major}:${minor})`);
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

/** The machine's names of the harmless devices among `given` that get a file of the container's own. */
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
  /** As `grantedName` has it. */
  readonly name: string;
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Files for those of the granted devices that are among `given`, as the engine found the machine's. */
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

/** An id of the machine that a container has, too; root's in place of others. */
const idInside = (id: number | null | undefined): number =>
  id === null || id === undefined || id >= rangeSize ? 0 : id;

const grantedName = ({ type, major, minor }: GrantedDevice): string => `${type}${major}:${minor}`;

/** What runc puts into every container by itself, over whatever is mounted there. */
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
