import { expect, it } from 'vitest';
import { findingsByPointer } from './findings-by-pointer.ts';
import type { Finding } from '../../../shared/settings/findings.ts';

const finding = (pointer: string, text: string): Finding => ({
  code: 'socket-image-mutable-tag',
  severity: 'note',
  pointer,
  range: { offset: 0, length: 0, line: 1, column: 1 },
  message: text,
  params: {},
});

it('groups findings by their pointer, in their order', () => {
  const a = finding('/images/0', 'a');
  const b = finding('/images/1', 'b');
  const c = finding('/images/0', 'c');
  const grouped = findingsByPointer([a, b, c]);
  expect(grouped.get('/images/0')).toEqual([a, c]);
  expect(grouped.get('/images/1')).toEqual([b]);
  expect(grouped.get('/images/2')).toBeUndefined();
});
