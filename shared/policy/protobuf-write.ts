import { type FieldValue, type Message, typeOf } from './protobuf.ts';

/** Writes a message, fields in the order of their numbers. */
export function writeMessage(message: Message): Uint8Array {
  const parts: Uint8Array[] = [];
  write(message, parts);
  return concatenate(parts);
}

function write(message: Message, parts: Uint8Array[]): void {
  // Object keys that are small numbers come in ascending order.
  for (const [number, field] of Object.entries(message.shape.fields)) {
    const values = message.values.get(field.name);
    if (values === undefined) continue;
    const type = typeOf(field);
    const numeric = typeof type === 'string' && type !== 'string' && type !== 'bytes';
    const tag = BigInt(number) << 3n;
    if (numeric && field.repeat !== undefined) {
      const packed = concatenate(values.map((value) => varint(toVarint(value))));
      parts.push(varint(tag | 2n), varint(BigInt(packed.length)), packed);
      continue;
    }
    for (const value of values) {
      if (typeof value === 'bigint' || typeof value === 'boolean') {
        parts.push(varint(tag), varint(toVarint(value)));
        continue;
      }
      const content =
        typeof value === 'string'
          ? encoder.encode(value)
          : value instanceof Uint8Array
            ? value
            : writeMessage(value);
      parts.push(varint(tag | 2n), varint(BigInt(content.length)), content);
    }
  }
}

const encoder = new TextEncoder();

const toVarint = (value: FieldValue) =>
  typeof value === 'bigint' ? BigInt.asUintN(64, value) : value === true ? 1n : 0n;

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
