import { hostConfigKeys } from './docker-bodies.ts';
import { foldKey, isObject, type Json, type JsonObject } from './json.ts';
import { isZero } from './shape.ts';

/** Fields that engines before v27 read at the top level if `HostConfig` does not set them. */
const merged: ReadonlyMap<string, string> = new Map([
  ...['CpuShares', 'CpusetCpus', 'Memory', 'MemorySwap', 'VolumeDriver'].map((name): [string, string] => [
    foldKey(name),
    name,
  ]),
  // The former name of CpusetCpus.
  [foldKey('Cpuset'), 'CpusetCpus'],
]);
// No field of `ContainerConfig` has such a name.
const hostKeys = new Set([...hostConfigKeys, 'Cpuset'].map(foldKey));

/**
 * A create body with the top-level fields of `HostConfig` moved to where they take effect. Engines before v27
 * use them all if there is no `HostConfig`, and a few in addition to one; the others are ignored, as later
 * engines ignore all. Moved fields are decided like any other `HostConfig`.
 */
export function liftHostConfig(body: JsonObject): JsonObject {
  const rest = new Map<string, Json>();
  const lifted = new Map<string, Json>();
  for (const [key, value] of body) (hostKeys.has(foldKey(key)) ? lifted : rest).set(key, value);
  if (lifted.size === 0) return body;
  const hostKey = [...rest.keys()].find((key) => foldKey(key) === foldKey('HostConfig')) ?? 'HostConfig';
  const host = rest.get(hostKey) ?? null;
  if (host === null) return rest.set(hostKey, withFormerNames(lifted));
  // Refused for what it is.
  if (!isObject(host)) return body;
  const written = new Map(host);
  for (const [key, value] of lifted) {
    const name = merged.get(foldKey(key));
    if (name === undefined || isZero(value)) continue;
    const own = [...written].filter(([other]) => foldKey(other) === foldKey(name));
    if (own.some(([, present]) => !isZero(present))) continue;
    for (const [other] of own) written.delete(other);
    written.set(name, value);
  }
  return rest.set(hostKey, written);
}

/** The fields of a `HostConfig`, with `Cpuset` as the CpusetCpus that it is at the top level. */
function withFormerNames(host: JsonObject): JsonObject {
  const cpuset = [...host].find(([key]) => foldKey(key) === foldKey('Cpuset'));
  if (cpuset === undefined) return host;
  const written = new Map(host);
  written.delete(cpuset[0]);
  if (![...written].some(([key, value]) => foldKey(key) === foldKey('CpusetCpus') && !isZero(value)))
    written.set('CpusetCpus', cpuset[1]);
  return written;
}
