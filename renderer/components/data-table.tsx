import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { color } from '../theme/tokens.ts';
import { placeOf } from './pointed.ts';
import { useWindowedRows } from './windowed-rows.ts';

const rowHeight = 38;

export interface Column {
  readonly key: string;
  readonly label: ReactNode;
  readonly width?: number | string;
  readonly align?: 'left' | 'right';
}

/**
 * A plain table in a card: head of 32 px, rows of 35; of a long one, only what is near the view is drawn.
 * Rows are given as cells; `edited` marks one that differs from what is applied.
 */
export function DataTable({
  label,
  columns,
  rows,
  footer,
}: {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: readonly {
    readonly key: string;
    readonly cells: readonly ReactNode[];
    readonly edited?: boolean;
    /** The entry of the settings it shows. */ readonly pointer?: string;
    readonly below?: ReactNode;
  }[];
  readonly footer?: ReactNode;
}) {
  const near = useWindowedRows(
    rows.map((row) => row.key),
    rowHeight,
  );
  const whole = near.first === 0 && near.last === rows.length;
  return (
    <>
      <Table
        ref={near.box}
        aria-label={label}
        aria-rowcount={whole ? undefined : rows.length + 1}
        size="small"
        sx={{ tableLayout: 'fixed' }}
      >
        <TableHead>
          <TableRow>
            {columns.map((column) => (
              <TableCell
                key={column.key}
                align={column.align ?? 'left'}
                sx={{ ...(column.width === undefined ? {} : { width: column.width }) }}
              >
                {column.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {near.before > 0 && <Gap height={near.before} columns={columns.length} />}
          {rows.slice(near.first, near.last).flatMap((row, index) => [
            <TableRow
              key={row.key}
              {...placeOf(row.pointer)}
              ref={(element: HTMLTableRowElement | null) => {
                if (element !== null) near.measured(row.key, heightOf(element, row.below !== undefined));
              }}
              aria-rowindex={whole ? undefined : near.first + index + 2}
              data-edited={row.edited === true || undefined}
              sx={{
                background: row.edited === true ? color.edited : 'transparent',
                ...(row.below === undefined ? {} : { '& > td': { borderBottom: 0 } }),
              }}
            >
              {row.cells.map((cell, at) => (
                <TableCell key={columns[at]?.key ?? at} align={columns[at]?.align ?? 'left'}>
                  {cell}
                </TableCell>
              ))}
            </TableRow>,
            ...(row.below === undefined
              ? []
              : [
                  <TableRow
                    key={`${row.key}-below`}
                    sx={{ background: row.edited === true ? color.edited : 'transparent' }}
                  >
                    <TableCell colSpan={columns.length} sx={{ height: 'auto', padding: '2px 16px 12px' }}>
                      {row.below}
                    </TableCell>
                  </TableRow>,
                ]),
          ])}
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

/** In place of rows that are not drawn. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function heightOf(row: HTMLElement, below: boolean): number {
  const next = below ? row.nextElementSibling : null;
  return row.offsetHeight + (next instanceof HTMLElement ? next.offsetHeight : 0);
}
