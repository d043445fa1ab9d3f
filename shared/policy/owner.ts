import { deny, type Denial } from './decision.ts';
import type { SettingPointer } from '../rules/index.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { message, type Message } from '../messages/message.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';

/**
 * Says through which mounted socket something was made. Only the gateway sets it, so that it can be relied
 * on.
 */
export const ownerLabel = 'io.bulkhead.socket-mount';

/**
 * The refusal of a label of the client's own that claims somebody made it, in the body of a container, volume
 * or network to be created. `owner` is who may say so of themselves; null: nobody.
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

/** The body with the label; `value` '' takes away what the image says. */
export function withOwnerLabel(body: JsonObject, value: string): JsonObject {
  return new Map(body).set('Labels', new Map(objectAt(body, 'Labels')).set(ownerLabel, value));
}

/** The body with the label on every volume that its `Mounts` may bring into being. */
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
 * The body with the containers of its links by their ids, as far as `ids` has them: a name may mean another
 * one a moment later.
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

/**
 * The `filters` parameter, narrowed to what `owner` made; null when it is not one that the engine would read.
 */
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

/** What is refused altogether through a socket that shows only what is its own. */
export function notOwnDenial(what: string | Message, setting: SettingPointer): Denial {
  return deny('not-own', what, { setting });
}
