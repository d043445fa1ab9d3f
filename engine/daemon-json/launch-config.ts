import { isDeepStrictEqual } from 'node:util';

/** The isolation runtime as the engine registers it. `path` is absolute. */
export interface RegisteredRuntime {
  readonly name: string;
  readonly path: string;
}

/** The engine's own default. */
export const plainRuntime = 'runc';

/**
 * Keys that dockerd takes by a reload when they are set (moby: daemon/reload.go). It ignores the removal of a
 * key, and every other change: storage, networks, logging, proxies, cgroups, builder and the like.
 */
const reloadableKeys: ReadonlySet<string> = new Set([
  'allow-nondistributable-artifacts',
  'authorization-plugins',
  'debug',
  'default-runtime',
  'features',
  'insecure-registries',
  'labels',
  'live-restore',
  'max-concurrent-downloads',
  'max-concurrent-uploads',
  'max-download-attempts',
  'registry-mirrors',
  'runtimes',
  'shutdown-timeout',
]);

type Config = Readonly<Record<string, unknown>>;

/**
 * The configuration with which dockerd of an embedded engine is started, and which it reloads: daemon.json of
 * the engine's directory (`text`; null: there is none), plus keys that are set whether ECI is on or off,
 * since dockerd keeps the value of a key that is missing in a reload: the isolation runtime (`runtime`; null:
 * none is available), a default runtime, and live-restore. `text` is one that `planEngineConfig` accepts.
 */
export function launchConfig(text: string | null, runtime: RegisteredRuntime | null): string {
  const config = parseConfig(text);
  const registered = isObject(config['runtimes']) ? config['runtimes'] : {};
  const launched = {
    'default-runtime': plainRuntime,
    'live-restore': false,
    ...config,
    runtimes: { ...registered, ...(runtime === null ? {} : { [runtime.name]: { path: runtime.path } }) },
  };
  return `${JSON.stringify(launched, null, 2)}\n`;
}

/**
 * The configuration of the start itself: with live-restore, `launched` is reloaded once dockerd responds.
 * Without it, dockerd with an address pool deletes `docker0` at its start (moby: daemon_unix.go,
 * `removeDefaultBridgeInterface`), which is the network of the machine's own engine. Containers that outlived
 * a killed dockerd keep running under the next one.
 */
export function startConfig(launched: string): string {
  return `${JSON.stringify({ ...parseConfig(launched), 'live-restore': true }, null, 2)}\n`;
}

/** The default runtime that a launched configuration names. */
export function defaultRuntimeOf(launched: string): string {
  const named = parseConfig(launched)['default-runtime'];
  return typeof named === 'string' && named !== '' ? named : plainRuntime;
}

/**
 * The keys in which `next` differs from the configuration in force, and which dockerd reads only at its
 * start. Both are launched configurations.
 */
export function restartKeys(inForce: string, next: string): string[] {
  const [before, after] = [parseConfig(inForce), parseConfig(next)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) =>
      !isDeepStrictEqual(before[key], after[key]) && !(reloadableKeys.has(key) && Object.hasOwn(after, key)),
  );
}

function parseConfig(text: string | null): Config {
  const body = (text ?? '').replace(/^\uFEFF/, '');
  const parsed: unknown = body.trim() === '' ? {} : JSON.parse(body);
  return isObject(parsed) ? parsed : {};
}

const isObject = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
