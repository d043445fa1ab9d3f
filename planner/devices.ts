import * as z from 'zod';
import type { OciMount } from './oci-spec.ts';
import { refuse } from './options.ts';

const deviceSchema = z.looseObject({
  path: z.string(),
  type: z.string(),
  major: z.number().optional(),
  minor: z.number().optional(),
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
type HarmlessDevice = (typeof harmlessDevices)[number];
const kernelLog = { major: 1, minor: 11 };

export interface IsolatedDevices {
  readonly devices: z.infer<typeof deviceSchema>[];
  /** In place of devices whose file is another one than the machine's of that name. */
  readonly mounts: OciMount[];
  /** Type and numbers of both: what a privileged container may open beyond the engine's defaults. */
  readonly opened: { readonly type: string; readonly major: number; readonly minor: number }[];
}

/**
 * Devices for a container in a user namespace (A5). runc can't make them there: it binds the machine's file
 * *of the device's path inside*, whatever its numbers are. So a device by another name would be another file
 * of the machine; such a one becomes a bind of the right one, as does every device that has a file of the
 * container's own (`sources`, by the machine's name). Others than the harmless ones are refused, and left
 * away where the engine gave all devices (`privileged`); in place of the kernel's log such a container has
 * /dev/null, because programs that need none of its content (kubelet) end when it can't be opened.
 */
export function isolateDevices(
  given: readonly unknown[],
  privileged: boolean,
  sources: ReadonlyMap<string, string>,
): IsolatedDevices {
  const result: IsolatedDevices = { devices: [], mounts: [], opened: [] };
  for (const one of given) {
    const device = deviceSchema.parse(one);
    const { type, major = -1, minor = -1 } = device;
    const known = deviceOf(one, privileged);
    if (known === null) {
      if (!privileged)
        refuse(
          `the device ${device.path} (${type} ${major}:${minor}) is not one a protected container may have`,
        );
      continue;
    }
    result.opened.push({ type, major: known.major, minor: known.minor });
    const source = sources.get(known.name);
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

/** The machine's names of the devices among `given` that get a file of the container's own. */
export function ownFileNames(given: readonly unknown[], privileged: boolean): Set<string> {
  const names = given.map((one) => {
    const known = deviceOf(one, privileged);
    return known === null || (isCreatedByRunc(known) && deviceSchema.parse(one).path === known.name)
      ? null
      : known.name;
  });
  return new Set(names.filter((name) => name !== null));
}

/** What runc puts into every container by itself, over whatever is mounted there. */
function isCreatedByRunc(device: HarmlessDevice): boolean {
  return device.major === 1;
}

function deviceOf(given: unknown, privileged: boolean): HarmlessDevice | null {
  const { type, major, minor } = deviceSchema.parse(given);
  if (type !== 'c') return null;
  if (privileged && major === kernelLog.major && minor === kernelLog.minor) return harmlessDevices[0];
  return harmlessDevices.find((one) => one.major === major && one.minor === minor) ?? null;
}
