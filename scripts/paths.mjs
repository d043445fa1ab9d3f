// Paths in this repository, and the Node that runs its programs.
import { realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const at = (...names) => path.join(repository, ...names);

/** The pinned Node of the npm package `node`: runs TypeScript directly, whatever Node the machine has. */
export const pinnedNode = at(
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

const ownCache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'bulkhead');
const machineCache = '/var/cache/bulkhead';
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/**
 * Where files are stored that outlive a clone and `npm ci`, such as a downloaded Electron runtime. What root
 * installs is for every user of the machine.
 */
export const cache = isRoot && process.env.XDG_CACHE_HOME === undefined ? machineCache : ownCache;

/** Where they are looked up, in order. Root runs nothing from a directory that is not root's. */
export const caches = [...new Set(isRoot ? [cache] : [ownCache, machineCache])];

/** Stamps that make a second run fast; removed with node_modules. */
export const stamps = at('node_modules', '.cache', 'bulkhead');

export const artifacts = at('artifacts');

/** The launcher of our own command line. */
export const bulkheadCommand = at('bin', 'bulkhead');

/** The root of the engine that `npm start` opens. */
export const engineRoot = path.resolve(process.env.BULKHEAD_ROOT ?? '/var/lib/bulkhead');

/** True for the module that `node` was started with, false if another one imports it. */
export function isProgram(moduleUrl) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}
