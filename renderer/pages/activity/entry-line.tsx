import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Mono, Tag } from '../../components/mono.tsx';
import type { Formats } from '../../i18n/format.ts';
import { color, stacked } from '../../theme/tokens.ts';
import { EntryOutcome } from './entry-outcome.tsx';
import { entrySubject } from '../../components/entry-subject.ts';
import { aboutText, requestedBy, entryTitle } from './entry-text.ts';
import type { Repeats } from './repeats.ts';

/** Height of a line, px. */
export const rowHeight = 48;
/** The columns of the list. */
export const grid = {
  display: 'grid',
  gridTemplateColumns: '72px 132px minmax(0, 1fr)',
  alignItems: 'center',
  columnGap: '12px',
  padding: '0 16px 0 14px',
  boxSizing: 'border-box',
} as const;
/** In a narrow page the outcome is below the time. */
const lineGrid = {
  ...grid,
  [stacked]: {
    gridTemplateColumns: '124px minmax(0, 1fr)',
    alignContent: 'center',
    '& > :nth-of-type(1) br': { display: 'none' },
    '& > :nth-of-type(3)': { gridColumn: 2, gridRow: '1 / span 2' },
  },
} as const;
const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

/** One line of the list: an entry, or one with its repeats. */
export const EntryLine = memo(function EntryLine({
  line,
  index,
  formats,
  selected,
  tabStop,
  onSelect,
  onFocus,
}: {
  readonly line: Repeats;
  readonly index: number;
  readonly formats: Formats;
  readonly selected: boolean;
  readonly tabStop: boolean;
  readonly onSelect: (line: Repeats) => void;
  readonly onFocus: (key: string) => void;
}) {
  const { entry } = line;
  const today = formats.isToday(entry.time);
  return (
    <Box
      role="row"
      data-row-id={line.key}
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => {
        onFocus(line.key);
        onSelect(line);
      }}
      onFocus={() => {
        onFocus(line.key);
      }}
      sx={{
        ...lineGrid,
        height: rowHeight,
        borderBottom: `1px solid ${color.border}`,
        borderLeft: `2px solid ${selected ? color.accentText : 'transparent'}`,
        background: selected ? color.accentSoft : 'transparent',
        cursor: 'default',
        '&:hover': { background: selected ? color.accentSoft : color.hover },
        '&:focus-visible': { outlineOffset: -2 },
        '@media (forced-colors: active)': selected
          ? { outline: '2px solid Highlight', outlineOffset: -2 }
          : {},
      }}
    >
      <Box
        role="gridcell"
        sx={{
          color: color.text2,
          fontVariantNumeric: 'tabular-nums',
          fontSize: today ? 13 : 12,
          lineHeight: '16px',
          whiteSpace: 'nowrap',
        }}
        title={formats.dateTime(entry.time)}
      >
        {today ? (
          formats.clock(entry.time)
        ) : (
          <>
            {formats.date(entry.time)} <br />
            {formats.time(entry.time)}
          </>
        )}
      </Box>
      <Box role="gridcell">
        <EntryOutcome outcome={entry.outcome} />
      </Box>
      <Box role="gridcell" sx={{ minWidth: 0 }}>
        <RequestCell line={line} />
      </Box>
    </Box>
  );
});

function RequestCell({ line: { entry, count } }: { readonly line: Repeats }) {
  const { t } = useTranslation();
  const subject = entrySubject(entry);
  const about = aboutText(entry);
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minWidth: 0 }}>
        <Box component="span" sx={{ ...oneLine, fontWeight: 500 }}>
          {entryTitle(t, entry)}
          {subject !== null && (
            <>
              {' '}
              <Mono title={subject}>{subject}</Mono>
            </>
          )}
        </Box>
        {count > 1 && <Tag>{t('activity.times', { count })}</Tag>}
      </Box>
      <Box sx={{ ...oneLine, fontSize: 12, lineHeight: '16px', color: color.text3 }} title={about}>
        {about === '' ? requestedBy(t, entry) : `${about} · ${requestedBy(t, entry)}`}
      </Box>
    </>
  );
}
