import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import { Card } from '../../components/card.tsx';
import { VirtualRows, type VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { useFormats } from '../../i18n/format.ts';
import { ChevronLeftIcon, ChevronRightIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { VersionRow, versionRowHeight } from './version-row.tsx';

interface VersionListProps {
  readonly items: readonly HistoryItem[];
  readonly selected: number;
  /** Shows a few versions at a time, without a scrollbar of its own. */
  readonly paged: boolean;
  readonly onSelect: (version: number) => void;
}

/** Versions per page of the list. */
const versionsPerPage = 5;

/** Up and Down move the selection, as in every list. */
export function VersionList(props: VersionListProps) {
  const { items, selected, paged, onSelect } = props;
  const { t } = useTranslation();
  const { focusSelected, rows, onKeyDown } = useVersionKeys(props);
  const heightOf = useCallback(() => versionRowHeight, []);
  const { first, turnTo } = useListPage(selected);
  const keyAt = (index: number) => `${items[index]?.version ?? ''}${items[index]?.how ?? ''}`;
  const row = (index: number) => {
    const item = items[index];
    return item === undefined ? null : (
      <VersionRow
        item={item}
        selected={index === selected}
        focusSelected={focusSelected}
        onSelect={() => {
          onSelect(item.version);
        }}
      />
    );
  };
  return (
    <Box
      sx={{
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        '& > section': { display: 'flex', flexDirection: 'column', minHeight: 0 },
      }}
      onKeyDown={onKeyDown}
    >
      <Card title={t('history.versions')} actions={t('history.count', { count: items.length })}>
        <Box
          role="list"
          aria-label={t('history.versions')}
          sx={{
            minHeight: 0,
            overflow: 'hidden',
            display: 'flex',
            flexDirection: 'column',
            '& [role="presentation"]:last-child > [role="listitem"]': { borderBottomColor: 'transparent' },
          }}
        >
          {paged ? (
            items.slice(first, first + versionsPerPage).map((_, index) => (
              <Box key={keyAt(first + index)} role="presentation">
                {row(first + index)}
              </Box>
            ))
          ) : (
            <VirtualRows count={items.length} heightOf={heightOf} handle={rows} rowKey={keyAt} render={row} />
          )}
        </Box>
        {paged && items.length > versionsPerPage && (
          <PageButtons first={first} total={items.length} onTurn={turnTo} />
        )}
      </Card>
    </Box>
  );
}

/** The page of the list with the selected version, until the user turns to another one. */
function useListPage(selected: number) {
  const [turned, setTurned] = useState<{ readonly selected: number; readonly first: number } | null>(null);
  return {
    first: turned?.selected === selected ? turned.first : selected - (selected % versionsPerPage),
    turnTo: (first: number) => {
      setTurned({ selected, first });
    },
  };
}

/** Which versions of the list are shown, and the buttons for newer and older ones. */
function PageButtons({
  first,
  total,
  onTurn,
}: {
  readonly first: number;
  readonly total: number;
  readonly onTurn: (first: number) => void;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const end = Math.min(first + versionsPerPage, total);
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'flex-end',
        gap: 1,
        padding: '4px 12px 4px 16px',
        borderTop: `1px solid ${color.border}`,
        fontSize: 12,
        lineHeight: '16px',
        color: color.text2,
      }}
    >
      <span role="status">
        {t('history.shown', {
          first: formats.number(first + 1),
          last: formats.number(end),
          total: formats.number(total),
        })}
      </span>
      <IconButton
        aria-label={t('history.newer')}
        disabled={first === 0}
        onClick={() => {
          onTurn(first - versionsPerPage);
        }}
      >
        <ChevronLeftIcon />
      </IconButton>
      <IconButton
        aria-label={t('history.older')}
        disabled={end === total}
        onClick={() => {
          onTurn(first + versionsPerPage);
        }}
      >
        <ChevronRightIcon />
      </IconButton>
    </Box>
  );
}

/** Keyboard navigation of the versions, which keeps the selected one in view. */
function useVersionKeys({ items, selected, onSelect }: VersionListProps) {
  const rows = useRef<VirtualRowsHandle>(null);
  const focusSelected = useRef(false);
  // A linked version is scrolled into view.
  useEffect(() => {
    rows.current?.scrollTo(selected);
  }, [selected]);
  const move = (to: number, list: Element) => {
    const next = Math.max(0, Math.min(items.length - 1, to));
    const item = items[next];
    if (item === undefined) return;
    rows.current?.scrollTo(next);
    if (next === selected) list.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
    else focusSelected.current = true;
    onSelect(item.version);
  };
  const keys: Readonly<Record<string, number>> = {
    ArrowDown: selected + 1,
    ArrowUp: selected - 1,
    Home: 0,
    End: items.length - 1,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keys[event.key];
    if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      move(to, event.currentTarget);
    }
  };
  return { focusSelected, rows, onKeyDown };
}
