import { message, type Message } from '../messages/message.ts';
import { JsonNumber, foldKey, isList, isObject, type Json, type JsonObject } from './json.ts';

/**
 * Shapes of request bodies: what is not in a shape is refused. `null` means "absent" everywhere, as in Go.
 * Keys match fields as in Go's encoding/json: exactly, or else case-insensitively.
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
   * Fields by the engine's names. `ignored`: names that are no field in any supported engine; they are
   * removed.
   */
  | {
      readonly fields: Readonly<Record<string, Shape>>;
      readonly ignored?: readonly string[];
      /** The struct into which the engine decodes a whole body, as named in its errors. */
      readonly struct?: string;
    };

export interface ShapeProblem {
  /** Where, dotted: 'HostConfig.Mounts[0].Type'. */
  readonly path: string;
  readonly why: 'unknown-field' | 'repeated-field' | 'wrong-type';
  /** For a repeated field: the engine's name of it. For a wrong type: what is expected. */
  readonly expected: string | Message;
  /** For a wrong type: the error of Go's decoder; missing if Go accepts the value. */
  readonly goError?: { readonly found: string; readonly type: string };
}
export type ShapeResult =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: ShapeProblem };

/**
 * Checks a value and returns it with the engine's names of its fields, without ignored fields and without
 * unknown ones whose value is Go's zero value. A field under two spellings is refused: Go merges them.
 */
export function checkShape(value: Json, shape: Shape, path = ''): ShapeResult {
  const result = check(value, shape);
  return result.ok
    ? result
    : { ok: false, problem: { ...result.problem, path: joined(path, result.problem.path) || wholeBody } };
}

/** The path of a problem of the whole value. */
export const wholeBody = 'the body';

/** The path is composed while returning: a value without a problem costs nothing. */
function inside(part: string, { problem }: Extract<ShapeResult, { ok: false }>): ShapeResult {
  return { ok: false, problem: { ...problem, path: joined(part, problem.path) } };
}
const joined = (outer: string, inner: string): string =>
  outer === '' || inner === '' || inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`;

function check(value: Json, shape: Shape): ShapeResult {
  if (value === null) return { ok: true, value };
  if (typeof shape === 'string') return scalar(value, shape);
  if ('list' in shape) {
    if (!isList(value)) return wrong(message('settings.type-list'), value, shape);
    // An unchanged value is not copied: a copy of 65,535 ports is 20 MB.
    let list: Json[] | null = null;
    for (const [index, entry] of value.entries()) {
      // In Go a null in a list is an empty element; no client sends one.
      const result =
        entry === null ? wrong(message('policy.other-than-null'), entry) : check(entry, shape.list);
      if (!result.ok) return inside(`[${index}]`, result);
      if (result.value !== entry) list ??= value.slice(0, index);
      list?.push(result.value);
    }
    return { ok: true, value: list ?? value };
  }
  if (!isObject(value)) return wrong(message('settings.type-object'), value, shape);
  if ('map' in shape) {
    let changed: Map<string, Json> | null = null;
    for (const [key, entry] of value) {
      const result = check(entry, shape.map);
      if (!result.ok) return inside(key, result);
      if (result.value !== entry) (changed ??= new Map(value)).set(key, result.value);
    }
    return { ok: true, value: changed ?? value };
  }
  return checkFields(value, shape.fields, shape.ignored ?? noKeys);
}

type Fields = Readonly<Record<string, Shape>>;
const noKeys: readonly string[] = [];

function checkFields(value: JsonObject, fields: Fields, ignored: readonly string[]): ShapeResult {
  let changed: Map<string, Json> | null = null;
  for (const [key, entry] of value) {
    const name = Object.hasOwn(fields, key) ? key : namesByFolding(fields).get(foldKey(key));
    const field = name === undefined ? undefined : fields[name];
    if (name === undefined || field === undefined) {
      // Clients send fields of other API versions that were never set (Go without omitempty, dockerode's
      // VolumesFrom: []).
      if (!isUnset(entry) && !foldedKeys(ignored).has(foldKey(key)))
        return { ok: false, problem: { path: key, why: 'unknown-field', expected: '' } };
      (changed ??= new Map(value)).delete(key);
      continue;
    }
    if (name !== key && (changed ?? value).has(name))
      return { ok: false, problem: { path: key, why: 'repeated-field', expected: name } };
    const result = check(entry, field);
    if (!result.ok) return inside(name, result);
    if (name !== key) (changed ??= new Map(value)).delete(key);
    if (name !== key || result.value !== entry) (changed ??= new Map(value)).set(name, result.value);
  }
  return { ok: true, value: changed ?? value };
}

const fieldNames = new WeakMap<Fields, ReadonlyMap<string, string>>();
const ignoredKeys = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The names of fields by their folding in Go. */
function namesByFolding(fields: Fields): ReadonlyMap<string, string> {
  const names = fieldNames.get(fields) ?? new Map(Object.keys(fields).map((name) => [foldKey(name), name]));
  fieldNames.set(fields, names);
  return names;
}

function foldedKeys(ignored: readonly string[]): ReadonlySet<string> {
  const keys = ignoredKeys.get(ignored) ?? new Set(ignored.map(foldKey));
  ignoredKeys.set(ignored, keys);
  return keys;
}

/** Whether a value sets nothing: Go's zero value of some type. */
export function isZero(value: Json): boolean {
  return (
    value === null ||
    value === '' ||
    value === false ||
    (value instanceof JsonNumber && Number(value.text) === 0) ||
    (isList(value) && value.length === 0) ||
    (isObject(value) && value.size === 0)
  );
}

/** Go's zero value of a time. */
const zeroTime = '0001-01-01T00:00:00Z';
/** A field of a Go struct. Keys of maps are paths, ports, names of labels and the like. */
const structField = /^[A-Z][A-Za-z0-9]*$/;

/** Whether an unknown field sets nothing: a zero value, or a struct of them, which Go's omitempty keeps. */
function isUnset(value: Json): boolean {
  if (!isObject(value)) return isZero(value) || value === zeroTime;
  return [...value].every(([key, entry]) => structField.test(key) && isUnset(entry));
}

function scalar(value: Json, shape: 'string' | 'boolean' | 'integer' | 'words'): ShapeResult {
  switch (shape) {
    case 'string':
      return typeof value === 'string'
        ? { ok: true, value }
        : wrong(message('settings.type-string'), value, shape);
    case 'boolean':
      return typeof value === 'boolean'
        ? { ok: true, value }
        : wrong(message('settings.type-boolean'), value, shape);
    case 'integer':
      return value instanceof JsonNumber && /^-?[0-9]+$/.test(value.text)
        ? { ok: true, value }
        : wrong(message('settings.type-integer'), value, shape);
    case 'words':
      return typeof value === 'string' ? { ok: true, value } : check(value, { list: 'string' });
  }
}

/** `shape`: what Go decodes the value into; missing if Go accepts it. */
function wrong(expected: Message, value: Json, shape?: Shape): Extract<ShapeResult, { ok: false }> {
  return {
    ok: false,
    problem: {
      path: '',
      why: 'wrong-type',
      expected,
      ...(shape === undefined ? {} : { goError: { found: goKind(value, shape), type: goType(shape) } }),
    },
  };
}

function goKind(value: Json, shape: Shape): string {
  if (value instanceof JsonNumber) return shape === 'integer' ? `number ${value.text}` : 'number';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return isList(value) ? 'array' : 'object';
}

function goType(shape: Shape): string {
  if (shape === 'string') return 'string';
  if (shape === 'boolean') return 'bool';
  if (shape === 'integer') return 'int64';
  if (shape === 'words') return '[]string';
  if ('list' in shape) return `[]${goType(shape.list)}`;
  return 'map' in shape ? `map[string]${goType(shape.map)}` : (shape.struct ?? 'struct');
}

// Access to checked values. A checked shape guarantees the type; null and absent are the same.

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
