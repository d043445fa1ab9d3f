/**
 * JSON as the engine could read it, without losing anything: number text is kept (integers above 2^53 are valid for the engine),
 * duplicate keys are refused (Go merges them), limits hold. Differs from JSON.parse only by refusing more.
 */

/** A number, as written. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;

export interface JsonLimits { readonly depth: number; readonly elements: number }
/** More elements than the kernel lets a program have arguments and variables (2 MiB, 11 bytes at least for each): no container that could start has more. */
export const defaultJsonLimits: JsonLimits = { depth: 32, elements: 200_000 };

export type JsonResult = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: string };

class Refusal extends Error {}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// Everything a string may hold unescaped.
// eslint-disable-next-line no-control-regex -- JSON forbids control characters in strings
const plainPattern = /[^"\\\u0000-\u001f]*/y;
const blankPattern = /[ \t\r\n]*/y;
const maxNumberLength = 64;

/** Parses one document. Refuses trailing data, duplicate keys (after unescaping), lone surrogates, and what exceeds the limits. */
export function parseJson(text: string, limits: JsonLimits = defaultJsonLimits): JsonResult {
  try {
    return { ok: true, value: new Parser(text, limits).document() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, why: error.message };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #elements = 0;

  constructor(text: string, limits: JsonLimits) { this.#text = text; this.#limits = limits; }

  document(): Json {
    this.#blanks();
    const value = this.#value(0);
    this.#blanks();
    if (this.#at < this.#text.length) throw new Refusal(`there is something after the end of the document at ${this.#at}`);
    return value;
  }

  #blanks(): void {
    blankPattern.lastIndex = this.#at;
    blankPattern.test(this.#text);
    this.#at = blankPattern.lastIndex;
  }

  #value(depth: number): Json {
    if (depth > this.#limits.depth) throw new Refusal(`it is nested deeper than ${this.#limits.depth} levels`);
    if (++this.#elements > this.#limits.elements) throw new Refusal(`it has more than ${this.#limits.elements} elements`);
    switch (this.#text[this.#at]) {
      case '{': return this.#object(depth);
      case '[': return this.#array(depth);
      case '"': return this.#string();
      case 't': return this.#word('true', true);
      case 'f': return this.#word('false', false);
      case 'n': return this.#word('null', null);
      default: return this.#number();
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new Refusal(`it is not JSON at ${this.#at}`);
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    numberPattern.lastIndex = this.#at;
    const found = numberPattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Refusal(`it is not JSON at ${this.#at}`);
    if (found.length > maxNumberLength) throw new Refusal('a number in it is too long');
    this.#at += found.length;
    return new JsonNumber(found);
  }

  #string(): string {
    let value = '';
    this.#at++;
    for (;;) {
      plainPattern.lastIndex = this.#at;
      const plain = plainPattern.exec(this.#text)?.[0] ?? '';
      value += plain;
      this.#at += plain.length;
      const next = this.#text[this.#at];
      if (next === '"') { this.#at++; break; }
      if (next !== '\\') throw new Refusal(`a string is not closed, or has a control character in it, at ${this.#at}`);
      value += this.#escape();
    }
    // Go replaces lone surrogates by U+FFFD: two different texts would become one there.
    if (/\p{Surrogate}/u.test(value)) throw new Refusal('a string in it has a lone surrogate');
    return value;
  }

  #escape(): string {
    const kind = this.#text[this.#at + 1] ?? '';
    this.#at += 2;
    switch (kind) {
      case '"': case '\\': case '/': return kind;
      case 'b': return '\b';
      case 'f': return '\f';
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'u': {
        const hex = this.#text.slice(this.#at, this.#at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new Refusal(`a \\u escape is broken at ${this.#at}`);
        this.#at += 4;
        return String.fromCharCode(Number.parseInt(hex, 16));
      }
      default: throw new Refusal(`an escape is unknown at ${this.#at}`);
    }
  }

  #array(depth: number): Json[] {
    const list: Json[] = [];
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === ']') { this.#at++; return list; }
    for (;;) {
      this.#blanks();
      list.push(this.#value(depth + 1));
      this.#blanks();
      const next = this.#text[this.#at++];
      if (next === ']') return list;
      if (next !== ',') throw new Refusal(`a comma or ] is missing at ${this.#at - 1}`);
    }
  }

  #object(depth: number): JsonObject {
    const object = new Map<string, Json>();
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === '}') { this.#at++; return object; }
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"') throw new Refusal(`a key is missing at ${this.#at}`);
      const key = this.#string();
      if (object.has(key)) throw new Refusal(`the key ${JSON.stringify(key)} stands there twice`);
      this.#blanks();
      if (this.#text[this.#at++] !== ':') throw new Refusal(`a colon is missing at ${this.#at - 1}`);
      this.#blanks();
      object.set(key, this.#value(depth + 1));
      this.#blanks();
      const next = this.#text[this.#at++];
      if (next === '}') return object;
      if (next !== ',') throw new Refusal(`a comma or } is missing at ${this.#at - 1}`);
    }
  }
}

/** Writes a value; numbers as they came, keys in their order. */
export function writeJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (value instanceof JsonNumber) return value.text;
  if (isObject(value)) {
    let text = '{';
    for (const [key, entry] of value) text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${writeJson(entry)}`;
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
 * What Go's encoding/json makes of a key when it looks for a struct field: two keys with the same folding are the same field there.
 * Simple folding brings exactly two characters outside ASCII to letters: U+017F to s, U+212A to k.
 */
export function foldKey(key: string): string {
  return key.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}
