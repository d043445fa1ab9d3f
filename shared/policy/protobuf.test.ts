import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { list, map, message, one } from './llb-messages.ts';
import {
  bytesOf,
  messageOf,
  messagesOf,
  numberOf,
  readMessage,
  textEntriesOf,
  textOf,
  textsOf,
  type MessageShape,
} from './protobuf.ts';
import { writeMessage } from './protobuf-write.ts';

const inner: MessageShape = message('Inner', { 1: one('text'), 2: one('self', () => inner) });
const shape: MessageShape = message('Outer', {
  1: one('text'),
  2: list('texts'),
  3: one('blob', 'bytes'),
  4: one('flag', 'bool'),
  5: one('small', 'int32'),
  6: one('big', 'int64'),
  7: one('unsigned', 'uint32'),
  8: one('mode', 'enum'),
  9: list('numbers', 'uint32'),
  10: one('inner', inner),
  11: list('inners', inner),
  12: map('map'),
  13: one('a', 'string', 'choice'),
  14: one('b', inner, 'choice'),
  20: map('graph', inner),
});

const write = (fill: (writer: BinaryWriter) => void) => {
  const writer = new BinaryWriter();
  fill(writer);
  return writer.finish();
};
const read = (bytes: Uint8Array) => {
  const result = readMessage(shape, bytes);
  if (!result.ok) throw new Error(`${result.problem.where}: ${result.problem.why}`);
  return result.message;
};
const problem = (bytes: Uint8Array) => {
  const result = readMessage(shape, bytes);
  return result.ok ? 'read' : `${result.problem.kind}: ${result.problem.why}`;
};
const entry = (key: string, value: string) =>
  write((w) => {
    w.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value);
  });

describe('reading', () => {
  it('reads what an independent writer wrote, and writes the same', () => {
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

  it('takes repeated numbers packed, apart, and mixed', () => {
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

  it('an empty message, nested ones, nothing where nothing is', () => {
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

describe('what could be read in two ways is refused', () => {
  const twice = (number: number) =>
    write((w) => {
      w.tag(number, WireType.LengthDelimited).string('x').tag(number, WireType.LengthDelimited).string('y');
    });
  it.each<[string, Uint8Array, string]>([
    [
      'an unknown field',
      write((w) => {
        w.tag(99, WireType.Varint).uint32(1);
      }),
      'unknown-field: field 99 of Outer is not one the gateway knows',
    ],
    [
      'an unknown field inside',
      write((w) => {
        w.tag(10, WireType.LengthDelimited).fork().tag(3, WireType.Varint).uint32(1).join();
      }),
      'unknown-field: field 3 of Inner is not one the gateway knows',
    ],
    ['field number 0', Uint8Array.of(0, 0), 'unknown-field: field 0 of Outer is not one the gateway knows'],
    // Go keeps 32 bits of a field number: 2^32 + 1 would be field 1 there.
    [
      'a field number beyond 32 bits',
      Uint8Array.of(0x8a, 0x80, 0x80, 0x80, 0x80, 0x01, 1, 0x78),
      'unknown-field: field 4294967297 of Outer is not one the gateway knows',
    ],
    [
      'a name of Object.prototype',
      write((w) => {
        w.tag(12, WireType.LengthDelimited)
          .bytes(entry('__proto__', 'x'))
          .tag(12, WireType.LengthDelimited)
          .bytes(entry('__proto__', 'y'));
      }),
      'unreadable: its field map has a key twice',
    ],
    ['a singular field twice', twice(1), 'unreadable: its field text is there twice'],
    [
      'a singular message twice (Go merges them)',
      write((w) => {
        w.tag(10, WireType.LengthDelimited).fork().join().tag(10, WireType.LengthDelimited).fork().join();
      }),
      'unreadable: its field inner is there twice',
    ],
    [
      'two members of a oneof',
      write((w) => {
        w.tag(13, WireType.LengthDelimited).string('x').tag(14, WireType.LengthDelimited).fork().join();
      }),
      'unreadable: it has two values for "choice"',
    ],
    [
      'a map key twice',
      write((w) => {
        w.tag(12, WireType.LengthDelimited)
          .bytes(entry('k', 'x'))
          .tag(12, WireType.LengthDelimited)
          .bytes(entry('k', 'y'));
      }),
      'unreadable: its field map has a key twice',
    ],
    [
      'an absent map key beside an empty one',
      write((w) => {
        w.tag(12, WireType.LengthDelimited)
          .bytes(entry('', 'x'))
          .tag(12, WireType.LengthDelimited)
          .bytes(new Uint8Array());
      }),
      'unreadable: its field map has a key twice',
    ],
    [
      'an enum of 2^32 + 1',
      write((w) => {
        w.tag(8, WireType.Varint).uint64((1n << 32n) + 1n);
      }),
      'unreadable: its field mode has a number that does not fit it',
    ],
    [
      'an int32 of 2^32',
      write((w) => {
        w.tag(5, WireType.Varint).uint64(1n << 32n);
      }),
      'unreadable: its field small has a number that does not fit it',
    ],
    [
      'a uint32 of 2^32',
      write((w) => {
        w.tag(7, WireType.Varint).uint64(1n << 32n);
      }),
      'unreadable: its field unsigned has a number that does not fit it',
    ],
    [
      'a bool of 2',
      write((w) => {
        w.tag(4, WireType.Varint).uint32(2);
      }),
      'unreadable: its field flag has a number that does not fit it',
    ],
    [
      'a number in too many bytes',
      Uint8Array.of(0x20, 0x81, 0x00),
      'unreadable: a number in it takes more bytes than it needs',
    ],
    [
      'a number in far too many bytes',
      Uint8Array.of(0x30, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
      'unreadable: a number in it takes more bytes than it needs',
    ],
    [
      'a number of 65 bits',
      Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02),
      'unreadable: a number in it has more than 64 bits',
    ],
    [
      'a number of eleven bytes',
      Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
      'unreadable: a number in it has more than 64 bits',
    ],
    ['text that is not UTF-8', Uint8Array.of(0x0a, 1, 0xff), 'unreadable: its field text is not UTF-8'],
    ['text as a number', Uint8Array.of(0x08, 1), 'unreadable: its field text is a number'],
    ['a single number, packed', Uint8Array.of(0x32, 1, 1), 'unreadable: its field big is bytes'],
    ['a group', Uint8Array.of(0x53, 0x54), 'unreadable: its field inner is a group'],
    ['fixed64', Uint8Array.of(0x31, 0, 0, 0, 0, 0, 0, 0, 0), 'unreadable: its field big is eight bytes'],
    ['a length past the end', Uint8Array.of(0x0a, 5, 0x61), 'unreadable: its field text is cut short'],
    [
      'a length past the end of its message',
      Uint8Array.of(0x52, 3, 0x0a, 5, 0x61, 0x61, 0x61, 0x61, 0x61),
      'unreadable: its field text is cut short',
    ],
    ['a tag without value', Uint8Array.of(0x0a), 'unreadable: it is cut short'],
    ['a packed number past its field', Uint8Array.of(0x4a, 1, 0x80, 1), 'unreadable: it is cut short'],
    [
      'too many fields',
      new Uint8Array(600_000).map((_, i) => (i % 2 === 0 ? 0x12 : 0)),
      'unreadable: there are more than 50000 fields in it',
    ],
    [
      'too many numbers',
      write((w) => {
        w.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(300_000));
      }),
      'unreadable: there are more than 50000 fields in it',
    ],
    [
      'nested too deep',
      (() => {
        let bytes: Uint8Array = new Uint8Array();
        for (let i = 0; i < 70; i++) {
          const content = bytes;
          bytes = write((w) => {
            w.tag(2, WireType.LengthDelimited).bytes(content);
          });
        }
        return write((w) => {
          w.tag(10, WireType.LengthDelimited).bytes(bytes);
        });
      })(),
      'unreadable: it is nested more than 64 levels deep',
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(problem(bytes)).toBe(expected);
  });
});
