import * as z from 'zod';
import { message } from '../messages/message.ts';
import { jsonType } from './type-errors.ts';
import { childPointer } from './pointer.ts';
import { engineKeyNames, factsOf, settingsFileSchema, type KeyFacts } from './schema/index.ts';

/**
 * A key of the schema in the form that its users need. `keys` describes an object's members, `items` a list's
 * elements.
 */
export interface KnownKey extends Omit<KeyFacts, 'default'> {
  readonly type: 'boolean' | 'string' | 'number' | 'object' | 'list' | 'any';
  /** The only strings allowed. */
  readonly values?: readonly string[];
  /** The first and the last of the whole numbers allowed; absent: any number. */
  readonly range?: readonly [first: number, last: number];
  readonly keys?: Readonly<Record<string, KnownKey>>;
  readonly items?: KnownKey;
  /** The meaning of a missing key, as JSON, if the engines of this project read it. */
  readonly missing?: string;
  /** Required in its object. */
  readonly required?: true;
}

/** Every known key of admin-settings.json, by name. Unknown ones are kept and reported, never dropped. */
export const knownKeys: Readonly<Record<string, KnownKey>> = membersOf(settingsFileSchema);

/** The settings document itself. */
export const documentKey: KnownKey = {
  type: 'object',
  description: message('settings-keys.document'),
  keys: knownKeys,
};

function membersOf(schema: z.ZodObject): Readonly<Record<string, KnownKey>> {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, member]) => [
      name,
      member instanceof z.ZodOptional
        ? keyOf(member.unwrap(), name)
        : { ...keyOf(member, name), required: true },
    ]),
  );
}

/** A key from its schema and the facts about it. A key without facts is a programming error. */
function keyOf(schema: z.core.$ZodType, name: string): KnownKey {
  const known = factsOf(schema);
  if (known === undefined) throw new Error(`no description of ${name} in the schema`);
  const { default: missing, ...facts } = known;
  return {
    ...facts,
    ...(missing === undefined ? {} : { missing: JSON.stringify(missing) }),
    ...typeOf(schema, name),
  };
}

function typeOf(
  schema: z.core.$ZodType,
  name: string,
): Pick<KnownKey, 'type' | 'values' | 'range' | 'keys' | 'items'> {
  if (schema instanceof z.ZodObject) return { type: 'object', keys: membersOf(schema) };
  if (schema instanceof z.ZodArray) return { type: 'list', items: keyOf(schema.element, `${name}[]`) };
  if (schema instanceof z.ZodEnum) return { type: 'string', values: schema.options.map(String) };
  if (schema instanceof z.ZodString) return { type: 'string' };
  if (schema instanceof z.ZodNumber) return { type: 'number', ...rangeOf(schema) };
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
  // What a union allows is checked by lint.
  if (schema instanceof z.ZodUnknown || schema instanceof z.ZodUnion) return { type: 'any' };
  throw new Error(`${name} has a type that no reader of the schema knows`);
}

function rangeOf({ isInt, minValue, maxValue }: z.ZodNumber): Pick<KnownKey, 'range'> {
  return isInt && minValue !== null && maxValue !== null ? { range: [minValue, maxValue] } : {};
}

/**
 * The known key at a path, with who reads it and on which platforms (inherited from its parents); null if
 * unknown.
 */
export function knownKeyAt(path: readonly (string | number)[]): KnownKey | null {
  let at = documentKey;
  for (const segment of path) {
    const next: KnownKey | undefined = at.type === 'list' ? at.items : own(at.keys, String(segment));
    if (next === undefined) return null;
    const usedBy = next.usedBy ?? at.usedBy;
    const platforms = next.platforms ?? at.platforms;
    at = {
      ...next,
      ...(usedBy === undefined ? {} : { usedBy }),
      ...(platforms === undefined ? {} : { platforms }),
    };
  }
  return at;
}

/**
 * Whether a pointer is at or below a key that the engine reads. Ambiguity in one of them makes the policy
 * unreadable.
 */
export const isEnginePointer = (pointer: string): boolean =>
  engineKeyNames.includes(pointer.split('/')[1] ?? '');

/** A key in the wrong case: as written, and as known. */
interface MisspeltKey {
  readonly found: string;
  readonly known: string;
  readonly pointer: string;
}

/**
 * A key that differs from one that the engine reads only in upper and lower case, at any level below it, or
 * null. Docker Desktop would accept it (Go folds case) and the engine would not: such a file means different
 * things to different readers, so it is never guessed.
 */
export const misspeltCriticalKey = (root: Readonly<Record<string, unknown>>): MisspeltKey | null =>
  misspeltIn(root, documentKey, '');

function misspeltIn(value: unknown, key: KnownKey, pointer: string): MisspeltKey | null {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const hit =
        key.items === undefined ? null : misspeltIn(element, key.items, childPointer(pointer, index));
      if (hit !== null) return hit;
    }
    return null;
  }
  if (jsonType(value) !== 'object') return null;
  // its jsonType is object
  for (const [name, member] of Object.entries(value as Record<string, unknown>)) {
    const keys = key.keys ?? {};
    const at = childPointer(pointer, name);
    const exact = own(keys, name);
    if (exact !== undefined) {
      const hit = isEnginePointer(at) ? misspeltIn(member, exact, at) : null;
      if (hit !== null) return hit;
      continue;
    }
    const known = Object.keys(keys).find((k) => foldCase(k) === foldCase(name));
    if (known !== undefined && isEnginePointer(childPointer(pointer, known)))
      return { found: name, known, pointer: at };
  }
  return null;
}

/** Case folding like Go's JSON decoder: simple folding, where U+017F is an s and U+212A a k. */
export const foldCase = (name: string): string =>
  name.replaceAll('\u017F', 's').replaceAll('\u212A', 'k').toLowerCase();

/** An own property only: a key named "constructor" is not known. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
