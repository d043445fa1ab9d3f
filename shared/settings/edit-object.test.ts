import fc from 'fast-check';
import { parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { layout, print, edit, findNode, runs } from './edit-fixture.ts';

describe('editSettings on a whole object', () => {
  it('keeps the notation and order of members that stay while others are added and removed', () => {
    const members = fc.uniqueArray(
      fc.record({
        key: fc.string({ maxLength: 4 }),
        leaf: fc.constantFrom('1.0', '2.50', '"\\u0041"', '[ 7.0 ]', '{"k" : 8.0}'),
        stays: fc.boolean(),
      }),
      { selector: (m) => m.key, minLength: 1, maxLength: 6 },
    );
    const newKeys = fc.uniqueArray(fc.string({ minLength: 5, maxLength: 6 }), { maxLength: 3 });
    fc.assert(
      fc.property(members, newKeys, layout, (before, added, at) => {
        const retained = before.filter((m) => m.stays);
        fc.pre(retained.length > 0 && added.every((key) => !before.some((m) => m.key === key)));
        const text = print(
          {
            keys: ['o'],
            members: [{ keys: before.map((m) => m.key), members: before.map((m) => ({ leaf: m.leaf })) }],
          },
          at,
        );
        const value = Object.fromEntries([
          ...retained.map((m) => [m.key, JSON.parse(m.leaf) as unknown]),
          ...added.map((key) => [key, 5]),
        ]);
        const after = edit(text, ['o'], value);
        const root = parseTree(after);
        const spelt =
          root === undefined
            ? []
            : findNode(root, ['o']).children?.map((p) => [
                p.children?.[0]?.value,
                after.slice(p.children?.[1]?.offset, p.offset + p.length),
              ]);
        const wanted = [...retained.map((m) => [m.key, m.leaf]), ...added.map((key) => [key, '5'])];
        // Object keys that look like indexes newKeys first in JavaScript; added ones may be in any order.
        expect(spelt?.slice(0, retained.length)).toEqual(wanted.slice(0, retained.length));
        expect(spelt?.toSorted()).toEqual(wanted.toSorted());
      }),
      runs,
    );
  });
});
