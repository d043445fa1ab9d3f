import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type BigIntStats,
} from 'node:fs';
import path from 'node:path';
import { deviceNumber } from '../../shared/isolation/device-number.ts';
import { refuse } from '../base/refuse.ts';
import { harmlessDevices, type DeviceFile } from './devices.ts';

/**
 * Our own files for the devices of containers: id-mapped, they belong to the container's users as on a stock
 * engine. The machine's own files cannot be id-mapped, and if only root may open them, nobody in a container
 * could.
 */
export interface DeviceNodes {
  /**
   * A file for a harmless device, by the machine's name of it: owned by root, with the mode that the
   * machine's file has now. Null if the machine has no such file, or ours can't be made: then the machine's
   * file is used.
   */
  harmless(name: string): string | null;
  /**
   * A file for a granted device, with the mode and owner of the machine's file. Throws if it can't be made.
   */
  granted(file: DeviceFile): string;
}

/** What a device file is made with. */
type NodeProperties = Omit<DeviceFile, 'name'>;

export function openDeviceNodes(directory: string, log: (line: string) => void): DeviceNodes {
  let isUsable = false;
  let logged = '';
  const report = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === logged) return;
    logged = reason;
    log(
      `device files can't be made below ${directory} (${reason}): containers get the machine's own, ` +
        'which belong to nobody in them',
    );
  };
  /** Whether the file system of the directory allows devices (no `nodev`). Asked again until it does. */
  const checkUsable = (): boolean => {
    if (isUsable) return true;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = makeNode(directory, { type: 'c', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0 });
      closeSync(openSync(file, 'r'));
      isUsable = true;
    } catch (error) {
      report(error);
    }
    return isUsable;
  };
  checkUsable();
  return {
    harmless(name) {
      const found = harmlessDevice(name);
      if (found === null || !checkUsable()) return null;
      try {
        return makeNode(directory, found);
      } catch (error) {
        report(error);
        return null;
      }
    },
    granted(file) {
      // None could be created or opened.
      if (!checkUsable()) refuse('planner-refusals.no-device-files', { directory });
      return makeNode(directory, file);
    },
  };
}

/** A harmless device as the machine has it now; null if it has none of that name, or another file there. */
function harmlessDevice(name: string): NodeProperties | null {
  const device = harmlessDevices.find((one) => one.name === name);
  const stat = device === undefined ? null : lstatOf(name);
  if (device === undefined || stat === null) return null;
  const { major, minor } = device;
  if (!isDevice(stat, { type: 'c', major, minor })) return null;
  return { type: 'c', major, minor, mode: Number(stat.mode & 0o777n), uid: 0, gid: 0 };
}

/**
 * Ensures that there is a file with these properties, and returns its path. A file is never changed or
 * removed: a runtime may be about to mount it, and a container keeps the mode that it began with. With other
 * properties the device has another file.
 */
function makeNode(directory: string, properties: NodeProperties): string {
  const { type, major, minor, mode, uid, gid } = properties;
  const node = path.join(directory, `${type}${major}:${minor}-${uid}:${gid}-${mode.toString(8)}`);
  if (isNode(node, properties)) return node;
  const temporary = path.join(directory, 'new');
  rmSync(temporary, { force: true });
  const args = ['-m', '0', temporary, type, String(major), String(minor)];
  const made = spawnSync('mknod', args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.error?.message ?? made.stderr.trim());
  chownSync(temporary, uid, gid);
  chmodSync(temporary, mode);
  renameSync(temporary, node);
  return node;
}

function isNode(file: string, properties: NodeProperties): boolean {
  const stat = lstatOf(file);
  return (
    stat !== null &&
    isDevice(stat, properties) &&
    Number(stat.mode & 0o7777n) === properties.mode &&
    Number(stat.uid) === properties.uid &&
    Number(stat.gid) === properties.gid
  );
}

/** Properties of a file itself, not of where a link leads; null: there is none. */
function lstatOf(file: string): BigIntStats | null {
  try {
    return lstatSync(file, { bigint: true });
  } catch {
    return null;
  }
}

/** Whether it is the file of that device. */
function isDevice(stat: BigIntStats, { type, major, minor }: Pick<DeviceFile, 'type' | 'major' | 'minor'>) {
  const found = deviceNumber(stat.rdev);
  return (
    (type === 'c' ? stat.isCharacterDevice() : stat.isBlockDevice()) &&
    found.major === major &&
    found.minor === minor
  );
}
