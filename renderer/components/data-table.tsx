import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { color, stacked, visuallyHidden } from '../theme/tokens.ts';
import { distanceFromTop, findScroller } from './find-scroller.ts';
import { settingAnchor, usePointer } from './linked-setting.ts';
import { SortButton, type SortDirection } from './sort-button.tsx';
import { useSorting, type SortableRow } from './table-sort.ts';
import { virtualizeAbove } from './virtual-rows.tsx';

/** Estimated height of a row before it is rendered, px. */
const estimatedRowHeight = 37;
/** Rows rendered beyond the visible ones, on both sides: few, as each adds to the time a page takes. */
const overscan = 3;
/** Assumed height for the table in the page's scroll area before layout, px. */
const assumedViewHeight = 320;

export type Column = {
  readonly key: string;
  readonly width?: number | string;
  readonly align?: 'left' | 'right';
  /** Caption of the column's cells if the table has no room for columns. */
  readonly caption?: string;
} & (
  | { readonly label: ReactNode; readonly sorts?: undefined }
  /** The label of a header that sorts the table, by the rows' `sortTexts`, and what stands beside it. */
  | { readonly sorts: string; readonly beside?: ReactNode; readonly label?: undefined }
);

export interface TableEntry extends SortableRow {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  readonly edited?: boolean;
  /** JSON pointer of the entry that it shows. */
  readonly pointer?: string;
  readonly below?: ReactNode;
}

/**
 * A plain table in a card: header of 32 px, rows of 35; of a long one, only rows near the view are rendered.
 * Rows are given as cells; `edited` marks one that differs from the applied settings. In a narrow page the
 * cells of a row are below each other, a last column that is aligned right beside the first. Roles are
 * explicit: an element that is no longer displayed as a table would lose its own.
 */
export function DataTable({
  label,
  columns,
  rows: given,
  footer,
  revealed,
}: {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableEntry[];
  readonly footer?: ReactNode;
  /** Key of a row that is to be in view, as one that is edited. The one that the address names is anyway. */
  readonly revealed?: string | undefined;
}) {
  const { rows, directionOf, sortBy } = useSorting(given);
  const near = useRowsInView(rows, revealed);
  const whole = near.first === 0 && near.last === rows.length;
  return (
    <>
      <Table
        aria-label={label}
        aria-rowcount={whole ? undefined : rows.length + 1}
        role="table"
        size="small"
        sx={{ tableLayout: 'fixed', [stacked]: { display: 'block', '& > tbody': { display: 'block' } } }}
      >
        <TableHead role="rowgroup" sx={{ [stacked]: { display: 'block' } }}>
          <TableRow role="row" sx={stackedHead}>
            {columns.map((column) => (
              <TableCell
                key={column.key}
                role="columnheader"
                className={typeof column.label === 'string' ? 'plain' : undefined}
                align={column.align ?? 'left'}
                {...(column.sorts === undefined ? {} : { 'aria-sort': directionOf(column.key) })}
                sx={{ ...(column.width === undefined ? {} : { width: column.width }) }}
              >
                <HeaderLabel column={column} direction={directionOf(column.key)} onSort={sortBy} />
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody role="rowgroup" ref={near.body}>
          {near.before > 0 && <Gap height={near.before} columns={columns.length} />}
          {rows.slice(near.first, near.last).map((row, at) => (
            <DataRow
              key={row.key}
              row={row}
              columns={columns}
              index={near.first + at}
              isCounted={!whole}
              measure={
                row.below === undefined
                  ? near.measure
                  : // A new function each time: the content below the row may have changed.
                    (element) => {
                      near.measure(element);
                    }
              }
            />
          ))}
          {near.after > 0 && <Gap height={near.after} columns={columns.length} />}
        </TableBody>
      </Table>
      {footer !== undefined && (
        <Box
          sx={{
            padding: '9px 16px',
            borderTop: `1px solid ${color.border}`,
            fontSize: 12,
            lineHeight: '16px',
            color: color.text3,
          }}
        >
          {footer}
        </Box>
      )}
    </>
  );
}

function HeaderLabel({
  column,
  direction,
  onSort,
}: {
  readonly column: Column;
  readonly direction: SortDirection;
  readonly onSort: (column: string) => void;
}) {
  if (column.sorts === undefined) return column.label;
  return (
    <>
      <SortButton
        direction={direction}
        label={column.sorts}
        onClick={() => {
          onSort(column.key);
        }}
      />
      {column.beside}
    </>
  );
}

/** The headers in one line if there are no columns: those that sort, or have a control. */
const stackedHead = {
  [stacked]: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: '16px',
    padding: '5px 16px',
    backgroundColor: color.subtle,
    borderBottom: `1px solid ${color.border}`,
    '& > th': { display: 'block', width: 'auto', height: 'auto', padding: 0, border: 0 },
    '& > th.plain': visuallyHidden,
  },
} as const;

/** The cells of a row below each other, each with its column's caption. */
const stackedRow = {
  [stacked]: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    alignItems: 'center',
    columnGap: '8px',
    padding: '6px 16px',
    borderBottom: `1px solid ${color.border}`,
    '&:last-child': { borderBottom: 0 },
    '&:has(+ tr > td[colspan])': { borderBottom: 0 },
    '& > td': {
      display: 'block',
      gridColumn: '1 / -1',
      height: 'auto',
      minWidth: 0,
      padding: '2px 0',
      border: 0,
      overflowWrap: 'anywhere',
    },
    // Zero height, not `display: none`, which would shift the following cells to other columns for screen
    // readers.
    '& > td:empty': { padding: 0 },
    '& > td[data-caption]:not(:empty)': {
      display: 'grid',
      gridTemplateColumns: '112px minmax(0, 1fr)',
      justifyItems: 'start',
      alignItems: 'baseline',
      columnGap: '8px',
    },
    // Screen readers read the column's header.
    '& > td[data-caption]::before': {
      content: 'attr(data-caption) / ""',
      fontSize: 12,
      lineHeight: '16px',
      color: color.text3,
    },
    '& > td:first-of-type:not(:only-child)': { gridColumn: '1' },
    '& > td[data-aside]': { gridColumn: '2', gridRow: '1' },
  },
} as const;

/**
 * A row, with the content below it. Memoized: a long table renders again while it measures its rows, and with
 * every step that it is scrolled.
 */
const DataRow = memo(function DataRow({
  row,
  columns,
  index,
  isCounted,
  measure,
}: {
  readonly row: TableEntry;
  readonly columns: readonly Column[];
  readonly index: number;
  /** Whether it has an `aria-rowindex`: if some rows are not rendered. */
  readonly isCounted: boolean;
  readonly measure: RowsInView['measure'];
}) {
  const background = row.edited === true ? color.edited : 'transparent';
  return (
    <>
      <TableRow
        role="row"
        {...settingAnchor(row.pointer)}
        data-index={index}
        ref={measure}
        aria-rowindex={isCounted ? index + 2 : undefined}
        data-edited={row.edited === true || undefined}
        sx={{
          background,
          // Rows of one line stay at 35 px; those of more keep a distance from their borders.
          '& > td': { py: '4px', ...(row.below === undefined ? {} : { borderBottom: 0 }) },
          ...stackedRow,
        }}
      >
        {row.cells.map((cell, at) => (
          <TableCell
            key={columns[at]?.key ?? at}
            role="cell"
            align={columns[at]?.align ?? 'left'}
            data-caption={columns[at]?.caption}
            data-aside={columns[at]?.align === 'right' || undefined}
          >
            {cell}
          </TableCell>
        ))}
      </TableRow>
      {row.below !== undefined && (
        <TableRow role="row" sx={{ background, [stacked]: { display: 'block' } }}>
          <TableCell
            role="cell"
            colSpan={columns.length}
            sx={{ height: 'auto', padding: '2px 16px 12px', [stacked]: { display: 'block' } }}
          >
            {row.below}
          </TableCell>
        </TableRow>
      )}
    </>
  );
});

/** Spacer in place of rows that are not rendered. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

const noRows: readonly TableEntry[] = [];
/** Ref of the rows of a short table. */
const notMeasured = () => undefined;

interface RowsInView {
  readonly first: number;
  /** One past the last rendered row. */
  readonly last: number;
  /** Heights of the rows that are not rendered, px. */
  readonly before: number;
  readonly after: number;
  /** Ref of the element around the rows. */
  readonly body: (element: HTMLElement | null) => void;
  /** Ref of each rendered row. */
  readonly measure: (row: HTMLTableRowElement | null) => void;
}

/**
 * The rows of a long table in the page's own scroll area that are near the view; all rows of a short table.
 * Heights are estimated until a row is rendered.
 */
function useRowsInView(rows: readonly TableEntry[], revealed: string | undefined): RowsInView {
  const [body, setBody] = useState<HTMLElement | null>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  const scroller = useMemo(() => (body === null ? null : findScroller(body)), [body]);
  const windowed = rows.length > virtualizeAbove;
  const virtualizer = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count: rows.length,
    enabled: windowed,
    getScrollElement: () => scroller,
    estimateSize: () => estimatedRowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    measureElement: (row, _, { indexFromElement }) =>
      measureRow(row, rows[indexFromElement(row)]?.below !== undefined),
    overscan,
    scrollMargin,
    initialRect: { width: 0, height: assumedViewHeight },
  });
  // Offset of the rows in the scroll area: cards above them may be added or removed.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- after every render; it ends where nothing moved
  useLayoutEffect(() => {
    if (!windowed || body === null || scroller === null) return;
    const distance = distanceFromTop(body, scroller);
    setScrollMargin((now) => (Math.abs(now - distance) < 1 ? now : distance));
  });
  useScrollToRow(virtualizer, windowed && scroller !== null ? rows : noRows, body, revealed);
  if (!windowed)
    return { first: 0, last: rows.length, before: 0, after: 0, body: setBody, measure: notMeasured };
  const inView = virtualizer.getVirtualItems();
  const [first, last] = [inView[0], inView.at(-1)];
  return {
    first: first?.index ?? 0,
    last: last === undefined ? 0 : last.index + 1,
    before: first === undefined ? 0 : first.start - scrollMargin,
    after: virtualizer.getTotalSize() - (last === undefined ? 0 : last.end - scrollMargin),
    body: setBody,
    measure: virtualizer.measureElement,
  };
}

/** The events by which a user takes over the scrolling. */
const userInput = ['wheel', 'pointerdown', 'keydown'] as const;

/**
 * Brings the row that the address names into view, and later the one with the key `revealed`, and keeps it
 * there until the user scrolls or types: the heights of other rows are estimates until they are rendered, and
 * change when a registry responds. `rows`: empty until they can be scrolled.
 */
function useScrollToRow(
  virtualizer: Virtualizer<HTMLElement, HTMLTableRowElement>,
  rows: readonly TableEntry[],
  body: HTMLElement | null,
  revealed: string | undefined,
): void {
  const pointer = usePointer();
  const isMeant = useRef<((row: TableEntry) => boolean) | null>(null);
  const canScroll = rows.length > 0;
  useLayoutEffect(() => {
    if (!canScroll || pointer === null) return;
    isMeant.current = (row) => row.pointer !== undefined && `${pointer}/`.startsWith(`${row.pointer}/`);
  }, [canScroll, pointer]);
  useLayoutEffect(() => {
    if (canScroll && revealed !== undefined) isMeant.current = ({ key }) => key === revealed;
  }, [canScroll, revealed]);
  useEffect(() => {
    const release = () => {
      isMeant.current = null;
    };
    for (const name of userInput) window.addEventListener(name, release, { capture: true, passive: true });
    return () => {
      for (const name of userInput) window.removeEventListener(name, release, { capture: true });
    };
  }, []);
  // After every render: rows have been measured.
  useLayoutEffect(() => {
    const index = isMeant.current === null ? -1 : rows.findIndex(isMeant.current);
    if (index < 0) return;
    const row = body?.querySelector<HTMLElement>(`tr[data-index="${index}"]`) ?? null;
    if (row === null) virtualizer.scrollToIndex(index, { align: 'center' });
    else bringIntoView(row, rows[index]?.below !== undefined);
  });
}

/** Scrolls to a row, and to the content below it, if they are not in view. */
function bringIntoView(row: HTMLElement, below: boolean): void {
  const view = findScroller(row).getBoundingClientRect();
  const scrollTo = (part: Element | null, block: ScrollLogicalPosition) => {
    const box = part?.getBoundingClientRect();
    if (box !== undefined && (box.top < view.top - 1 || box.bottom > view.bottom + 1))
      part?.scrollIntoView({ block });
  };
  scrollTo(row, 'center');
  if (below) scrollTo(row.nextElementSibling, 'nearest');
}

/** Height of a row with the content below it, px; the estimate if there is no layout. */
function measureRow(row: HTMLElement, below: boolean): number {
  const next = below ? row.nextElementSibling : null;
  const height = row.offsetHeight + (next instanceof HTMLElement ? next.offsetHeight : 0);
  return height === 0 ? estimatedRowHeight : height;
}
