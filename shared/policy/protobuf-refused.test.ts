import { WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { readMessage } from './protobuf.ts';
import { shape, write, entry } from './protobuf-fixture.ts';

const problem = (bytes: Uint8Array) => {
  const result = readMessage(shape, bytes);
  if (result.ok) return 'read';
  const { kind, where } = result.problem;
  return `${kind}: ${kind === 'unreadable' ? result.problem.why.text : where}`;
};

describe('ambiguous input is refused', () => {
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
      'unknown-field: Outer, field 99',
    ],
    [
      'an unknown field inside',
      write((w) => {
        w.tag(10, WireType.LengthDelimited).fork().tag(3, WireType.Varint).uint32(1).join();
      }),
      'unknown-field: Inner, field 3',
    ],
    ['field number 0', Uint8Array.of(0, 0), 'unknown-field: Outer, field 0'],
    // Go keeps 32 bits of a field number: 2^32 + 1 would be field 1 there.
    [
      'a field number beyond 32 bits',
      Uint8Array.of(0x8a, 0x80, 0x80, 0x80, 0x80, 0x01, 1, 0x78),
      'unknown-field: Outer, field 4294967297',
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
    ['text as a number', Uint8Array.of(0x08, 1), 'unreadable: its field text has the wire type VARINT'],
    ['a single number, packed', Uint8Array.of(0x32, 1, 1), 'unreadable: its field big has the wire type LEN'],
    ['a group', Uint8Array.of(0x53, 0x54), 'unreadable: its field inner has the wire type SGROUP'],
    [
      'fixed64',
      Uint8Array.of(0x31, 0, 0, 0, 0, 0, 0, 0, 0),
      'unreadable: its field big has the wire type I64',
    ],
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
