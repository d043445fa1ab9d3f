/** A line of a diff; line numbers from 1, null on the side that does not have it. */
export interface DiffLine {
  readonly kind: 'context' | 'removed' | 'added';
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Changed lines with context. Starts count from 1; 0 with a count of 0, as in unified diffs. */
export interface DiffHunk {
  readonly beforeStart: number;
  readonly beforeCount: number;
  readonly afterStart: number;
  readonly afterCount: number;
  readonly lines: readonly DiffLine[];
}

/** Beyond this many edits the middle is shown as replaced: the search is quadratic in it. */
const maxEdits = 1500;

/**
 * Line by line difference (Myers, shortest edit script), grouped into hunks with `context` lines around each
 * change. Lines are compared with their line ends, so that a change from LF to CRLF shows; shown texts are
 * without them.
 */
export function diffLines(before: string, after: string, context = 3): DiffHunk[] {
  const script = editScript(splitLines(before), splitLines(after));
  const hunks: DiffHunk[] = [];
  let [start, lineBefore, lineAfter] = [0, 0, 0];
  for (;;) {
    let first = start;
    while (script[first]?.kind === 'context') first++;
    if (first === script.length) break;
    let last = first;
    for (let i = first; i < script.length && i - last <= context * 2; i++)
      if (script[i]?.kind !== 'context') last = i;
    const from = Math.max(start, first - context);
    const lines = script.slice(from, last + context + 1);
    // What lies between two hunks is on both sides.
    const hunk = hunkOf(lines, lineBefore + from - start, lineAfter + from - start);
    hunks.push(hunk);
    lineBefore += from - start + hunk.beforeCount;
    lineAfter += from - start + hunk.afterCount;
    start = from + lines.length;
  }
  return hunks;
}

/** Unified diff text as `diff -u` prints it; '' when nothing differs. */
export function unifiedDiff(
  before: string,
  after: string,
  names: { before: string; after: string },
  context = 3,
): string {
  const hunks = diffLines(before, after, context);
  if (hunks.length === 0) return '';
  const sign = { context: ' ', removed: '-', added: '+' } as const;
  const lastBefore = splitLines(before).length;
  const lastAfter = splitLines(after).length;
  const body = hunks.flatMap((hunk) => [
    `@@ -${hunk.beforeStart},${hunk.beforeCount} +${hunk.afterStart},${hunk.afterCount} @@`,
    ...hunk.lines.flatMap((line) => {
      const unended =
        (line.before === lastBefore && !endsLine(before)) || (line.after === lastAfter && !endsLine(after));
      return [sign[line.kind] + line.text, ...(unended ? ['\\ No newline at end of file'] : [])];
    }),
  ]);
  return [`--- ${names.before}`, `+++ ${names.after}`, ...body, ''].join('\n');
}

const endsLine = (text: string): boolean => /[\r\n]$/.test(text);

/** `linesBefore` and `linesAfter`: how many lines of each text come before it. */
function hunkOf(lines: readonly DiffLine[], linesBefore: number, linesAfter: number): DiffHunk {
  const count = (side: 'before' | 'after'): number => lines.filter((line) => line[side] !== null).length;
  const [beforeCount, afterCount] = [count('before'), count('after')];
  return {
    beforeCount,
    afterCount,
    lines,
    beforeStart: linesBefore + (beforeCount > 0 ? 1 : 0),
    afterStart: linesAfter + (afterCount > 0 ? 1 : 0),
  };
}

/** Lines with their line ends; no last empty line after a final line end. */
function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
}

const shown = (line: string): string => line.replace(/[\r\n]+$/, '');

function editScript(a: readonly string[], b: readonly string[]): DiffLine[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const script: DiffLine[] = [];
  let [i, j] = [0, 0];
  const both = (): void => {
    script.push({ kind: 'context', text: shown(a[i] ?? ''), before: ++i, after: ++j });
  };
  const gone = (): void => {
    script.push({ kind: 'removed', text: shown(a[i] ?? ''), before: ++i, after: null });
  };
  const come = (): void => {
    script.push({ kind: 'added', text: shown(b[j] ?? ''), before: null, after: ++j });
  };
  while (i < head) both();
  for (const step of middleSteps(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) {
    if (step === 'both') both();
    else if (step === 'gone') gone();
    else come();
  }
  while (i < a.length) both();
  return script;
}

type Step = 'both' | 'gone' | 'come';

/** Myers' greedy algorithm with the furthest reaching points kept a round, walked back at the end. */
function middleSteps(a: readonly string[], b: readonly string[]): Step[] {
  const limit = Math.min(a.length + b.length, maxEdits);
  const rounds: Int32Array[] = [];
  const furthest = new Int32Array(2 * limit + 3);
  const at = (diagonal: number): number => furthest[diagonal + limit + 1] ?? 0;
  for (let d = 0; d <= limit; d++) {
    rounds.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      furthest[k + limit + 1] = x;
      if (x >= a.length && y >= b.length) return walkBack(rounds, limit, a.length, b.length);
    }
  }
  return [...a.map((): Step => 'gone'), ...b.map((): Step => 'come')];
}

function walkBack(rounds: readonly Int32Array[], limit: number, endX: number, endY: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [endX, endY];
  for (let d = rounds.length - 1; d >= 0; d--) {
    const at = (diagonal: number): number => rounds[d]?.[diagonal + limit + 1] ?? 0;
    const k = x - y;
    const fromAbove = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previous = fromAbove ? k + 1 : k - 1;
    const previousX = d === 0 ? 0 : at(previous);
    const previousY = d === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      steps.push('both');
      x--;
      y--;
    }
    if (d === 0) break;
    steps.push(fromAbove ? 'come' : 'gone');
    [x, y] = [previousX, previousY];
  }
  return steps.reverse();
}
