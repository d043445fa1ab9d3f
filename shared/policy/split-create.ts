import { mayMount } from './bind-propagation.ts';
import { isList, isObject, writeJson, type Json, type JsonObject } from './json.ts';
import { liftHostConfig } from './top-level-host-config.ts';

/** Fields whose parts are meaningful only together. */
const indivisible = new Set(['LogConfig', 'RestartPolicy', 'Healthcheck']);

/** One part of a create body: its place in the body, its value, and a body that requests nothing else. */
export interface CreatePart {
  readonly field: string;
  readonly value: Json;
  readonly body: JsonObject;
}

/**
 * Splits a create body into bodies that ask for one thing each (one bind, one namespace mode, one device), so
 * that every one of them can be decided on its own and all findings are reported, not only the first. Each
 * has the image, what else decides about the part, and, so that it says nothing about the runtime, the
 * isolation runtime; the first one has the client's runtime and nothing else.
 */
export function splitCreateBody(sent: JsonObject, runtime: string): CreatePart[] {
  const body = liftHostConfig(sent);
  const image: [string, Json][] = body.has('Image') ? [['Image', body.get('Image') ?? null]] : [];
  const host = body.get('HostConfig');
  const own: JsonObject = isObject(host) ? host : new Map<string, Json>();
  const withHost = (entries: readonly [string, Json][], more: readonly [string, Json][] = []): JsonObject =>
    new Map<string, Json>([...image, ...more, ['HostConfig', new Map<string, Json>(entries)]]);
  const isolated: [string, Json] = ['Runtime', runtime];

  const requestedRuntime = own.get('Runtime');
  const parts: CreatePart[] = [
    {
      field: 'HostConfig.Runtime',
      value: requestedRuntime ?? '',
      body: withHost(requestedRuntime === undefined ? [] : [['Runtime', requestedRuntime]]),
    },
  ];
  // The propagation that a mount gets depends on whether the container may mount.
  const mounting: [string, Json][] = mayMount(own) ? [['CapAdd', ['SYS_ADMIN']]] : [];
  for (const [key, value] of own) {
    if (key === 'Runtime') continue;
    const needed = key === 'Binds' || key === 'Mounts' ? mounting : [];
    for (const part of partsOf(key, value)) {
      const requested = withHost([isolated, ...needed, [key, part]]);
      parts.push({ field: `HostConfig.${key}`, value: part, body: requested });
    }
  }
  for (const [key, value] of body) {
    if (key === 'Image' || key === 'HostConfig') continue;
    for (const part of partsOf(key, value))
      parts.push({ field: key, value: part, body: withHost([isolated], [[key, part]]) });
  }
  return parts;
}

function partsOf(key: string, value: Json): Json[] {
  if (indivisible.has(key)) return [value];
  if (isList(value) && value.length > 1) return value.map((entry) => [entry]);
  if (key === 'NetworkingConfig' && isObject(value))
    return [...value].flatMap(([name, part]) => partsOf(name, part).map((one) => new Map([[name, one]])));
  if (isObject(value) && value.size > 1) return [...value].map(([name, part]) => new Map([[name, part]]));
  return [value];
}

/** Fields whose values may be secrets: only the name is shown. */
const named = new Set(['Env', 'Labels']);
/** What the command line sends when nothing was requested. */
const defaults = new Set([
  '""',
  'null',
  'false',
  '0',
  '-1',
  '{}',
  '[]',
  '[null]',
  '"default"',
  '"no"',
  '[0,0]',
]);
const longest = 500;

/** A part's value as text for display: a list's one entry, a map's one pair. Null if it requests nothing. */
export function partText({ field, value }: Pick<CreatePart, 'field' | 'value'>): string | null {
  if (defaults.has(writeJson(value))) return null;
  const one = isList(value) && value.length === 1 ? (value[0] ?? null) : value;
  const text =
    typeof one === 'string'
      ? one
      : isObject(one) &&
          one.size === 1 &&
          !field.includes('Config.Mounts') &&
          !field.includes('Config.Device')
        ? pairText([...one][0])
        : writeJson(one);
  return (named.has(field) ? text.replace(/=.*$/s, '') : text).slice(0, longest);
}

function pairText(pair: readonly [string, Json] | undefined): string {
  if (pair === undefined) return '';
  const [key, value] = pair;
  return defaults.has(writeJson(value))
    ? key
    : `${key}=${typeof value === 'string' ? value : writeJson(value)}`;
}
