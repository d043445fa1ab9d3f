import type { AppError, Result } from '../shared/result.ts';
import { displayWidth, padColumns } from './columns.ts';
import { parseListFormat, type ListFormat, type ListOptions } from './list-format.ts';
import { printable, progress } from './output.ts';
import { styled, type Tone } from './style.ts';
import { about, text } from './text.ts';

/** A field of the rows of a list. */
interface ListField<Row> {
  /** Heading of its column. */
  readonly head: () => string;
  /** For scripts: the same in every language, '' if the row has none. */
  readonly value: (row: Row) => string;
  /** For users, in the current language; `value` if absent. */
  readonly display?: (row: Row) => string;
  /** Its meaning, for the colour of its cell. */
  readonly tone?: (row: Row) => Tone | null;
}

/** The list of a command. */
export interface ListDefinition<Row> {
  /** By their names in `--format`. */
  readonly fields: Readonly<Record<string, ListField<Row>>>;
  /** The fields of the table printed without `--format`. */
  readonly columns: readonly string[];
  /** The field printed by `--quiet`; absent: nothing, the exit code says the result. */
  readonly key?: string;
}

/** A cell: its text, and its colour. */
interface Cell {
  readonly text: string;
  readonly tone: Tone | null;
}

/**
 * The requested format of a list; an unusable one is `input.unusable`. As with `docker ps`, `--quiet` wins
 * over `--format`, with a warning.
 */
export function listFormatOf<Row>(
  list: ListDefinition<Row>,
  options: ListOptions,
): Result<ListFormat, AppError> {
  const format = parseListFormat(options, Object.keys(list.fields));
  if (format.ok && options.quiet === true && (options.format ?? '') !== '')
    progress(about(text('cli-output.severity-warning'), text('cli-list.format-ignored')));
  return format;
}

/** The rows of a list in a format, one line each; tables begin with a line of headings. */
export function renderList<Row>(rows: readonly Row[], list: ListDefinition<Row>, format: ListFormat): string {
  switch (format.kind) {
    case 'quiet': {
      const { key } = list;
      return key === undefined ? '' : rows.map((row) => printable(fieldOf(list, key).value(row))).join('\n');
    }
    case 'json':
      return rows.map((row) => JSON.stringify(valuesOf(list, row))).join('\n');
    case 'lines':
      return rows.map((row) => renderLine(row, list, format.parts)).join('\n');
    case 'default':
    case 'columns': {
      const fields = list.columns.map((name) => fieldOf(list, name));
      return alignCells([
        fields.map(({ head }) => ({ text: head(), tone: 'head' })),
        ...rows.map((row) => fields.map((field) => cellOf(field, row))),
      ]);
    }
    case 'table':
      return alignCells([
        renderLine(null, list, format.parts)
          .split('\t')
          .map((text) => ({ text, tone: 'head' })),
        ...rows.map((row) =>
          renderLine(row, list, format.parts)
            .split('\t')
            .map((text) => ({ text, tone: null })),
        ),
      ]);
  }
}

/** One line of a template; of headings if there is no row. */
function renderLine<Row>(
  row: Row | null,
  list: ListDefinition<Row>,
  parts: Extract<ListFormat, { readonly parts: unknown }>['parts'],
): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      if (row === null) return part.name === null ? '' : fieldOf(list, part.name).head();
      if (part.kind === 'field') return printable(fieldOf(list, part.name).value(row));
      return JSON.stringify(part.name === null ? valuesOf(list, row) : fieldOf(list, part.name).value(row));
    })
    .join('');
}

function fieldOf<Row>(list: ListDefinition<Row>, name: string): ListField<Row> {
  const field = list.fields[name];
  if (field === undefined) throw new Error(`a list has no field ${name}`);
  return field;
}

const valuesOf = <Row>(list: ListDefinition<Row>, row: Row): Record<string, string> =>
  Object.fromEntries(Object.entries(list.fields).map(([name, { value }]) => [name, value(row)]));

const cellOf = <Row>({ value, display, tone }: ListField<Row>, row: Row): Cell => ({
  text: printable((display ?? value)(row)),
  tone: tone?.(row) ?? null,
});

/** Lines whose cells are aligned in columns, two spaces apart. */
function alignCells(lines: readonly (readonly Cell[])[]): string {
  const widths: number[] = [];
  for (const cells of lines)
    for (const [column, { text }] of cells.entries())
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(text));
  return lines
    .map((cells) => {
      const last = cells.findLastIndex(({ text }) => text !== '');
      return cells
        .slice(0, last + 1)
        .map(({ text, tone }, column) => {
          const padding =
            column === last ? '' : padColumns('', (widths[column] ?? 0) - displayWidth(text) + 2);
          return (tone === null || text === '' ? text : styled(tone, text)) + padding;
        })
        .join('');
    })
    .join('\n');
}
