import type { EngineDriver } from '../../apply/driver.ts';
import { atFirstUse } from '../../base/at-first-use.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { engineStatus } from './embedded-status.ts';

export interface EmbeddedDriverOptions {
  /** Absolute path of the launcher, for the supervisor it starts. */
  readonly bulkheadCommand: string;
}

/** It always takes its configuration by a reload, unless `restartReason` returns a reason against it. */
export type EmbeddedDriver = EngineDriver & Required<Pick<EngineDriver, 'reload' | 'restartReason'>>;

/**
 * Drives the engine under `paths.root` from outside its supervisor: through its control socket. A killed
 * supervisor, or one of an earlier version, which has no socket, is found by the state file and its process.
 * Start, stop, restart and reload need root.
 */
export function createEmbeddedDriver(paths: RootPaths, options: EmbeddedDriverOptions): EmbeddedDriver {
  const operations = atFirstUse(async () =>
    (await import('./operations.ts')).embeddedOperations(paths, options.bulkheadCommand),
  );
  return {
    kind: 'embedded',
    paths,
    status: () => engineStatus(paths),
    start: async (call) => (await operations()).start(call),
    stop: async (call) => (await operations()).stop(call),
    restart: async (call) => (await operations()).restart(call),
    reload: async (call) => (await operations()).reload(call),
    restartReason: async (desired, text) => (await operations()).restartReason(desired, text),
    checkConfig: async (desired) => (await operations()).checkConfig(desired),
    log: async (lines) => (await operations()).log(lines),
  };
}
