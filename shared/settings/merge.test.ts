import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSettings } from './diff.ts';
import { editSettings } from './edit.ts';
import { mergeSettings, type MergeResult, type MergeSide } from './merge.ts';
import type { SettingsPath } from './pointer.ts';

const base = `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "locked": false,
    "value": true,
    "dockerSocketMount": {
      "imageList": { "images": ["docker:cli", "a:1"] },
      "commandList": { "type": "deny", "commands": [ "push" ] }
    }
  },
  "filesharingAllowedDirectories": [
    { "path": "$HOME", "sharedByDefault": true },
    { "path": "/srv" }
  ]
}
`;
const edit = (text: string, path: SettingsPath, value: unknown): string => {
  const edited = editSettings(text, path, value);
  if (!edited.ok) throw new Error(edited.error.message);
  return edited.value;
};
const eci = 'enhancedContainerIsolation';
const images = [eci, 'dockerSocketMount', 'imageList', 'images'];
const shares = 'filesharingAllowedDirectories';
const textOf = (result: MergeResult): string | null => (result.kind === 'merged' ? result.text : null);
const valueOf = (result: MergeResult): unknown => JSON.parse(textOf(result) ?? 'null');

describe('merging a draft with what another program wrote', () => {
  it('takes the side that changed if only one did, byte for byte', () => {
    const other = base.replace('"locked": false', '"locked":    true');
    expect(textOf(mergeSettings(base, base, other))).toBe(other);
    expect(textOf(mergeSettings(base, other, base))).toBe(other);
    expect(textOf(mergeSettings(base, other, other))).toBe(other);
  });

  it('keeps both if they changed different places, and every byte of the file that need not change', () => {
    const theirs = base
      .replace('"locked": false', '"locked" :   true')
      .replace('[ "push" ]', '[ "push",  "rmi" ]');
    const mine = edit(edit(base, [...images, '-'], 'b:2'), [shares, 1, 'sharedByDefault'], true);
    const merged = textOf(mergeSettings(base, theirs, mine)) ?? '';
    expect(merged).toBe(edit(edit(theirs, [...images, '-'], 'b:2'), [shares, 1, 'sharedByDefault'], true));
    expect(merged).toContain('"locked" :   true');
    expect(merged).toContain('[ "push",  "rmi" ]');
  });

  it('combines additions and removals in lists without a meaningful order', () => {
    const theirs = edit(edit(base, [...images, '-'], 'theirs:1'), [...images, 0], undefined);
    const mine = edit(edit(base, [...images, '-'], 'mine:1'), [...images, 1], undefined);
    const merged = mergeSettings(base, theirs, mine);
    expect(merged).toMatchObject({ overlaps: [] });
    expect(valueOf(merged)).toMatchObject({
      [eci]: { dockerSocketMount: { imageList: { images: ['theirs:1', 'mine:1'] } } },
    });
    // An addition that both sides made counts once.
    expect(
      valueOf(
        mergeSettings(
          base,
          edit(base, [shares, '-'], { path: '/opt' }),
          edit(edit(base, [shares, '-'], { path: '/opt' }), [eci, 'value'], false),
        ),
      ),
    ).toMatchObject({ [shares]: [{}, {}, { path: '/opt' }] });
  });

  it('combines sections that both created', () => {
    const theirs = edit(base, ['bulkhead', 'mode'], 'audit');
    const mine = edit(base, ['bulkhead', 'existingContainers'], 'warn');
    expect(valueOf(mergeSettings(base, theirs, mine))).toMatchObject({
      bulkhead: { mode: 'audit', existingContainers: 'warn' },
    });
  });

  it('lists what both changed differently with all three values, and merges once each is decided', () => {
    const theirs = edit(
      edit(base, [eci, 'dockerSocketMount', 'commandList', 'type'], 'allow'),
      [shares, 1, 'sharedByDefault'],
      true,
    );
    const mine = edit(
      edit(base, [eci, 'dockerSocketMount', 'commandList'], undefined),
      [shares, 1, 'sharedByDefault'],
      false,
    );
    const open = mergeSettings(base, theirs, mine);
    expect(open).toMatchObject({
      text: null,
      overlaps: [
        {
          pointer: `/${eci}/dockerSocketMount/commandList`,
          base: { type: 'deny' },
          theirs: { type: 'allow' },
          mine: undefined,
        },
        { pointer: `/${shares}/1/sharedByDefault`, base: undefined, theirs: true, mine: false },
      ],
    });
    const keys = open.kind === 'merged' ? open.overlaps.map((overlap) => overlap.key) : [];
    const decide = (...sides: MergeSide[]) =>
      valueOf(
        mergeSettings(
          base,
          theirs,
          mine,
          Object.fromEntries(keys.map((key, index) => [key, sides[index] ?? 'mine'])),
        ),
      );
    expect(decide('mine', 'theirs')).toEqual(
      JSON.parse(
        edit(
          edit(base, [eci, 'dockerSocketMount', 'commandList'], undefined),
          [shares, 1, 'sharedByDefault'],
          true,
        ),
      ),
    );
    expect(decide('theirs', 'mine')).toEqual(
      JSON.parse(
        edit(
          edit(base, [eci, 'dockerSocketMount', 'commandList', 'type'], 'allow'),
          [shares, 1, 'sharedByDefault'],
          false,
        ),
      ),
    );
    expect(decide('theirs')).not.toBeNull();
  });

  it('treats one side’s removal and the other’s change of the same element as an overlap', () => {
    const removed = edit(base, [shares, 1], undefined);
    const changed = edit(base, [shares, 1, 'sharedByDefault'], true);
    expect(mergeSettings(base, removed, changed)).toMatchObject({
      text: null,
      overlaps: [
        { base: { path: '/srv' }, theirs: undefined, mine: { path: '/srv', sharedByDefault: true } },
      ],
    });
    expect(mergeSettings(base, changed, removed)).toMatchObject({
      text: null,
      overlaps: [{ theirs: { path: '/srv', sharedByDefault: true }, mine: undefined }],
    });
    const [key] = [`/${shares}/path:/srv`];
    expect(valueOf(mergeSettings(base, removed, changed, { [key ?? '']: 'mine' }))).toMatchObject({
      [shares]: [{ path: '$HOME' }, { path: '/srv', sharedByDefault: true }],
    });
    expect(valueOf(mergeSettings(base, changed, removed, { [key ?? '']: 'mine' }))).toMatchObject({
      [shares]: [{ path: '$HOME' }],
    });
  });

  it('does not merge lists with a meaningful order, nor ones with duplicate elements', () => {
    const list = (...imagesOf: string[]) =>
      edit(
        base,
        ['bulkhead', 'perImageCommandLists'],
        imagesOf.map((image) => ({ image, commands: [] })),
      );
    expect(mergeSettings(list('a'), list('a', 'b'), list('c', 'a'))).toMatchObject({
      text: null,
      overlaps: [{ pointer: '/bulkhead/perImageCommandLists' }],
    });
    const twice = edit(base, images, ['a:1', 'a:1']);
    expect(mergeSettings(base, twice, edit(base, images, []))).toMatchObject({
      text: null,
      overlaps: [{ pointer: `/${images.join('/')}` }],
    });
  });

  it('starts from nothing if there was no file, also if the file was deleted', () => {
    expect(
      valueOf(mergeSettings('', edit(base, [eci, 'value'], false), '{"blockDockerLoad":{"value":true}}')),
    ).toMatchObject({ [eci]: { value: false }, blockDockerLoad: { value: true } });
    const merged = mergeSettings('{"a":1}', '', '{"a":1,"b":2}');
    expect(valueOf(merged)).toEqual({ configurationFileVersion: 2, b: 2 });
  });

  it('reports which text is not JSON', () => {
    expect(mergeSettings('{"a":1', '{}', '{"a":2}')).toEqual({ kind: 'unreadable', side: 'base' });
    expect(mergeSettings('{"a":1}', '{', '{"a":2}')).toEqual({ kind: 'unreadable', side: 'theirs' });
    expect(mergeSettings('{"a":1}', '{}', '{,}')).toEqual({ kind: 'unreadable', side: 'mine' });
  });

  // Arbitrary edits: nothing that did not overlap is lost, and deciding every overlap for one side never
  // throws.
  const edits = fc.array(
    fc.tuple(
      fc.constantFrom<SettingsPath>(
        [eci, 'value'],
        [eci, 'locked'],
        images,
        [...images, '-'],
        [eci, 'dockerSocketMount'],
        [shares],
        [shares, '-'],
        [shares, 0, 'sharedByDefault'],
        ['bulkhead', 'mode'],
        ['bulkhead'],
        ['proxy', 'mode'],
        [eci],
      ),
      fc.constantFrom<unknown>(
        true,
        false,
        undefined,
        'x:1',
        'y:2',
        ['x:1'],
        ['y:2', 'x:1'],
        { path: '/opt' },
        [{ path: '/opt' }, { path: '$HOME' }],
        { a: 1 },
        [],
      ),
    ),
    { maxLength: 5 },
  );
  const after = (changes: readonly (readonly [SettingsPath, unknown])[]): string =>
    changes.reduce((text, [path, value]) => {
      const edited = editSettings(text, path, value);
      return edited.ok ? edited.value : text;
    }, base);

  it('whatever both sides did, each overlap can be decided, and merging with itself changes nothing', () => {
    fc.assert(
      fc.property(edits, edits, fc.constantFrom<MergeSide>('mine', 'theirs'), (one, other, side) => {
        const [theirs, mine] = [after(one), after(other)];
        const open = mergeSettings(base, theirs, mine);
        if (open.kind !== 'merged') throw new Error('unreadable');
        const decided = mergeSettings(
          base,
          theirs,
          mine,
          Object.fromEntries(open.overlaps.map((overlap) => [overlap.key, side])),
        );
        const text = textOf(decided);
        expect(text).not.toBeNull();
        // What I did not change is as in theirs.
        if (diffSettings(base, mine).length === 0 && mine !== base)
          expect(diffSettings(theirs, text ?? '')).toEqual([]);
        if (diffSettings(base, theirs).length === 0) expect(diffSettings(mine, text ?? '')).toEqual([]);
        // A second merge of the result changes nothing.
        expect(textOf(mergeSettings(theirs, theirs, text ?? ''))).toBe(text);
      }),
      { numRuns: 400 },
    );
  });
});
