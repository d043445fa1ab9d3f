import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { list, map, message, one } from './llb-messages.ts';
import type { MessageShape } from './protobuf.ts';

const inner: MessageShape = message('Inner', { 1: one('text'), 2: one('self', () => inner) });
export const shape: MessageShape = message('Outer', {
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

export const write = (fill: (writer: BinaryWriter) => void) => {
  const writer = new BinaryWriter();
  fill(writer);
  return writer.finish();
};
export const entry = (key: string, value: string) =>
  write((w) => {
    w.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value);
  });
