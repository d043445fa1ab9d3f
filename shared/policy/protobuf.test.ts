import { WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textEntriesOf,
  textOf,
  textsOf,
} from './protobuf.ts';
import { writeMessage } from './protobuf-write.ts';
import { shape, write, entry } from './protobuf-fixture.ts';

const read = (bytes: Uint8Array) => {
  const result = readMessage(shape, bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.message;
};

describe('parsing', () => {
  it('reads what an independent encoder wrote, and writes the same', () => {
    fc.assert(
      fc.property(
        fc.record({
          text: fc.string({ unit: 'binary', minLength: 1 }),
          texts: fc.array(fc.string({ unit: 'binary' })),
          blob: fc.uint8Array({ minLength: 1 }),
          small: fc.integer().filter((n) => n !== 0),
          big: fc.bigInt(-(1n << 63n), (1n << 63n) - 1n).filter((n) => n !== 0n),
          unsigned: fc.nat().filter((n) => n !== 0),
          numbers: fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1 }),
          map: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        }),
        (given) => {
          const bytes = write((w) => {
            w.tag(1, WireType.LengthDelimited).string(given.text);
            for (const text of given.texts) w.tag(2, WireType.LengthDelimited).string(text);
            w.tag(3, WireType.LengthDelimited)
              .bytes(given.blob)
              .tag(4, WireType.Varint)
              .bool(true)
              .tag(5, WireType.Varint)
              .int32(given.small)
              .tag(6, WireType.Varint)
              .int64(given.big);
            w.tag(7, WireType.Varint).uint32(given.unsigned);
            w.tag(9, WireType.LengthDelimited).bytes(
              write((packed) => {
                for (const n of given.numbers) packed.uint32(n);
              }),
            );
            for (const [key, value] of Object.entries(given.map))
              w.tag(12, WireType.LengthDelimited).bytes(entry(key, value));
          });
          const got = read(bytes);
          expect([
            textOf(got, 'text'),
            textsOf(got, 'texts'),
            bytesOf(got, 'blob'),
            numberOf(got, 'small'),
            numberOf(got, 'big'),
            numberOf(got, 'unsigned'),
            textEntriesOf(got, 'map'),
          ]).toEqual([
            given.text,
            given.texts,
            [given.blob],
            BigInt(given.small),
            given.big,
            BigInt(given.unsigned),
            Object.entries(given.map),
          ]);
          expect(got.values.get('numbers')).toEqual(given.numbers.map(BigInt));
          expect(writeMessage(got)).toEqual(bytes);
        },
      ),
    );
  });

  it('accepts repeated numbers packed, unpacked, and mixed', () => {
    const bytes = write((w) => {
      w.tag(9, WireType.Varint)
        .uint32(1)
        .tag(9, WireType.LengthDelimited)
        .bytes(Uint8Array.of(2, 3))
        .tag(9, WireType.Varint)
        .uint32(4);
    });
    expect(read(bytes).values.get('numbers')).toEqual([1n, 2n, 3n, 4n]);
    expect(writeMessage(read(bytes))).toEqual(
      write((w) => {
        w.tag(9, WireType.LengthDelimited).bytes(Uint8Array.of(1, 2, 3, 4));
      }),
    );
  });

  it('never throws, for any input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const result = readMessage(shape, bytes);
        if (result.ok) expect(readMessage(shape, writeMessage(result.message))).toEqual(result);
      }),
    );
  });

  it('an empty message, nested ones, missing values', () => {
    const nested = read(
      write((w) => {
        w.tag(10, WireType.LengthDelimited)
          .fork()
          .tag(2, WireType.LengthDelimited)
          .fork()
          .tag(1, WireType.LengthDelimited)
          .string('deep')
          .join()
          .join();
      }),
    );
    expect(textOf(messageOf(messageOf(nested, 'inner'), 'self'), 'text')).toBe('deep');
    const none = read(new Uint8Array());
    expect([
      textOf(none, 'text'),
      numberOf(none, 'big'),
      messageOf(none, 'inner'),
      messagesOf(none, 'inners'),
      textOf(null, 'text'),
    ]).toEqual(['', 0n, null, [], '']);
  });
});
