import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useNumber } from '../../i18n/format.ts';
import { SearchIcon } from '../../theme/icons.ts';
import { stacked } from '../../theme/tokens.ts';
import { isProtectionFilter, protectionFilters, type ProtectionFilter } from './container-filter.ts';

/** Filters the containers by protection and by text. */
export function FilterBar({
  show,
  onShow,
  text,
  onText,
  count,
  hasReplaced,
}: {
  readonly show: ProtectionFilter;
  readonly onShow: (show: ProtectionFilter) => void;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Null before the first scan. */
  readonly count: Readonly<Record<ProtectionFilter, number>> | null;
  /** Whether a container was replaced, ignoring the text: most engines have none. */
  readonly hasReplaced: boolean;
}) {
  const { t } = useTranslation();
  const number = useNumber();
  const offered = protectionFilters.filter((key) => key !== 'replaced' || key === show || hasReplaced);
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'space-between',
        gap: 2,
        [stacked]: { flexWrap: 'wrap', rowGap: 1 },
        marginBottom: 2,
        flexShrink: 0,
      }}
    >
      <ToggleButtonGroup
        exclusive
        value={show}
        aria-label={t('containers.show.label')}
        onChange={(_, value: unknown) => {
          if (isProtectionFilter(value)) onShow(value);
        }}
      >
        {offered.map((key) => (
          <ToggleButton key={key} value={key}>
            {t(`containers.show.${key}`)}
            {count !== null && <span className="count">{number(count[key])}</span>}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <OutlinedInput
        value={text}
        placeholder={t('containers.filter')}
        onChange={(event) => {
          onText(event.target.value);
        }}
        sx={{ width: 264, flexShrink: 1, [stacked]: { width: '100%' } }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation();
            onText('');
          }
        }}
        inputProps={{ 'aria-label': t('containers.filter'), 'data-filter': true, type: 'search' }}
        startAdornment={
          <InputAdornment position="start">
            <SearchIcon />
          </InputAdornment>
        }
      />
    </Box>
  );
}
