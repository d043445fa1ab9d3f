/**
 * A position in a text: `offset` counts UTF-16 units from 0, `line` and `column` (UTF-16 units too) from 1.
 */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds lines in a text. A line ends at LF, CRLF or a lone CR, as in editors. Built once per text, then
 * logarithmic.
 */
export class LineIndex {
  private readonly text: string;
  private readonly starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
    }
    this.starts = starts;
  }

  /** Position of `offset`, clamped into the text. */
  at(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= clamped) low = middle;
      else high = middle - 1;
    }
    return { offset: clamped, line: low + 1, column: clamped - (this.starts[low] ?? 0) + 1 };
  }

  /** Text of a line (1-based) without its line break. */
  line(number: number): string {
    const start = this.starts[number - 1];
    if (start === undefined) return '';
    return this.text.slice(start, this.starts[number] ?? this.text.length).replace(/[\r\n]+$/, '');
  }

  /**
   * The line with carets under `length` units at `offset`, for terminals and monospaced text. Long lines are
   * cut around the position; tabs before it are kept so that the carets line up.
   */
  excerpt(offset: number, length: number, width = 80): string {
    const { line, column } = this.at(offset);
    const full = this.line(line);
    const from = column - 1 > width - 20 ? column - 1 - Math.floor(width / 2) : 0;
    const prefix = from > 0 ? '…' : '';
    const shown = full.slice(from, from + width);
    const lead = prefix.replace(/./gu, ' ') + full.slice(from, column - 1).replace(/[^\t]/g, ' ');
    const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (column - 1 - from))));
    return `${prefix}${shown}${from + width < full.length ? '…' : ''}\n${lead}${carets}`;
  }
}
