import { useMemo, useState } from 'react';
import type { SortDirection } from './sort-button.tsx';

/**
 * The sort key of a row: a text for each column that sorts, its digits ordered as numbers. A function is
 * called only to sort by its column.
 */
export interface SortableRow {
  readonly sortTexts?: Readonly<Record<string, string | (() => string | undefined)>>;
}

const sortText = ({ sortTexts }: SortableRow, column: string): string | undefined => {
  const given = sortTexts?.[column];
  return typeof given === 'function' ? given() : given;
};

interface Sorting<Row> {
  readonly rows: readonly Row[];
  readonly directionOf: (column: string) => SortDirection;
  /** Sorts by a column: ascending, descending, then in the original order. */
  readonly sortBy: (column: string) => void;
}

/** The rows in the user's order; a row without a text for the column is last. */
export function useSorting<Row extends SortableRow>(given: readonly Row[]): Sorting<Row> {
  const [sort, setSort] = useState<{ readonly column: string; readonly descending: boolean } | null>(null);
  const rows = useMemo(() => {
    if (sort === null) return given;
    const collator = new Intl.Collator(undefined, { numeric: true });
    const sign = sort.descending ? -1 : 1;
    return given
      .map((row) => ({ row, text: sortText(row, sort.column) }))
      .toSorted(({ text: one }, { text: other }) => {
        if (one === undefined || other === undefined)
          return Number(one === undefined) - Number(other === undefined);
        return sign * collator.compare(one, other);
      })
      .map(({ row }) => row);
  }, [given, sort]);
  return {
    rows,
    directionOf: (column) =>
      sort?.column !== column ? 'none' : sort.descending ? 'descending' : 'ascending',
    sortBy: (column) => {
      setSort((now) => {
        if (now?.column !== column) return { column, descending: false };
        return now.descending ? null : { column, descending: true };
      });
    },
  };
}
