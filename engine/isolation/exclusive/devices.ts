import * as z from 'zod';
import type { OciMount } from './bundle.ts';
import { refuse } from './options.ts';

const deviceSchema = z.looseObject({ path: z.string(), type: z.string(), major: z.number().optional(), minor: z.number().optional() });

/** Devices that act within the opener's own namespaces, and that every user may open: by type and numbers, the machine's name of each. */
const harmless = new Map([
  ['c 1:3', '/dev/null'], ['c 1:5', '/dev/zero'], ['c 1:7', '/dev/full'], ['c 1:8', '/dev/random'], ['c 1:9', '/dev/urandom'],
  ['c 10:200', '/dev/net/tun'], ['c 10:229', '/dev/fuse'],
]);

export interface IsolatedDevices {
  readonly devices: z.infer<typeof deviceSchema>[];
  /** In place of devices that have another name inside. */
  readonly mounts: OciMount[];
  /** Type and numbers of both: what a privileged container may open beyond the engine's defaults. */
  readonly opened: { readonly type: string; readonly major: number; readonly minor: number }[];
}

/**
 * Devices for a container in a user namespace (A5). runc can't make them there: it binds the machine's file *of the device's path inside*,
 * whatever its numbers are. So a device by another name would be another file of the machine; such a one becomes a bind of the right one.
 * Others than the harmless ones are refused, and left away where the engine gave all devices (`privileged`).
 */
export function isolateDevices(given: readonly unknown[], privileged: boolean): IsolatedDevices {
  const result: IsolatedDevices = { devices: [], mounts: [], opened: [] };
  for (const one of given) {
    const device = deviceSchema.parse(one);
    const { type, major = -1, minor = -1 } = device;
    const name = harmless.get(`${type} ${major}:${minor}`);
    if (name === undefined) {
      if (!privileged) refuse(`the device ${device.path} (${type} ${major}:${minor}) is not one a protected container may have`);
      continue;
    }
    result.opened.push({ type, major, minor });
    if (device.path === name) result.devices.push(device);
    else result.mounts.push({ destination: device.path, type: 'bind', source: name, options: ['bind', 'nosuid', 'noexec'] });
  }
  return result;
}
