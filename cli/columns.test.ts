import { expect, test } from 'vitest';
import { wrapColumns } from './columns.ts';

test.each([
  ['one two  three', 9, ['one two', 'three']],
  ['a-long-word b', 4, ['a-long-word', 'b']],
  ['first\n\nsecond', 80, ['first', '', 'second']],
  ['按 ID 指定另一个引擎', 10, ['按 ID 指定', '另一个引擎']],
  // Punctuation is not separated from what it belongs to.
  ['启动引擎，等待', 8, ['启动引', '擎，等待']],
  ['文件（默认：草稿）', 6, ['文件', '（默', '认：草', '稿）']],
  ['见“a b”、c', 6, ['见“a', 'b”、c']],
])('%j in %d columns', (text, width, lines) => {
  expect(wrapColumns(text, width).split('\n')).toEqual(lines);
});
