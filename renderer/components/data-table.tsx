import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { color } from '../theme/tokens.ts';

export interface Column { readonly key: string; readonly label: ReactNode; readonly width?: number | string; readonly align?: 'left' | 'right' }

/** A plain table in a card: head of 32 px, rows of 35. Rows are given as cells; `edited` marks one that differs from what is applied. */
export function DataTable({ label, columns, rows, footer }: {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[]; readonly edited?: boolean; readonly below?: ReactNode }[];
  readonly footer?: ReactNode;
}) {
  return (
    <>
      <Table aria-label={label} size="small" sx={{ tableLayout: 'fixed' }}>
        <TableHead>
          <TableRow>
            {columns.map((column) => <TableCell key={column.key} align={column.align ?? 'left'} sx={{ ...(column.width === undefined ? {} : { width: column.width }) }}>{column.label}</TableCell>)}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.flatMap((row) => [
            <TableRow key={row.key} data-edited={row.edited === true || undefined} sx={{ background: row.edited === true ? color.edited : 'transparent', ...(row.below === undefined ? {} : { '& > td': { borderBottom: 0 } }) }}>
              {row.cells.map((cell, index) => <TableCell key={columns[index]?.key ?? index} align={columns[index]?.align ?? 'left'}>{cell}</TableCell>)}
            </TableRow>,
            ...(row.below === undefined ? [] : [
              <TableRow key={`${row.key}-below`} sx={{ background: row.edited === true ? color.edited : 'transparent' }}>
                <TableCell colSpan={columns.length} sx={{ height: 'auto', padding: '2px 16px 12px' }}>{row.below}</TableCell>
              </TableRow>,
            ]),
          ])}
        </TableBody>
      </Table>
      {footer !== undefined && <Box sx={{ padding: '9px 16px', borderTop: `1px solid ${color.border}`, fontSize: 12, lineHeight: '16px', color: color.text3 }}>{footer}</Box>}
    </>
  );
}
