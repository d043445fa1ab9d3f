import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { deviceNumber } from '../../shared/isolation/device-number.ts';
import { isInside } from '../../shared/policy/bind-source.ts';
import type { DeviceNode } from '../../shared/policy/create-devices.ts';

/** A device file, by its path without symbolic links. */
export interface DeviceFile extends DeviceNode {
  readonly path: string;
}

/** Maximum number of entries of a device directory: `/dev/snd` has some ten. */
const maxDeviceFiles = 256;
/** Directories below /dev whose files others than root create, or that differ for every process. */
const foreignDirectories = ['/dev/pts', '/dev/shm', '/dev/mqueue', '/dev/fd'];

/**
 * The device files that the engine gives a container for `--device FILE` (clean, absolute): the file itself,
 * or all in the directory. Empty where there are too many.
 */
export async function deviceFilesAt(file: string): Promise<DeviceFile[]> {
  const real = await realpath(file).catch(() => null);
  if (real === null) return [];
  const found = await deviceFile(real);
  if (found !== null) return [found];
  const names = await readdir(real, { recursive: true }).catch(() => []);
  if (names.length > maxDeviceFiles) return [];
  const below = await Promise.all(names.map((name) => deviceFile(path.join(real, name))));
  return below.filter((one) => one !== null);
}

/** The device file at a path (a symbolic link is not followed); null: there is none. */
export async function deviceFile(real: string): Promise<DeviceFile | null> {
  const info = await lstat(real, { bigint: true }).catch(() => null);
  if (info === null || !(info.isBlockDevice() || info.isCharacterDevice())) return null;
  return { path: real, type: info.isBlockDevice() ? 'b' : 'c', ...deviceNumber(info.rdev) };
}

/**
 * Whether there is no such file below /dev. Looks only in directories that everybody can list and only root
 * can change, so the result reveals nothing, and no user can change it meanwhile.
 */
export async function isAbsentDevice(file: string): Promise<boolean> {
  if (!isDevicePath(file)) return false;
  let at = '/';
  for (const part of file.split('/').slice(1)) {
    at = path.join(at, part);
    const info = await lstat(at).catch((error: NodeJS.ErrnoException) => error.code);
    if (info === 'ENOENT') return true;
    if (typeof info !== 'object' || !info.isDirectory()) return false;
    if (info.uid !== 0 || (info.mode & 0o022) !== 0 || (info.mode & 0o005) !== 0o005) return false;
  }
  return false;
}

/**
 * The paths that an entry of `bulkhead.devices` matches now, without symbolic links: `*` and `?` match
 * within one component. An entry may name a link that root made (`/dev/serial/by-id/…`).
 */
export async function listedPaths(entry: string): Promise<ReadonlySet<string>> {
  if (!isDevicePath(entry)) return new Set();
  let paths = ['/dev'];
  for (const part of entry.split('/').slice(2)) {
    const next = await Promise.all(paths.map((one) => matchesIn(one, part)));
    paths = next.flat();
  }
  const real = await Promise.all(paths.map((one) => realpath(one).catch(() => null)));
  return new Set(
    real.filter((one) => one !== null && isTrustedDevicePath(one) && one !== '/dev').map(String),
  );
}

/** Whether an entry is a path below /dev, without `.` and `..`. */
const isDevicePath = (entry: string): boolean =>
  entry.startsWith('/dev/') && entry.split('/').every((part, i) => i === 0 || !/^\.{0,2}$/.test(part));

const isTrustedDevicePath = (file: string): boolean =>
  isInside(file, '/dev') && !foreignDirectories.some((directory) => isInside(file, directory));

/** The expression for a whole pattern: `*` matches any text, `?` one character. */
export function patternMatcher(pattern: string): RegExp {
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('?', '.')
    .replaceAll('*', '.*');
  return new RegExp(`^${expression}$`);
}

async function matchesIn(directory: string, pattern: string): Promise<string[]> {
  const isPlain = !/[*?]/.test(pattern);
  if (!isTrustedDevicePath(directory)) return [];
  if (isPlain) return [path.join(directory, pattern)];
  const matcher = patternMatcher(pattern);
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => matcher.test(name)).map((name) => path.join(directory, name));
}

/**
 * Whether a block device, a partition of it, or the disk it is a partition of holds what is mounted, swapped
 * to, or another device's. A device whose use is unknown counts as in use.
 */
export async function isBlockDeviceInUse({ major, minor }: DeviceNode): Promise<boolean> {
  const used = await usedNumbers();
  const here = await realpath(`/sys/dev/block/${major}:${minor}`).catch(() => null);
  if (here === null) return true;
  const below = (await readdir(here, { withFileTypes: true }))
    .filter((one) => one.isDirectory())
    .map(({ name }) => path.join(here, name));
  // The parent directory of a partition is its disk; that of a disk is no device.
  for (const directory of [here, path.dirname(here), ...below]) {
    const number = await readFile(path.join(directory, 'dev'), 'utf8').catch(() => null);
    if (number === null) continue;
    if (used.has(number.trim())) return true;
    const holders = await readdir(path.join(directory, 'holders')).catch(() => []);
    if (holders.length > 0) return true;
  }
  return false;
}

/** `major:minor` of what is mounted or swapped to, on this machine. */
async function usedNumbers(): Promise<Set<string>> {
  const numbers = new Set<string>();
  const sources = new Set<string>();
  for (const process of ['1', 'self']) {
    for (const line of (await textOf(`/proc/${process}/mountinfo`)).split('\n')) {
      const fields = line.split(' ');
      numbers.add(fields[2] ?? '');
      // Btrfs reports numbers of its own, so the source counts too.
      sources.add(fields[fields.indexOf('-') + 2] ?? '');
    }
  }
  for (const line of (await textOf('/proc/swaps')).split('\n').slice(1))
    sources.add(line.split(' ', 1)[0] ?? '');
  for (const source of sources) {
    const info = source.startsWith('/') ? await stat(source, { bigint: true }).catch(() => null) : null;
    if (info?.isBlockDevice() !== true) continue;
    const { major, minor } = deviceNumber(info.rdev);
    numbers.add(`${major}:${minor}`);
  }
  return numbers;
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
