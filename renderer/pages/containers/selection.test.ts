import { describe, expect, it } from 'vitest';
import { emptySelection, extendTo, keepExisting, moveTo, toggle, toggleAll } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];
const chosen = (s: { chosen: ReadonlySet<string> }) => [...s.chosen].sort().join('');

describe('selecting in a list', () => {
  it('selects a range from the anchor, both ways, and keeps the selection outside it', () => {
    const start = toggle(toggle(emptySelection, 'e'), 'b');
    expect(chosen(extendTo(start, order, 'd'))).toBe('bcde');
    expect(chosen(extendTo(start, order, 'a'))).toBe('abe');
  });

  it('keeps the anchor while the range grows and shrinks its end', () => {
    const grown = extendTo(extendTo(moveTo(emptySelection, 'b'), order, 'c'), order, 'd');
    expect(grown.anchor).toBe('b');
    expect(grown.active).toBe('d');
  });

  it('starts a range at the target when the anchor is filtered away', () => {
    expect(chosen(extendTo(toggle(emptySelection, 'a'), ['c', 'd'], 'd'))).toBe('ad');
  });

  it('selects all that are shown, then none of them, and keeps the state of hidden ones', () => {
    const hidden = toggle(emptySelection, 'a');
    const all = toggleAll(hidden, ['b', 'c']);
    expect(chosen(all)).toBe('abc');
    expect(chosen(toggleAll(all, ['b', 'c']))).toBe('a');
    expect(chosen(toggleAll(emptySelection, []))).toBe('');
  });

  it('drops containers that no longer exist', () => {
    const selection = toggle(toggle(emptySelection, 'a'), 'b');
    const remaining = keepExisting(selection, new Set(['a']));
    expect([chosen(remaining), remaining.active, remaining.anchor]).toEqual(['a', null, null]);
    expect(keepExisting(selection, new Set(order))).toBe(selection);
  });
});
