import { message, type Message as Sentence } from '../messages/message.ts';

/**
 * A strict reader of protobuf messages, the counterpart of `json.ts` for gRPC: only messages that every
 * decoder reads in the same way get through. What is not in a shape is refused, and so is what decoders
 * settle by rules of their own (a singular field twice, two members of a oneof, a map key twice, numbers
 * wider than their field, numbers and lengths in more bytes than they need).
 */

/** What a field holds. `enum` and the integers are varints; repeated ones may come packed. */
export type FieldType =
  | 'string'
  | 'bytes'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'enum'
  | MessageShape
  | (() => MessageShape);

export interface FieldShape {
  readonly name: string;
  readonly type: FieldType;
  /** `map` is a repeated message with fields 1 (key) and 2 (value). */
  readonly repeat?: 'list' | 'map';
  /** Fields of one group exclude each other. */
  readonly oneof?: string;
}

export interface MessageShape {
  /** Full name: 'pb.ExecOp'. */
  readonly name: string;
  /** By field number. */
  readonly fields: Readonly<Record<number, FieldShape>>;
}

export type FieldValue = string | bigint | boolean | Uint8Array | Message;

/** A parsed message: every field that was present, by name, its occurrences in order. */
export interface Message {
  readonly shape: MessageShape;
  readonly values: ReadonlyMap<string, readonly FieldValue[]>;
}

export type ReadResult =
  { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly problem: MessageProblem };

/** What keeps a message from being read, and where: 'pb.ExecOp', 'pb.ExecOp, field 9'. */
export type MessageProblem =
  | { readonly kind: 'unknown-field'; readonly where: string }
  | {
      readonly kind: 'unreadable';
      readonly where: string;
      /** As a clause: 'it has a field twice'. */
      readonly why: Sentence;
    };

/** Fails to read the current message. */
type Fail = (why: Sentence) => never;

/**
 * Levels of nesting, and total number of fields: far above those of builds (a step has some thirty). Each
 * field takes a few microseconds.
 */
const maxDepth = 64;

const maxFields = 50_000;

/** Number of fields read so far, in all messages of a request. */
export interface FieldCount {
  fields: number;
}

class DecodeError extends Error {
  readonly problem: MessageProblem;
  constructor(problem: MessageProblem) {
    super(`${problem.kind} ${problem.where}`);
    this.problem = problem;
  }
}

/**
 * Parses one message. Errors name the place and the problem. Messages that contain messages in their bytes
 * share a `count`.
 */
export function readMessage(
  shape: MessageShape,
  bytes: Uint8Array,
  count: FieldCount = { fields: 0 },
): ReadResult {
  try {
    return { ok: true, message: new Reader(bytes, count).message(shape, bytes.length, 0) };
  } catch (error) {
    if (error instanceof DecodeError) return { ok: false, problem: error.problem };
    throw error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const typeOf = (field: FieldShape) => (typeof field.type === 'function' ? field.type() : field.type);

/** Names of the wire types in protobuf's documentation. */
const wireTypes = ['VARINT', 'I64', 'LEN', 'SGROUP', 'EGROUP', 'I32'];

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  readonly #count: FieldCount;

  constructor(bytes: Uint8Array, count: FieldCount) {
    this.#bytes = bytes;
    this.#count = count;
  }

  message(shape: MessageShape, end: number, depth: number): Message {
    const fail: Fail = (why) => {
      throw new DecodeError({ kind: 'unreadable', where: shape.name, why });
    };
    if (depth > maxDepth) fail(message('policy.proto-too-deep', { most: maxDepth }));
    const values = new Map<string, FieldValue[]>();
    const groups = new Set<string>();
    while (this.#at < end) {
      this.#another(fail);
      const tag = this.#varint(end, fail);
      const number = Number(tag >> 3n);
      const wire = Number(tag & 7n);
      const field = Object.hasOwn(shape.fields, number) ? shape.fields[number] : undefined;
      if (field === undefined)
        throw new DecodeError({
          kind: 'unknown-field',
          where: `${shape.name}, field ${number}`,
        });
      const type = typeOf(field);
      const numeric = typeof type === 'string' && type !== 'string' && type !== 'bytes';
      const list = values.get(field.name) ?? [];
      if (list.length > 0 && field.repeat === undefined)
        fail(message('policy.proto-field-twice', { name: field.name }));
      if (field.oneof !== undefined) {
        if (groups.has(field.oneof)) fail(message('policy.proto-two-values', { name: field.oneof }));
        groups.add(field.oneof);
      }
      values.set(field.name, list);
      if (numeric && wire === 0) {
        list.push(numberIn(type, this.#varint(end, fail), field, fail));
        continue;
      }
      if (wire !== 2 || (numeric && field.repeat === undefined))
        fail(message('policy.proto-wire-type', { name: field.name, type: wireTypes[wire] ?? String(wire) }));
      const length = Number(this.#varint(end, fail));
      const stop = this.#at + length;
      if (stop > end) fail(message('policy.proto-field-cut', { name: field.name }));
      if (numeric) {
        while (this.#at < stop) {
          this.#another(fail);
          list.push(numberIn(type, this.#varint(stop, fail), field, fail));
        }
      } else if (typeof type === 'string') {
        const part = this.#bytes.subarray(this.#at, stop);
        this.#at = stop;
        list.push(type === 'bytes' ? part : text(part, field, fail));
      } else {
        const inner = this.message(type, stop, depth + 1);
        if (field.repeat === 'map') onceOnly(list, inner, field, fail);
        list.push(inner);
      }
    }
    return { shape, values };
  }

  #another(fail: Fail): void {
    if (++this.#count.fields > maxFields) fail(message('policy.proto-too-many-fields', { most: maxFields }));
  }

  /** Base 128, at most 64 bits, in as few bytes as it needs. */
  #varint(end: number, fail: Fail): bigint {
    let low = 0;
    // Most have one byte, nearly all fit 28 bits.
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.#at >= end) return fail(message('policy.proto-cut'));
      const byte = this.#bytes[this.#at++] ?? 0;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80)
        return byte === 0 && shift > 0 ? fail(message('policy.proto-number-padded')) : BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      if (this.#at >= end) return fail(message('policy.proto-cut'));
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0) return fail(message('policy.proto-number-padded'));
        return value < 1n << 64n ? value : fail(message('policy.proto-number-too-long'));
      }
    }
    return fail(message('policy.proto-number-too-long'));
  }
}

function text(bytes: Uint8Array, field: FieldShape, fail: Fail): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return fail(message('policy.proto-field-not-utf-8', { name: field.name }));
  }
}

/**
 * Decoders cut numbers to the field's width: wider ones are refused, since 2^32 + 1 would be 1 there and not
 * here.
 */
function numberIn(type: FieldType, value: bigint, field: FieldShape, fail: Fail): bigint | boolean {
  const tooWide = () => fail(message('policy.proto-number-too-wide', { name: field.name }));
  switch (type) {
    case 'bool':
      return value > 1n ? tooWide() : value === 1n;
    case 'uint32':
      return value < 1n << 32n ? value : tooWide();
    case 'uint64':
      return value;
    case 'enum':
      return value < 1n << 31n ? value : tooWide();
    case 'int32': {
      const signed = BigInt.asIntN(64, value);
      return signed >= -(1n << 31n) && signed < 1n << 31n ? signed : tooWide();
    }
    default:
      return BigInt.asIntN(64, value);
  }
}

function onceOnly(list: readonly FieldValue[], inner: Message, field: FieldShape, fail: Fail): void {
  const keys = visited.get(list) ?? new Set();
  visited.set(list, keys);
  const key = inner.values.get('key')?.[0] ?? '';
  const known = typeof key === 'bigint' ? String(key) : key;
  if (keys.has(known)) fail(message('policy.proto-key-twice', { name: field.name }));
  keys.add(known);
}

/** Keys of the current map fields. */
const visited = new WeakMap<readonly FieldValue[], Set<unknown>>();

// ---- reading parsed messages

const nothing: readonly FieldValue[] = [];

const all = (message: Message | null, field: string) => message?.values.get(field) ?? nothing;

/** A string; '' if missing. */
export function textOf(message: Message | null, field: string): string {
  const value = all(message, field)[0];
  return typeof value === 'string' ? value : '';
}

export function textsOf(message: Message | null, field: string): readonly string[] {
  return all(message, field).filter((value) => typeof value === 'string');
}

/** A number or an enum; 0 if missing. */
export function numberOf(message: Message | null, field: string): bigint {
  const value = all(message, field)[0];
  return typeof value === 'bigint' ? value : 0n;
}

/** Whether a field of type bool is true; false if it is missing. */
export function isSet(message: Message | null, field: string): boolean {
  return all(message, field)[0] === true;
}

export function bytesOf(message: Message | null, field: string): readonly Uint8Array[] {
  return all(message, field).filter((value) => value instanceof Uint8Array);
}

export function messagesOf(message: Message | null, field: string): readonly Message[] {
  return all(message, field).filter(
    (value): value is Message => typeof value === 'object' && 'shape' in value,
  );
}

export function messageOf(message: Message | null, field: string): Message | null {
  return messagesOf(message, field)[0] ?? null;
}

/** A map of strings; an absent key or value is ''. */
export function textEntriesOf(
  message: Message | null,
  field: string,
): readonly (readonly [string, string])[] {
  return messagesOf(message, field).map((entry) => [textOf(entry, 'key'), textOf(entry, 'value')]);
}
