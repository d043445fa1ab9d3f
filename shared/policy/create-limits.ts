import { deny, type Denial } from './decision.ts';
import { isObject, type JsonObject } from './json.ts';
import { listAt, objectAt, textsAt } from './shape.ts';
import { message } from '../messages/message.ts';
import { parseVolumesFrom, type ContainerReference } from './references.ts';

/**
 * Maximum number of references in one create request: each mount, network and link is looked up, usually on
 * disk or in the engine. A kernel allows 100,000 mounts; no client uses even a hundredth.
 */
export const maxReferences = 1024;

/**
 * The refusal of a create request that has more mounts, networks and links than can be looked up for one
 * client.
 */
export function referencesDenial(body: JsonObject): Denial | null {
  const host = objectAt(body, 'HostConfig');
  const endpoints = objectAt(objectAt(body, 'NetworkingConfig'), 'EndpointsConfig');
  let count = endpoints.size;
  for (const key of ['Binds', 'Mounts', 'VolumesFrom', 'Links']) count += listAt(host, key).length;
  for (const endpoint of endpoints.values())
    count += isObject(endpoint) ? listAt(endpoint, 'Links').length : 0;
  return count > maxReferences ? tooMany(count) : null;
}

/**
 * As above for what comes with the `VolumesFrom` of a request's `HostConfig`, for each occurrence of a
 * container.
 */
export function inheritedDenial(
  host: JsonObject,
  containers: ReadonlyMap<string, ContainerReference | null>,
): Denial | null {
  let count = 0;
  for (const text of textsAt(host, 'VolumesFrom'))
    count += containers.get(parseVolumesFrom(text)?.container ?? '')?.mounts.length ?? 0;
  return count > maxReferences ? tooMany(count) : null;
}

const tooMany = (count: number): Denial =>
  deny('unmodelled-value', message('policy.too-many-container-parts', { count }), {
    detail: message('policy.examination-limit', { most: maxReferences }),
  });
