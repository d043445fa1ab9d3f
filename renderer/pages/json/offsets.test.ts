import { expect, it } from 'vitest';
import { OffsetMap } from './offsets.ts';

it('counts a line end of two units as one, and single ones unchanged', () => {
  const text = 'ab\r\nc\r\n\r\nd';
  const map = new OffsetMap(text, '\r\n');
  expect([0, 2, 4, 5, 7, 9].map((offset) => map.position(offset))).toEqual([0, 2, 3, 4, 5, 6]);
  expect(new OffsetMap('a\nb\n', '\n').position(3)).toBe(3);
});
