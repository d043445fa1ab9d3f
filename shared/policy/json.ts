/**
 * JSON as the engine could parse it, without loss: number text is kept (the engine accepts integers above
 * 2^53), duplicate keys are refused (Go merges them), limits apply. Differs from JSON.parse only by refusing
 * more.
 */

/** A number, as written. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;

/** Serializes a value; numbers as they were, keys in their order. */
export function writeJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (value instanceof JsonNumber) return value.text;
  if (isObject(value)) {
    let text = '{';
    for (const [key, entry] of value)
      text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${writeJson(entry)}`;
    return `${text}}`;
  }
  return `[${value.map(writeJson).join(',')}]`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * The key under which Go's encoding/json looks for a struct field: two keys with the same folding are the
 * same field there. Simple folding maps exactly two characters outside ASCII to letters: U+017F to s, U+212A
 * to k.
 */
export function foldKey(key: string): string {
  return key.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}
