import { isList, isObject, JsonNumber, writeJson, type Json } from '../../shared/policy/json.ts';
import { smallBytes } from './read-body.ts';
import { yieldToEventLoop } from '../turns/yield.ts';

/** About two milliseconds of writing. */
const elementsPerSlice = 10_000;
/**
 * Characters that are collected before they are encoded: a string of many parts takes several times as much
 * memory as its bytes.
 */
const flushThreshold = 16 * 1024;

/** An array or object that is not completely written. */
type Open = { isFirst: boolean } & (
  | { readonly keyed: Iterator<readonly [string, Json]>; readonly plain: null }
  | { readonly keyed: null; readonly plain: Iterator<Json> }
);

/**
 * Same output as `writeJson`, as UTF-8; yields to the event loop for large values. `estimatedBytes`: expected
 * length. Throws the reason of `signal` where it is aborted.
 */
export async function writeBody(value: Json, estimatedBytes: number, signal?: AbortSignal): Promise<Buffer> {
  if (estimatedBytes <= smallBytes) return Buffer.from(writeJson(value), 'utf8');
  const writer = new JsonWriter(value, estimatedBytes);
  while (!writer.next(elementsPerSlice)) await yieldToEventLoop(signal);
  return writer.bytes();
}

class JsonWriter {
  readonly #open: Open[] = [];
  #text = '';
  #buffer: Buffer;
  #filled = 0;

  constructor(value: Json, estimatedBytes: number) {
    // The gateway adds fields to the client's body.
    this.#buffer = Buffer.allocUnsafeSlow(estimatedBytes + 1024);
    this.#value(value, '');
  }

  /** Writes up to `elements` elements; true when everything is written. */
  next(elements: number): boolean {
    for (let written = 0; written < elements; written++) {
      const open = this.#open.at(-1);
      if (open === undefined) return true;
      const comma = open.isFirst ? '' : ',';
      open.isFirst = false;
      if (open.keyed === null) {
        const { done, value } = open.plain.next();
        if (done === true) this.#close(']');
        else this.#value(value, comma);
      } else {
        const { done, value } = open.keyed.next();
        if (done === true) this.#close('}');
        else this.#value(value[1], `${comma}${JSON.stringify(value[0])}:`);
      }
    }
    return false;
  }

  bytes(): Buffer {
    this.#flush();
    return this.#buffer.subarray(0, this.#filled);
  }

  #value(value: Json, before: string): void {
    if (isObject(value)) {
      this.#append(`${before}{`);
      this.#open.push({ keyed: value.entries(), plain: null, isFirst: true });
    } else if (isList(value)) {
      this.#append(`${before}[`);
      this.#open.push({ keyed: null, plain: value.values(), isFirst: true });
    } else this.#append(`${before}${value instanceof JsonNumber ? value.text : JSON.stringify(value)}`);
  }

  #close(bracket: string): void {
    this.#append(bracket);
    this.#open.pop();
  }

  #append(text: string): void {
    this.#text += text;
    if (this.#text.length > flushThreshold) this.#flush();
  }

  #flush(): void {
    // A UTF-16 unit is three bytes at most.
    const needed = this.#filled + 3 * this.#text.length;
    if (needed > this.#buffer.length && this.#filled + Buffer.byteLength(this.#text) > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(needed + this.#buffer.length / 2);
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    this.#filled += this.#buffer.write(this.#text, this.#filled, 'utf8');
    this.#text = '';
  }
}
