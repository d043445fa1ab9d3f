import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { harmlessDevices } from './devices.ts';

/**
 * Makes device files of our own, root's and with the mode the machine's have: id-mapped they belong to a
 * container's root as on a stock engine. The machine's own can't be id-mapped, and where it gives them to
 * root alone, nobody in a container could open them. Returns the files by the machine's names; none where the
 * file system of `directory` takes no devices (`nodev`), so that the machine's own stand in.
 */
export function makeDeviceNodes(directory: string, log: (line: string) => void): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const { name, major, minor } of harmlessDevices) {
      const mode = modeOf(name);
      if (mode === null) continue;
      const node = path.join(directory, path.basename(name));
      if (!isNode(node, major, minor)) {
        rmSync(node, { force: true });
        const made = spawnSync('mknod', [node, 'c', String(major), String(minor)], { encoding: 'utf8' });
        if (made.status !== 0) throw new Error(made.error?.message ?? made.stderr.trim());
      }
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
    return null; // the machine has none
  }
}

function isNode(file: string, major: number, minor: number): boolean {
  try {
    const stat = lstatSync(file);
    // Small numbers: the kernel's encoding is major * 256 + minor.
    return stat.isCharacterDevice() && stat.rdev === major * 256 + minor;
  } catch {
    return false;
  }
}
