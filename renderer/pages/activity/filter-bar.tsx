import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useNumber } from '../../i18n/format.ts';
import { SearchIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import { filters, type Filter } from './entry-text.ts';

export const isFilter = (value: unknown): value is Filter => (filters as readonly unknown[]).includes(value);

/** Filters the entries by outcome and by search text. */
export function FilterBar({
  filter,
  onFilter,
  query,
  onQuery,
  counts,
  hasWouldDeny,
}: {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Null if not known. */
  readonly counts: Readonly<Record<Filter, number>> | null;
  /** Whether the log has would-deny entries, ignoring the search text. */
  readonly hasWouldDeny: boolean;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  // Only audit mode logs such entries.
  const isOffered = (name: Filter): boolean => name !== 'wouldDeny' || name === filter || hasWouldDeny;
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: '12px',
        marginBottom: 2,
        flexShrink: 0,
        flexWrap: 'wrap',
      }}
    >
      <ToggleButtonGroup
        exclusive
        value={filter}
        aria-label={t('activity.show')}
        onChange={(_, value: unknown) => {
          if (isFilter(value)) onFilter(value);
        }}
      >
        {filters.filter(isOffered).map((name) => (
          <ToggleButton key={name} value={name}>
            {t(`activity.filter.${name}`)}
            {name !== 'all' && counts !== null && (
              <Box component="span" sx={{ marginLeft: '6px', fontWeight: 400, color: color.text3 }}>
                {number(counts[name])}
              </Box>
            )}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <TextField
        size="small"
        sx={{ flex: 1, minWidth: 160 }}
        placeholder={t('activity.search')}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && query !== '') {
            event.stopPropagation();
            onQuery('');
          }
        }}
        slotProps={{
          htmlInput: { 'aria-label': t('activity.search'), 'data-filter': true },
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <SearchIcon />
              </InputAdornment>
            ),
          },
        }}
      />
    </Box>
  );
}
