import { isList, isObject, type Json, type JsonObject } from './json.ts';

/** Fields whose parts mean something only together. */
const whole = new Set(['LogConfig', 'RestartPolicy', 'Healthcheck']);

/**
 * Splits a create body into bodies that ask for one thing each (one bind, one namespace mode, one device), so that every one of them can be
 * decided on its own and all findings be told, not only the first. Each has the image and, so that it says nothing about the runtime, the
 * isolation runtime; the first one has the client's runtime and nothing else.
 */
export function splitCreateBody(body: JsonObject, runtime: string): JsonObject[] {
  const image: [string, Json][] = body.has('Image') ? [['Image', body.get('Image') ?? null]] : [];
  const host = body.get('HostConfig');
  const own: JsonObject = isObject(host) ? host : new Map<string, Json>();
  const withHost = (entries: readonly [string, Json][], more: readonly [string, Json][] = []): JsonObject => new Map<string, Json>([...image, ...more, ['HostConfig', new Map<string, Json>(entries)]]);
  const isolated: [string, Json] = ['Runtime', runtime];

  const asked = own.get('Runtime');
  const parts = [withHost(asked === undefined ? [] : [['Runtime', asked]])];
  for (const [key, value] of own) {
    if (key === 'Runtime') continue;
    for (const part of partsOf(key, value)) parts.push(withHost([isolated, [key, part]]));
  }
  for (const [key, value] of body) {
    if (key === 'Image' || key === 'HostConfig') continue;
    for (const part of partsOf(key, value)) parts.push(withHost([isolated], [[key, part]]));
  }
  return parts;
}

function partsOf(key: string, value: Json): Json[] {
  if (whole.has(key)) return [value];
  if (isList(value) && value.length > 1) return value.map((entry) => [entry]);
  if (key === 'NetworkingConfig' && isObject(value)) return [...value].flatMap(([name, part]) => partsOf(name, part).map((one) => new Map([[name, one]])));
  if (isObject(value) && value.size > 1) return [...value].map(([name, part]) => new Map([[name, part]]));
  return [value];
}
