import { JsonNumber, foldKey, isList, isObject, type Json, type JsonObject } from './json.ts';

/**
 * Shapes of request bodies: what is not in a shape is refused. `null` stands for "absent" everywhere, as in
 * Go.
 */
export type Shape =
  | 'string'
  | 'boolean'
  | 'integer'
  /** A string, or a list of strings (Go's strslice: Cmd, Entrypoint, Shell). */
  | 'words'
  | { readonly list: Shape }
  | { readonly map: Shape }
  /**
   * Fields with their exact names; `ignored` ones are known not to reach the engine's model and are left
   * away.
   */
  | { readonly fields: Readonly<Record<string, Shape>>; readonly ignored?: readonly string[] };

export interface ShapeProblem {
  /** Where, dotted: 'HostConfig.Mounts[0].Type'. */
  readonly path: string;
  readonly why: 'unknown-field' | 'case-variant' | 'wrong-type';
  /** For a case variant: how the API spells it. For a wrong type: what is expected. */
  readonly expected: string;
}
export type ShapeResult =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: ShapeProblem };

/**
 * Checks a value and returns it without ignored fields and without unknown ones that hold nothing (null, "",
 * [], {}).
 */
export function checkShape(value: Json, shape: Shape, path = ''): ShapeResult {
  const result = check(value, shape);
  return result.ok
    ? result
    : { ok: false, problem: { ...result.problem, path: joined(path, result.problem.path) || 'the body' } };
}

/** Where a problem is gets its name on the way out: what has none costs nothing. */
function inside(part: string, { problem }: Extract<ShapeResult, { ok: false }>): ShapeResult {
  return { ok: false, problem: { ...problem, path: joined(part, problem.path) } };
}
const joined = (outer: string, inner: string): string =>
  outer === '' || inner === '' || inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`;

function check(value: Json, shape: Shape): ShapeResult {
  if (value === null) return { ok: true, value };
  if (typeof shape === 'string') return scalar(value, shape);
  if ('list' in shape) {
    if (!isList(value)) return wrong('a list');
    // What loses nothing stays as it is: a copy of 65,535 ports is 20 MB.
    let list: Json[] | null = null;
    for (const [index, entry] of value.entries()) {
      // In Go a null in a list is an empty element; no client sends one.
      const result = entry === null ? wrong('not null') : check(entry, shape.list);
      if (!result.ok) return inside(`[${index}]`, result);
      if (result.value !== entry) list ??= value.slice(0, index);
      list?.push(result.value);
    }
    return { ok: true, value: list ?? value };
  }
  if (!isObject(value)) return wrong('an object');
  if ('map' in shape) {
    let changed: Map<string, Json> | null = null;
    for (const [key, entry] of value) {
      const result = check(entry, shape.map);
      if (!result.ok) return inside(key, result);
      if (result.value !== entry) (changed ??= new Map(value)).set(key, result.value);
    }
    return { ok: true, value: changed ?? value };
  }
  let changed: Map<string, Json> | null = null;
  for (const [key, entry] of value) {
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined) {
      const spelled =
        shape.ignored?.includes(key) === true ? undefined : spellings(shape.fields).get(foldKey(key));
      // Clients send fields of other API versions that were never set (Go without omitempty, dockerode's
      // VolumesFrom: []).
      if (shape.ignored?.includes(key) === true || (spelled === undefined && isEmpty(entry))) {
        (changed ??= new Map(value)).delete(key);
        continue;
      }
      return {
        ok: false,
        problem: {
          path: key,
          why: spelled === undefined ? 'unknown-field' : 'case-variant',
          expected: spelled ?? '',
        },
      };
    }
    const result = check(entry, field);
    if (!result.ok) return inside(key, result);
    if (result.value !== entry) (changed ??= new Map(value)).set(key, result.value);
  }
  return { ok: true, value: changed ?? value };
}

type Fields = Readonly<Record<string, Shape>>;
const known = new WeakMap<Fields, ReadonlyMap<string, string>>();

/** The names of a shape's fields by what Go makes of them. */
function spellings(fields: Fields): ReadonlyMap<string, string> {
  const found = known.get(fields) ?? new Map(Object.keys(fields).map((name) => [foldKey(name), name]));
  known.set(fields, found);
  return found;
}

function isEmpty(value: Json): boolean {
  return (
    value === null ||
    value === '' ||
    (isList(value) && value.length === 0) ||
    (isObject(value) && value.size === 0)
  );
}

function scalar(value: Json, shape: 'string' | 'boolean' | 'integer' | 'words'): ShapeResult {
  switch (shape) {
    case 'string':
      return typeof value === 'string' ? { ok: true, value } : wrong('a string');
    case 'boolean':
      return typeof value === 'boolean' ? { ok: true, value } : wrong('true or false');
    case 'integer':
      return value instanceof JsonNumber && /^-?[0-9]+$/.test(value.text)
        ? { ok: true, value }
        : wrong('a whole number');
    case 'words':
      return typeof value === 'string' ? { ok: true, value } : check(value, { list: 'string' });
  }
}

function wrong(expected: string): Extract<ShapeResult, { ok: false }> {
  return { ok: false, problem: { path: '', why: 'wrong-type', expected } };
}

// Reading checked values. A checked shape guarantees the type; null and absent are the same.

export function textAt(object: JsonObject, key: string): string {
  const value = object.get(key);
  return typeof value === 'string' ? value : '';
}
export function listAt(object: JsonObject, key: string): readonly Json[] {
  const value = object.get(key);
  return isList(value) ? value : [];
}
export function textsAt(object: JsonObject, key: string): readonly string[] {
  return listAt(object, key).filter((entry) => typeof entry === 'string');
}
const nothing: JsonObject = new Map();
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object.get(key);
  return isObject(value) ? value : nothing;
}
/** A map of strings. */
export function textMapAt(object: JsonObject, key: string): ReadonlyMap<string, string> {
  return new Map(
    [...objectAt(object, key)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );
}
