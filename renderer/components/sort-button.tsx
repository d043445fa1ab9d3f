import ButtonBase from '@mui/material/ButtonBase';
import { ArrowDownIcon, ArrowUpIcon } from '../theme/icons.ts';
import { color } from '../theme/tokens.ts';

export type SortDirection = 'ascending' | 'descending' | 'none';

/** The button in a column's header that sorts by the column: ascending, descending, unsorted. */
export function SortButton({
  direction,
  label,
  onClick,
}: {
  readonly direction: SortDirection;
  readonly label: string;
  readonly onClick: () => void;
}) {
  const Icon = direction === 'descending' ? ArrowDownIcon : ArrowUpIcon;
  return (
    <ButtonBase
      onClick={onClick}
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
  );
}
