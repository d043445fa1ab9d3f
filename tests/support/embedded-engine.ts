import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { existsSync } from 'node:fs';
import { createEmbeddedDriver } from '../../engine/targets/embedded/driver.ts';
import type { EngineDriver } from '../../engine/apply/driver.ts';
import { readEngineState, type EngineState } from '../../engine/targets/embedded/engine-state.ts';
import { rootPaths, type RootPaths } from '../../engine/base/root-paths.ts';
import { preferEngine } from './engine-priority.ts';
import { docker, importBusybox, removeEngineRoot } from './real-engine.ts';

/** The built launcher. Build first: these tests use the shipped bundle. */
export const bulkhead = path.resolve(import.meta.dirname, '../../bin/bulkhead');

/**
 * A root of its own for a whole embedded engine (supervisor, dockerd, gateway, planner); nothing is started.
 */
export interface EmbeddedEngine {
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  /** Starts it, or throws with the reason. */
  start(): Promise<void>;
  /** `docker …` through the gateway. */
  docker(...args: string[]): Promise<string>;
  /** Imports busybox through the engine's own socket, without the gateway. */
  busybox(): Promise<void>;
  state(): Promise<EngineState>;
  /** Stops it and deletes its root, whatever state it is in. */
  dispose(): Promise<void>;
}

/** Starts it, and gives its dockerd precedence over other processes; throws with the reason. */
export async function startEngine(driver: EngineDriver): Promise<void> {
  const started = await driver.start();
  if (!started.ok) throw new Error(`${started.error.message}: ${started.error.reason ?? ''}`);
  const { dockerdPid } = started.value;
  if (dockerdPid !== null) await preferEngine(dockerdPid);
}

export async function embeddedEngine(): Promise<EmbeddedEngine> {
  if (!existsSync(path.resolve(bulkhead, '../../dist/cli/main.cjs')))
    throw new Error('not built: run npm run build first');
  const root = await mkdtemp('/tmp/bh-');
  const paths = rootPaths(root);
  const driver = createEmbeddedDriver(paths, { bulkheadCommand: bulkhead });
  return {
    paths,
    driver,
    start: () => startEngine(driver),
    docker: (...args) => docker(paths.clientSocket, ...args),
    busybox: () => importBusybox(paths.engineSocket),
    state: async () => {
      const state = await readEngineState(paths);
      if (state === null) throw new Error('no state file');
      return state;
    },
    dispose: async () => {
      const stopped = await driver.stop();
      if (!stopped.ok) throw new Error(`${stopped.error.message}: ${stopped.error.reason ?? ''}`);
      await removeEngineRoot(root);
    },
  };
}
