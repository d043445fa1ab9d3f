import { message, sentenceOf, type MessageReference } from '../messages/message.ts';
import { defaultSizes, utf8Bytes, type ExceededLimit, type SizeLimits } from './sizes.ts';
import { type Json, JsonNumber, type JsonObject } from './json.ts';
import {
  type JsonLimits,
  defaultJsonLimits,
  type AppliedLimits,
  unlimited,
  inherited,
  sizesOfField,
} from './json-limits.ts';
import { Refusal, SyntaxRefusal, contentAfterJson, unescaped, unexpected } from './json-refusals.ts';

export type JsonResult =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly why: string;
      /** The catalogue sentence of `why`; missing if it is the message of Go's decoder. */
      readonly sentence?: MessageReference;
      /** Invalid JSON for Go as well; `why` is the message of Go's decoder. */
      readonly isSyntaxError?: true;
      readonly exceeded?: ExceededLimit;
    };

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// Characters that must be escaped in strings.
// eslint-disable-next-line no-control-regex -- JSON forbids control characters in strings
const controlPattern = /[\u0000-\u001f]/;
const blankPattern = /[ \t\r\n]*/y;
const maxNumberLength = 64;

/**
 * Parses one document. Refuses trailing data, duplicate keys (after unescaping), lone surrogates, and what
 * exceeds the limits.
 */
export function parseJson(text: string, limits: JsonLimits = defaultJsonLimits): JsonResult {
  const reading = new JsonReading(text, limits);
  for (;;) {
    const result = reading.next(Infinity);
    if (result !== null) return result;
  }
}

interface OpenList extends AppliedLimits {
  readonly list: Json[];
  readonly object: null;
}
interface OpenObject extends AppliedLimits {
  readonly list: null;
  readonly object: Map<string, Json>;
  key: string;
}
/** A complete value; null if one was opened that has to be parsed first. */
type ParsedValue = { readonly value: Json } | null;

/** A document that is parsed in parts, so that other work can be done in between. */
export class JsonReading {
  readonly #text: string;
  readonly #limits: JsonLimits;
  /** Lists and objects that are not closed yet, the innermost last. */
  readonly #open: (OpenList | OpenObject)[] = [];
  readonly #sizes: SizeLimits | null;
  #at = 0;
  #elements = 0;

  /** `sizes`: limits of single fields; parsing stops at one that is exceeded. */
  constructor(text: string, limits: JsonLimits = defaultJsonLimits, sizes: SizeLimits | null = null) {
    this.#text = text;
    this.#limits = limits;
    this.#sizes = sizes;
  }

  /**
   * Continues until there is a result, or `elements` more have been parsed: then it is null. No call is
   * allowed after a result.
   */
  next(elements: number): JsonResult | null {
    try {
      const value = this.#document(this.#elements + elements);
      return value === null ? null : { ok: true, value: value.value };
    } catch (error) {
      if (error instanceof Refusal)
        return {
          ok: false,
          why: error.message,
          ...sentenceOf(error.why),
          ...(error instanceof SyntaxRefusal ? { isSyntaxError: true } : {}),
          ...(error.exceeded === undefined ? {} : { exceeded: error.exceeded }),
        };
      throw error;
    }
  }

  #document(until: number): ParsedValue {
    while (this.#elements < until) {
      this.#blanks();
      let read = this.#value();
      // A complete value may complete its container.
      while (read !== null) {
        this.#blanks();
        const open = this.#open.at(-1);
        if (open === undefined) {
          if (this.#at < this.#text.length) throw new SyntaxRefusal(contentAfterJson);
          return read;
        }
        read = open.list === null ? this.#entryOf(open, read.value) : this.#elementOf(open, read.value);
      }
    }
    return null;
  }

  #blanks(): void {
    blankPattern.lastIndex = this.#at;
    blankPattern.test(this.#text);
    this.#at = blankPattern.lastIndex;
  }

  #value(): ParsedValue {
    if (this.#open.length > this.#limits.depth)
      throw new Refusal(message('policy.json-too-deep', { most: this.#limits.depth }));
    if (++this.#elements > this.#limits.elements)
      throw new Refusal(message('policy.json-too-many-elements', { most: this.#limits.elements }));
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"': {
        const value = this.#string();
        this.#countBytes(value, this.#appliedLimits(), 'bytes');
        return { value };
      }
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        return { value: this.#number() };
    }
  }

  #literal(word: string, value: boolean | null): ParsedValue {
    for (const letter of word) {
      if (this.#text[this.#at] !== letter)
        throw unexpected(this.#text, this.#at, `in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
    return { value };
  }

  #number(): JsonNumber {
    numberPattern.lastIndex = this.#at;
    const found = numberPattern.exec(this.#text)?.[0];
    if (found === undefined)
      throw this.#text[this.#at] === '-'
        ? unexpected(this.#text, this.#at + 1, 'in numeric literal')
        : unexpected(this.#text, this.#at, 'looking for beginning of value');
    if (found.length > maxNumberLength) throw new Refusal(message('policy.json-number-too-long'));
    this.#at += found.length;
    const next = this.#text[this.#at];
    if (next === '.') throw unexpected(this.#text, this.#at + 1, 'after decimal point in numeric literal');
    if (next === 'e' || next === 'E')
      throw unexpected(this.#text, this.#at + 1, 'in exponent of numeric literal');
    return new JsonNumber(found);
  }

  #string(): string {
    const start = this.#at;
    const end = this.#endOfString();
    const raw = this.#text.slice(start + 1, end);
    this.#at = end + 1;
    const control = raw.search(controlPattern);
    if (control >= 0) throw unexpected(raw, control, 'in string literal');
    const value = raw.includes('\\') ? unescaped(raw) : raw;
    // Go replaces lone surrogates by U+FFFD: two different texts would become equal.
    if (/\p{Surrogate}/u.test(value)) throw new Refusal(message('policy.json-lone-surrogate'));
    return value;
  }

  /** The position of the quote that closes the current string. */
  #endOfString(): number {
    let from = this.#at + 1;
    for (;;) {
      const quote = this.#text.indexOf('"', from);
      if (quote < 0) {
        const control = this.#text.slice(from).search(controlPattern);
        throw unexpected(this.#text, control < 0 ? this.#text.length : from + control, 'in string literal');
      }
      let before = quote;
      while (before > from && this.#text[before - 1] === '\\') before--;
      if ((quote - before) % 2 === 0) return quote;
      from = quote + 1;
    }
  }

  #array(): ParsedValue {
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return { value: emptyList };
    }
    this.#open.push({ list: [], object: null, ...this.#appliedLimits() });
    return null;
  }

  #elementOf(open: OpenList, value: Json): ParsedValue {
    open.list.push(value);
    this.#count(open, open.list.length);
    const next = this.#text[this.#at++];
    if (next === ',') return null;
    if (next !== ']') throw unexpected(this.#text, this.#at - 1, 'after array element');
    this.#open.pop();
    // A list that grew has room for at least 17 elements; its copy has no spare room.
    return { value: open.list.length < 9 ? open.list.slice() : open.list };
  }

  #object(): ParsedValue {
    this.#at++;
    this.#blanks();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return { value: emptyObject };
    }
    const open = { list: null, object: new Map<string, Json>(), key: '', ...this.#appliedLimits() };
    this.#open.push(open);
    this.#keyOf(open);
    return null;
  }

  #keyOf(open: OpenObject): void {
    this.#blanks();
    if (this.#text[this.#at] !== '"')
      throw unexpected(this.#text, this.#at, 'looking for beginning of object key string');
    open.key = this.#string();
    this.#countBytes(open.key, open, 'keyBytes');
    if (open.object.has(open.key))
      throw new Refusal(message('policy.json-key-twice', { key: JSON.stringify(open.key) }));
    this.#blanks();
    if (this.#text[this.#at++] !== ':') throw unexpected(this.#text, this.#at - 1, 'after object key');
  }

  #entryOf(open: OpenObject, value: Json): ParsedValue {
    open.object.set(open.key, value);
    this.#count(open, open.object.size);
    const next = this.#text[this.#at++];
    if (next === ',') {
      this.#keyOf(open);
      return null;
    }
    if (next !== '}') throw unexpected(this.#text, this.#at - 1, 'after object key:value pair');
    this.#open.pop();
    return { value: open.object };
  }

  #count(open: OpenList | OpenObject, entries: number): void {
    if (entries > this.#limits.entries)
      throw new Refusal(message('policy.json-too-many-entries', { most: this.#limits.entries }));
    if (open.sizes === null) return;
    const most = open.sizes.entries ?? defaultSizes.entries;
    if (entries > most) throw this.#exceeds('entries', entries, most, open.sizes, 1);
  }

  /** The limits of the value that begins here. */
  #appliedLimits(): AppliedLimits {
    const open = this.#open.at(-1);
    if (open === undefined) return { sizes: this.#sizes, sum: { bytes: 0 } };
    if (open.sizes === null) return unlimited;
    const own = open.list === null ? sizesOfField(open.sizes, open.key) : open.sizes.each;
    const sizes = own ?? inherited(open.sizes);
    return { sizes, sum: sizes.allBytes === undefined ? open.sum : { bytes: 0, of: sizes } };
  }

  #countBytes(text: string, { sizes, sum }: AppliedLimits, kind: 'bytes' | 'keyBytes'): void {
    if (sizes === null) return;
    const bytes = utf8Bytes(text);
    const most = sizes[kind] ?? defaultSizes[kind];
    if (bytes > most) throw this.#exceeds('bytes', bytes, most, sizes, kind === 'keyBytes' ? 1 : 0);
    sum.bytes += bytes;
    const all = sum.of?.allBytes;
    if (sum.of !== undefined && all !== undefined && sum.bytes > all)
      throw this.#exceeds('allBytes', sum.bytes, all, sum.of, 0);
  }

  /** `above`: number of levels between the current value and the one that it is about. */
  #exceeds(
    kind: ExceededLimit['kind'],
    has: number,
    most: number,
    sizes: SizeLimits,
    above: number,
  ): Refusal {
    let at = '';
    const open =
      kind === 'allBytes'
        ? this.#open.slice(
            0,
            this.#open.findIndex((one) => one.sum.of === sizes),
          )
        : this.#open.slice(0, this.#open.length - above);
    for (const one of open)
      at += one.list === null ? `${at === '' ? '' : '.'}${one.key}` : `[${one.list.length}]`;
    return new Refusal(`it has more of ${at} than ${most}`, { kind, at, has, most, sizes });
  }
}

const emptyList: readonly Json[] = [];
const emptyObject: JsonObject = new Map();
