import { describe, expect, it } from 'vitest';
import { diffLines, unifiedDiff } from './line-diff.ts';

describe('diffLines', () => {
  it('shows changed lines with three lines of context, in hunks, with the line numbers of both texts', () => {
    const before = Array.from({ length: 20 }, (_, i) => `l${i + 1}`);
    const after = before.with(1, 'two').toSpliced(15, 1);
    const hunks = diffLines(before.join('\n'), after.join('\n'));
    const show = (hunk: (typeof hunks)[number] | undefined) =>
      hunk?.map((line) => `${line.kind} ${line.text} ${line.before ?? '-'} ${line.after ?? '-'}`);
    expect(hunks.length).toBe(2);
    expect(show(hunks[0])).toEqual([
      'context l1 1 1',
      'removed l2 2 -',
      'added two - 2',
      'context l3 3 3',
      'context l4 4 4',
      'context l5 5 5',
    ]);
    expect(show(hunks[1])).toEqual([
      'context l13 13 13',
      'context l14 14 14',
      'context l15 15 15',
      'removed l16 16 -',
      'context l17 17 16',
      'context l18 18 17',
      'context l19 19 18',
    ]);
  });

  it('shows changed lines alone without context', () => {
    expect(diffLines('1\n2\n3\n', '1\ntwo\n3\n4', 0)).toEqual([
      [
        { kind: 'removed', text: '2', before: 2, after: null },
        { kind: 'added', text: 'two', before: null, after: 2 },
      ],
      [{ kind: 'added', text: '4', before: null, after: 4 }],
    ]);
  });

  it('shows a new text as added, from line 1 on', () => {
    expect(diffLines('', 'a\nb\n')).toEqual([
      [
        { kind: 'added', text: 'a', before: null, after: 1 },
        { kind: 'added', text: 'b', before: null, after: 2 },
      ],
    ]);
    expect(diffLines('a\n', 'a\n')).toEqual([]);
  });

  it('shows a changed line end', () => {
    expect(
      diffLines('a\r\n', 'a\n')
        .flat()
        .map((line) => `${line.kind} ${line.text}`),
    ).toEqual(['removed a', 'added a']);
  });

  it('shows two long texts with nothing in common as replaced, without a long search', () => {
    const [a, b] = ['x', 'y'].map((c) => Array.from({ length: 20_000 }, (_, i) => `${c}${i}\n`).join(''));
    const lines = diffLines(a ?? '', b ?? '').flat();
    expect(lines.length).toBe(40_000);
    expect(lines[0]).toEqual({ kind: 'removed', text: 'x0', before: 1, after: null });
    expect(lines.at(-1)).toEqual({ kind: 'added', text: 'y19999', before: null, after: 20_000 });
    expect(unifiedDiff(a ?? '', b ?? '', { before: 'a', after: 'b' })).toMatch(
      /^--- a\n\+\+\+ b\n@@ -1,20000 \+1,20000 @@\n-x0\n/,
    );
  });
});

describe('unifiedDiff', () => {
  it('writes the output of diff -u', () => {
    expect(unifiedDiff('a\nb\n', 'a\nc', { before: 'old', after: 'new' })).toBe(
      '--- old\n+++ new\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('', 'a\n', { before: 'old', after: 'new' })).toBe(
      '--- old\n+++ new\n@@ -0,0 +1,1 @@\n+a\n',
    );
    expect(unifiedDiff('a\n', 'a\n', { before: 'old', after: 'new' })).toBe('');
  });
});
