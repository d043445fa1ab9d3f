import { OMIT_HEADERS, formatPatch, structuredPatch, type StructuredPatch } from 'diff';

/** A line of a diff; line numbers from 1, null on the side that does not have it. */
export interface DiffLine {
  readonly kind: 'context' | 'removed' | 'added';
  /** Without its line end. */
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/**
 * With more edits than this the whole text counts as replaced: the search is quadratic in them (0.4 s for
 * 20,000 lines with this many edits).
 */
const maxEditLength = 1500;

/**
 * Line by line difference, as hunks: changed lines with `context` lines around them. Lines are compared with
 * their line ends, so that a change from LF to CRLF is visible.
 */
export function diffLines(before: string, after: string, context = 3): readonly (readonly DiffLine[])[] {
  return createPatch(before, after, { before: '', after: '' }, context).hunks.map((hunk) => {
    let lineBefore = hunk.oldStart;
    let lineAfter = hunk.newStart;
    const lines: DiffLine[] = [];
    for (const line of hunk.lines) {
      const text = line.slice(1).replace(/\r$/, '');
      if (line.startsWith('-')) lines.push({ kind: 'removed', text, before: lineBefore++, after: null });
      else if (line.startsWith('+')) lines.push({ kind: 'added', text, before: null, after: lineAfter++ });
      else if (line.startsWith(' '))
        lines.push({ kind: 'context', text, before: lineBefore++, after: lineAfter++ });
      // The rest is the remark that a text does not end with a line end.
    }
    return lines;
  });
}

/** Unified diff text as printed by `diff -u`; '' when nothing differs. */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
  context = 3,
): string {
  if (before === after) return '';
  // The library quotes names that are not ASCII, as git quotes those of files; these are labels.
  const hunks = formatPatch(createPatch(before, after, names, context), OMIT_HEADERS);
  return `--- ${names.before}\n+++ ${names.after}\n${hunks}`;
}

function createPatch(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
  context: number,
): StructuredPatch {
  const patch = structuredPatch(names.before, names.after, before, after, undefined, undefined, {
    context,
    maxEditLength,
  });
  if (patch !== undefined) return patch;
  const removed = patchLines('-', before);
  const added = patchLines('+', after);
  return {
    oldFileName: names.before,
    newFileName: names.after,
    oldHeader: undefined,
    newHeader: undefined,
    hunks: [
      {
        oldStart: 1,
        oldLines: removed.count,
        newStart: 1,
        newLines: added.count,
        lines: [...removed.lines, ...added.lines],
      },
    ],
  };
}

/** All lines of a text as lines of a patch, and their number. */
function patchLines(sign: '-' | '+', text: string): { readonly lines: string[]; readonly count: number } {
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  const signed = lines.map((line) => sign + line);
  return {
    lines: ended ? signed : [...signed, '\\ No newline at end of file'],
    count: lines.length,
  };
}
