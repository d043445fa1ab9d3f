import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { ArrowDownIcon, ArrowUpIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import type { Sort, SortKey } from './container-filter.ts';

/** A column's head that sorts the list by it: ascending, descending, then not any more. */
export function SortableHead({
  by,
  sort,
  onSort,
  label,
}: {
  readonly by: SortKey;
  readonly sort: Sort;
  readonly onSort: (by: SortKey) => void;
  readonly label: string;
}) {
  const direction = sort.by !== by ? 'none' : sort.descending ? 'descending' : 'ascending';
  const Icon = direction === 'descending' ? ArrowDownIcon : ArrowUpIcon;
  return (
    <Box role="columnheader" aria-sort={direction} sx={{ minWidth: 0 }}>
      <ButtonBase
        onClick={() => {
          onSort(by);
        }}
        sx={{
          gap: '4px',
          fontSize: 12,
          fontWeight: 500,
          lineHeight: '20px',
          color: direction === 'none' ? color.text3 : color.text,
          borderRadius: '4px',
          '&:hover': { color: color.text },
        }}
      >
        {label}
        {direction !== 'none' && <Icon sx={{ fontSize: 14 }} aria-hidden />}
      </ButtonBase>
    </Box>
  );
}
