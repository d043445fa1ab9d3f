import type { FieldShape, FieldValue, Message, MessageShape } from './protobuf.ts';
import { writeMessage } from './protobuf-write.ts';

/** A field's value in a plain message; maps are objects. */
export type PlainValue =
  string | number | bigint | boolean | Uint8Array | PlainMessage | readonly PlainValue[];
/** A message as a plain object, by the names of its fields. */
export interface PlainMessage {
  readonly [field: string]: PlainValue;
}

/** A message of that shape. Throws for an unknown field, and for an invalid value. */
function plainMessageOf(shape: MessageShape, plain: PlainMessage): Message {
  const fields = new Map(Object.values(shape.fields).map((field) => [field.name, field]));
  const values = new Map<string, FieldValue[]>();
  for (const [name, given] of Object.entries(plain)) {
    const field = fields.get(name);
    if (field === undefined) throw new Error(`${shape.name} has no ${name}`);
    values.set(name, valuesOf(field, given));
  }
  return { shape, values };
}

/** The bytes of that message. Throws like `plainMessageOf`. */
export const encoded = (shape: MessageShape, plain: PlainMessage): Uint8Array =>
  writeMessage(plainMessageOf(shape, plain));

const isList = (value: PlainValue): value is readonly PlainValue[] => Array.isArray(value);
const isPlain = (value: PlainValue): value is PlainMessage =>
  typeof value === 'object' && !isList(value) && !(value instanceof Uint8Array);

function valuesOf(field: FieldShape, given: PlainValue): FieldValue[] {
  const type = typeof field.type === 'function' ? field.type() : field.type;
  const wrong = (): never => {
    throw new Error(`a value of ${field.name} is none of its type`);
  };
  const one = (value: PlainValue): FieldValue => {
    if (typeof type === 'object') return isPlain(value) ? plainMessageOf(type, value) : wrong();
    if (isPlain(value) || isList(value)) return wrong();
    return typeof value === 'number' ? BigInt(value) : value;
  };
  if (field.repeat !== 'map') return (isList(given) ? given : [given]).map(one);
  return isPlain(given) ? Object.entries(given).map(([key, value]) => one({ key, value })) : wrong();
}
