import { describe, expect, it } from 'vitest';
import { withinLimits } from './payload-size.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe('payload limits', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['numbers', { a: [1, 2.5, NaN] }],
    ['text', { text: 'x'.repeat(50) }],
    ['no prototype', Object.create(null)],
    ['moderate depth', nested(10)],
  ])('takes %s', (_name, value) => {
    expect(withinLimits(value, 1000)).toBe(true);
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  it.each([
    ['a long text', 'x'.repeat(1001)],
    ['many small ones', Array.from({ length: 200 }, () => 'x')],
    ['a sparse giant array', new Array(1_000_000)],
    ['long keys', { ['k'.repeat(2000)]: 1 }],
    ['great depth', nested(100)],
    ['a cycle', cycle],
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date(0)],
    ['bytes', new Uint8Array(4)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a pattern', /x/],
  ])('refuses %s', (_name, value) => {
    expect(withinLimits(value, 1000)).toBe(false);
  });
});
