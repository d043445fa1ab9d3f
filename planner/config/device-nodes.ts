import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, lstatSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { deviceNumber } from '../../shared/isolation/device-number.ts';
import { harmlessDevices, type DeviceFile } from './devices.ts';

/**
 * Makes our own device files, owned by root and with the modes of the machine's: id-mapped, they belong to
 * the container's root as on a stock engine. The machine's own files cannot be id-mapped, and if only root
 * may open them, nobody in a container could. Returns the files by the machine's names; none if the file
 * system of `directory` does not allow devices (`nodev`), so that the machine's files are used.
 */
export function makeDeviceNodes(directory: string, log: (line: string) => void): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const { name, major, minor } of harmlessDevices) {
      const mode = modeOf(name);
      if (mode === null) continue;
      const node = path.join(directory, path.basename(name));
      makeNode(node, { type: 'c', major, minor });
      chmodSync(node, mode);
      nodes.set(name, node);
    }
    const some = nodes.get('/dev/null');
    if (some !== undefined) closeSync(openSync(some, 'r'));
    return nodes;
  } catch (error) {
    log(
      `device files can't be made below ${directory} ` +
        `(${error instanceof Error ? error.message : String(error)}): containers get the machine's own, ` +
        'which belong to nobody in them',
    );
    return new Map();
  }
}

function modeOf(name: string): number | null {
  try {
    return statSync(name).mode & 0o777;
  } catch {
    return null; // the machine has no such device
  }
}

/**
 * Makes a file for a granted device, with the mode and owner of the machine's file. All containers with the
 * device share it. Returns its path; throws if the file system does not allow devices.
 */
export function makeGrantedNode(directory: string, file: DeviceFile): string {
  const node = path.join(directory, file.name);
  makeNode(node, file);
  // Only root may open it until the mode is set.
  chmodSync(node, 0);
  chownSync(node, file.uid, file.gid);
  chmodSync(node, file.mode);
  return node;
}

/** Ensures that `node` is a file of that device. */
function makeNode(node: string, device: Pick<DeviceFile, 'type' | 'major' | 'minor'>): void {
  if (isNode(node, device)) return;
  rmSync(node, { force: true });
  const args = ['-m', '0', node, device.type, String(device.major), String(device.minor)];
  const made = spawnSync('mknod', args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.error?.message ?? made.stderr.trim());
}

function isNode(file: string, { type, major, minor }: Pick<DeviceFile, 'type' | 'major' | 'minor'>): boolean {
  try {
    const stat = lstatSync(file, { bigint: true });
    const found = deviceNumber(stat.rdev);
    return (
      (type === 'c' ? stat.isCharacterDevice() : stat.isBlockDevice()) &&
      found.major === major &&
      found.minor === minor
    );
  } catch {
    return false;
  }
}
