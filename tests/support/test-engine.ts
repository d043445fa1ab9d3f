import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Which Docker Engine, clients and image store engine tests run with, where not this machine's own:
 *
 * - BULKHEAD_TEST_ENGINE: a directory with dockerd, containerd and runc in `usr/bin` and `usr/sbin`, as their
 *   packages unpack to (scripts/newer-engine.mjs);
 * - BULKHEAD_TEST_CLIENT: likewise with `docker`, and plugins in `usr/libexec/docker/cli-plugins`;
 * - BULKHEAD_TEST_STORE=containerd: containerd's image store, in engines whose test chooses none.
 */
const {
  BULKHEAD_TEST_ENGINE: engine,
  BULKHEAD_TEST_CLIENT: client,
  BULKHEAD_TEST_STORE: store,
} = process.env;

const plugins = (directory: string): string => path.join(directory, 'usr/libexec/docker/cli-plugins');

/** Directories of programs that precede the machine's own in PATH. */
export const programDirectories: readonly string[] = [client, engine]
  .filter((directory) => directory !== undefined)
  .flatMap((directory) => [path.join(directory, 'usr/sbin'), path.join(directory, 'usr/bin')]);

/** Whether another engine than the machine's own was requested. */
export const isChosen = [engine, client, store].some((value) => value !== undefined);

/** Whether engines whose test chooses no store have containerd's. */
export const isContainerdStore = store === 'containerd';

/** Whether the engine is this version or a later one. */
export async function isEngineAtLeast(major: number, minor = 0): Promise<boolean> {
  const dockerd = path.join(engine ?? '/', 'usr/sbin/dockerd');
  const { stdout } = await promisify(execFile)(dockerd, ['--version']);
  const [itsMajor = 0, itsMinor = 0] = (/\d+\.\d+/.exec(stdout)?.[0] ?? '').split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

/** The engine's own runc. */
export const runcPath = path.join(engine ?? '/', 'usr/sbin/runc');

/** Where the plugins of `docker` are. */
export const pluginDirectory = plugins(client ?? '/');

/** Has `docker` with the configuration directory `config` use those plugins. */
export function linkPlugins(config: string): void {
  const link = path.join(config, 'cli-plugins');
  if (client === undefined || existsSync(link)) return;
  mkdirSync(config, { recursive: true });
  symlinkSync(pluginDirectory, link);
}

/** An engine's daemon.json with the requested store. */
export function withImageStore(
  daemonJson: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!isContainerdStore || daemonJson['storage-driver'] !== undefined) return daemonJson;
  const { features } = daemonJson;
  return {
    ...daemonJson,
    features: { ...(typeof features === 'object' ? features : {}), 'containerd-snapshotter': true },
  };
}
