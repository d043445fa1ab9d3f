import Box from '@mui/material/Box';
import { SortButton } from '../../components/sort-button.tsx';
import type { Sort, SortKey } from './container-filter.ts';

/** A column's header that sorts the list. */
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
  return (
    <Box role="columnheader" aria-sort={direction} sx={{ minWidth: 0 }}>
      <SortButton
        direction={direction}
        label={label}
        onClick={() => {
          onSort(by);
        }}
      />
    </Box>
  );
}
