import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AppError, Result } from '../../../shared/result.ts';
import { exists, writeFileAtomic } from '../../base/files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { launchConfig, type RegisteredRuntime } from '../../daemon-json/launch-config.ts';

/**
 * The configuration file with which dockerd is started: its configuration in force, unless it refused a
 * reload.
 */
export const launchedConfigFile = (paths: RootPaths): string => path.join(paths.run, 'daemon.json');

/** Its text; null where there is none, or this user may not read it. */
export const readLaunchedConfig = (paths: RootPaths): Promise<string | null> =>
  readFile(launchedConfigFile(paths), 'utf8').catch(() => null);

/** The new configuration from daemon.json on disk, which `reconcileEngineConfig` has checked. */
export async function launchConfigOnDisk(
  paths: RootPaths,
  runtime: RegisteredRuntime | null,
): Promise<string> {
  return launchConfig(await readFile(paths.daemonJson, 'utf8').catch(() => null), runtime);
}

/** Writes it, as readable as daemon.json: it may contain credentials of a proxy. */
export async function writeLaunchedConfig(paths: RootPaths, text: string): Promise<Result<void, AppError>> {
  const mode = await stat(paths.daemonJson).then(
    (info) => info.mode & 0o777,
    () => 0o644,
  );
  return writeFileAtomic(launchedConfigFile(paths), text, { mode, code: 'engine.start-failed' });
}

/**
 * Whether the engine is in swarm mode, in which dockerd refuses live-restore; without live-restore, an
 * address pool makes it delete the machine's docker0.
 */
export const isInSwarm = (paths: RootPaths): Promise<boolean> =>
  exists(path.join(paths.data, 'swarm/docker-state.json'));
