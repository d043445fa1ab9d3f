import { JsonNumber, foldKey, isList, isObject, type Json, type JsonObject } from './json.ts';

/**
 * Shapes of request bodies: what is not in a shape is refused. `null` stands for "absent" everywhere, as in Go.
 */
export type Shape =
  | 'string' | 'boolean' | 'integer'
  /** A string, or a list of strings (Go's strslice: Cmd, Entrypoint, Shell). */
  | 'words'
  | { readonly list: Shape }
  | { readonly map: Shape }
  /** Fields with their exact names; `ignored` ones are known not to reach the engine's model and are left away. */
  | { readonly fields: Readonly<Record<string, Shape>>; readonly ignored?: readonly string[] };

export interface ShapeProblem {
  /** Where, dotted: 'HostConfig.Mounts[0].Type'. */
  readonly path: string;
  readonly why: 'unknown-field' | 'case-variant' | 'wrong-type';
  /** For a case variant: how the API spells it. For a wrong type: what is expected. */
  readonly expected: string;
}
export type ShapeResult = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: ShapeProblem };

/** Checks a value and returns it without ignored fields and without unknown ones that hold nothing (null, "", [], {}). */
export function checkShape(value: Json, shape: Shape, path = ''): ShapeResult {
  if (value === null) return { ok: true, value };
  if (typeof shape === 'string') return scalar(value, shape, path);
  if ('list' in shape) {
    if (!isList(value)) return wrong(path, 'a list');
    const list: Json[] = [];
    for (const [index, entry] of value.entries()) {
      // In Go a null in a list is an empty element; no client sends one.
      if (entry === null) return wrong(`${path}[${index}]`, 'not null');
      const result = checkShape(entry, shape.list, `${path}[${index}]`);
      if (!result.ok) return result;
      list.push(result.value);
    }
    return { ok: true, value: list };
  }
  if (!isObject(value)) return wrong(path, 'an object');
  const checked = new Map<string, Json>();
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  if ('map' in shape) {
    for (const [key, entry] of value) {
      const result = checkShape(entry, shape.map, at(key));
      if (!result.ok) return result;
      checked.set(key, result.value);
    }
    return { ok: true, value: checked };
  }
  for (const [key, entry] of value) {
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
    if (field === undefined) {
      if (shape.ignored?.includes(key) === true) continue;
      const spelled = Object.keys(shape.fields).find((name) => foldKey(name) === foldKey(key));
      // Clients send fields of other API versions that were never set (Go without omitempty, dockerode's VolumesFrom: []).
      if (spelled === undefined && isEmpty(entry)) continue;
      return { ok: false, problem: { path: at(key), why: spelled === undefined ? 'unknown-field' : 'case-variant', expected: spelled ?? '' } };
    }
    const result = checkShape(entry, field, at(key));
    if (!result.ok) return result;
    checked.set(key, result.value);
  }
  return { ok: true, value: checked };
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (isList(value) && value.length === 0) || (isObject(value) && value.size === 0);
}

function scalar(value: Json, shape: 'string' | 'boolean' | 'integer' | 'words', path: string): ShapeResult {
  switch (shape) {
    case 'string': return typeof value === 'string' ? { ok: true, value } : wrong(path, 'a string');
    case 'boolean': return typeof value === 'boolean' ? { ok: true, value } : wrong(path, 'true or false');
    case 'integer': return value instanceof JsonNumber && /^-?[0-9]+$/.test(value.text) ? { ok: true, value } : wrong(path, 'a whole number');
    case 'words': return typeof value === 'string' ? { ok: true, value } : checkShape(value, { list: 'string' }, path);
  }
}

function wrong(path: string, expected: string): ShapeResult {
  return { ok: false, problem: { path: path === '' ? 'the body' : path, why: 'wrong-type', expected } };
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
  return new Map([...objectAt(object, key)].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
}
