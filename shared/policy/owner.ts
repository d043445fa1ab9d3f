import { deny, type Denial } from './decision.ts';
import type { SettingPointer } from '../rules/index.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { message, type Message } from '../messages/message.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';

/**
 * Identifies the mounted socket through which an object was created. Only the gateway sets it, so that it is
 * reliable.
 */
export const ownerLabel = 'io.bulkhead.socket-mount';

/**
 * The refusal of a client's own label that claims an owner, in the body of a container, volume or network to
 * be created. `owner` is the owner that the client may claim; null: none.
 */
export function ownerLabelDenial(body: JsonObject, owner: string | null): Denial | null {
  const labels = [
    objectAt(body, 'Labels'),
    ...listAt(objectAt(body, 'HostConfig'), 'Mounts').map((mount) =>
      isObject(mount) ? objectAt(objectAt(mount, 'VolumeOptions'), 'Labels') : new Map<string, Json>(),
    ),
  ];
  for (const map of labels) {
    const value = map.get(ownerLabel);
    if (value !== undefined && value !== owner)
      return deny('owner-label', message('policy.the-label', { label: ownerLabel }));
  }
  return null;
}

/** The body with the label; `value` '' overrides the image's label. */
export function withOwnerLabel(body: JsonObject, value: string): JsonObject {
  return new Map(body).set('Labels', new Map(objectAt(body, 'Labels')).set(ownerLabel, value));
}

/** The body with the label on every volume that its `Mounts` may create. */
export function withOwnedMounts(body: JsonObject, owner: string): JsonObject {
  const host = objectAt(body, 'HostConfig');
  const mounts = listAt(host, 'Mounts');
  if (mounts.length === 0) return body;
  const written = mounts.map((mount) => {
    if (!isObject(mount) || textAt(mount, 'Type') !== 'volume') return mount;
    return new Map(mount).set('VolumeOptions', withOwnerLabel(objectAt(mount, 'VolumeOptions'), owner));
  });
  return new Map(body).set('HostConfig', new Map(host).set('Mounts', written));
}

/** Containers that a create body links to: `name:alias`. */
export function linkedContainers(body: JsonObject): string[] {
  const endpoints = [...objectAt(objectAt(body, 'NetworkingConfig'), 'EndpointsConfig').values()];
  const links = [
    ...textsAt(objectAt(body, 'HostConfig'), 'Links'),
    ...endpoints.flatMap((endpoint) => (isObject(endpoint) ? textsAt(endpoint, 'Links') : [])),
  ];
  return links.map((link) => (link.split(':')[0] ?? '').replace(/^\//, ''));
}

/**
 * The body with the containers of its links by their ids, as far as they are in `ids`: a name may refer to
 * another one a moment later.
 */
export function withPinnedLinks(body: JsonObject, ids: ReadonlyMap<string, string>): JsonObject {
  const host = objectAt(body, 'HostConfig');
  const links = textsAt(host, 'Links');
  if (links.length === 0) return body;
  const pinned = links.map((link) => {
    const [name = '', alias] = link.replace(/^\//, '').split(':');
    const id = ids.get(name);
    return id === undefined ? link : `${id}:${alias ?? name}`;
  });
  return new Map(body).set('HostConfig', new Map(host).set('Links', pinned));
}

/** The `filters` parameter, restricted to objects of `owner`; null if the engine would not parse it. */
export function narrowFilters(filters: Json | undefined, owner: string): JsonObject | null {
  const narrowed = new Map<string, Json>();
  if (filters !== undefined && !isObject(filters)) return null;
  for (const [key, values] of filters ?? []) {
    if (Array.isArray(values)) {
      if (!values.every((value) => typeof value === 'string')) return null;
      narrowed.set(key, new Map(values.map((value) => [String(value), true])));
    } else if (isObject(values) && [...values.values()].every((value) => typeof value === 'boolean'))
      narrowed.set(key, values);
    else return null;
  }
  const labels = narrowed.get('label');
  return narrowed.set('label', new Map(isObject(labels) ? labels : []).set(`${ownerLabel}=${owner}`, true));
}

/** What is always refused through a socket with scope `own`. */
export function notOwnDenial(what: string | Message, setting: SettingPointer): Denial {
  return deny('not-own', what, { setting });
}
