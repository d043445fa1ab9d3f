import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSettings } from '../../../shared/settings/index.ts';
import { listRows, sameEntries, undoRow } from './list-changes.ts';

describe('a list compared with the applied one', () => {
  it('distinguishes added, edited and removed entries, each at its place', () => {
    expect(listRows(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
      { kind: 'same', index: 0, value: 'a' },
      { kind: 'edited', index: 1, value: 'x', before: 'b' },
      { kind: 'same', index: 2, value: 'c' },
      { kind: 'added', index: 3, value: 'd' },
    ]);
    expect(listRows(['a', 'b', 'c'], ['c'])).toEqual([
      { kind: 'removed', index: 0, value: 'a' },
      { kind: 'removed', index: 0, value: 'b' },
      { kind: 'same', index: 0, value: 'c' },
    ]);
  });

  it('ignores a mere change of order, as the diff of the document does', () => {
    expect(sameEntries(['a', 'b', 'a'], ['a', 'a', 'b'])).toBe(true);
    expect(sameEntries(['a', 'b'], ['a', 'a'])).toBe(false);
  });

  it('returns to the applied entries by undoing rows in any order; shows only real changes', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 });
    const text = (images: readonly string[]) =>
      JSON.stringify({ enhancedContainerIsolation: { dockerSocketMount: { imageList: { images } } } });
    fc.assert(
      fc.property(list, list, fc.nat(), (before, after, choice) => {
        expect(listRows(before, after).some((row) => row.kind !== 'same')).toBe(
          diffSettings(text(before), text(after)).length > 0,
        );
        let now: readonly string[] = after;
        for (let step = 0; step <= before.length + after.length; step++) {
          const changed = listRows(before, now).filter((row) => row.kind !== 'same');
          const row = changed[choice % Math.max(1, changed.length)];
          if (row !== undefined) now = undoRow(now, row);
        }
        expect(sameEntries(before, now)).toBe(true);
      }),
    );
  });
});
