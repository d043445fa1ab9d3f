// Where things are in this repository, and the Node that runs them.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const at = (...names) => path.join(repository, ...names);

/** The pinned Node of the npm package `node`: runs TypeScript as it is, whatever Node the machine has. */
export const pinnedNode = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Files that outlive a clone and `npm ci`, such as a downloaded Electron runtime. */
export const userCache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'bulkhead');

/** Stamps that make a second run quick; gone with node_modules. */
export const stamps = at('node_modules', '.cache', 'bulkhead');

export const artifacts = at('artifacts');

/** The launcher of our own command line. */
export const bulkheadCommand = at('bin', 'bulkhead');

/** The root of the engine that `npm start` opens. */
export const engineRoot = path.resolve(process.env.BULKHEAD_ROOT ?? '/var/lib/bulkhead');

/** True for the module that `node` was started with, false where another one imports it. */
export function isProgram(moduleUrl) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}

/**
 * Runs `script` again under the pinned Node when another Node runs it now, with `extra` after this program's own arguments.
 * Resolves true where it did: the caller returns then, and the exit code is already set. Signals are passed on, so the
 * second process may get one twice.
 */
export async function handedToPinnedNode(script, extra = []) {
  if (!existsSync(pinnedNode) || realpathSync(process.execPath) === realpathSync(pinnedNode)) return false;
  const child = spawn(pinnedNode, [script, ...process.argv.slice(2), ...extra], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pass = (signal) => { child.kill(signal); };
  for (const signal of signals) process.on(signal, pass);
  process.exitCode = await new Promise((resolve) => {
    child.once('error', () => { resolve(1); }).once('exit', (code, signal) => { resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)); });
  });
  for (const signal of signals) process.off(signal, pass);
  return true;
}
