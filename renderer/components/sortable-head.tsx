import Box from '@mui/material/Box';
import { SortButton } from './sort-button.tsx';

/** The order of a list: by one of its columns. */
export interface ColumnSort<Key extends string> {
  readonly by: Key;
  readonly descending: boolean;
}

/** A column's header that sorts the list. */
export function SortableHead<Key extends string>({
  by,
  sort,
  onSort,
  label,
}: {
  readonly by: Key;
  readonly sort: ColumnSort<string>;
  readonly onSort: (by: Key) => void;
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
