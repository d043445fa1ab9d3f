import { deviceNumber } from './device-number.ts';

/**
 * Character devices that the engine gives every container, and that reach nothing of the machine. `name`: of
 * the machine's file.
 */
export const defaultDevices = [
  { name: '/dev/null', major: 1, minor: 3 },
  { name: '/dev/zero', major: 1, minor: 5 },
  { name: '/dev/full', major: 1, minor: 7 },
  { name: '/dev/random', major: 1, minor: 8 },
  { name: '/dev/urandom', major: 1, minor: 9 },
] as const;

/** The default device whose file has that name. Whether the file is that device is not known. */
export const defaultDeviceAt = (file: string): (typeof defaultDevices)[number] | null =>
  defaultDevices.find(({ name }) => name === file) ?? null;

/**
 * Whether a file is the default device of its name; `characterDevice`: its `st_rdev`, null if it is no
 * character device.
 */
export function isDefaultDevice(file: string, characterDevice: bigint | null): boolean {
  const device = defaultDeviceAt(file);
  if (device === null || characterDevice === null) return false;
  const { major, minor } = deviceNumber(characterDevice);
  return major === device.major && minor === device.minor;
}
