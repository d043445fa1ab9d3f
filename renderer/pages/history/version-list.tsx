import { useCallback, useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { Card } from '../../components/card.tsx';
import { VirtualRows, type VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { VersionRow, versionRowHeight } from './version-row.tsx';

interface VersionListProps {
  readonly items: readonly HistoryItem[];
  readonly selected: number;
  readonly onSelect: (version: number) => void;
}

/** Up and Down go through it, as in every list. */
export function VersionList(props: VersionListProps) {
  const { items, selected, onSelect } = props;
  const { t } = useTranslation();
  const { box, rows, onKeyDown } = useVersionKeys(props);
  const heightOf = useCallback(() => versionRowHeight, []);
  return (
    <Box
      ref={box}
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
          <VirtualRows
            count={items.length}
            heightOf={heightOf}
            handle={rows}
            rowKey={(index) => `${items[index]?.version ?? ''}${items[index]?.how ?? ''}`}
            render={(index) => {
              const item = items[index];
              return item === undefined ? null : (
                <VersionRow
                  item={item}
                  selected={index === selected}
                  onSelect={() => {
                    onSelect(item.version);
                  }}
                />
              );
            }}
          />
        </Box>
      </Card>
    </Box>
  );
}

/** Goes through the versions by keys, and keeps the selected one in view. */
function useVersionKeys({ items, selected, onSelect }: VersionListProps) {
  const rows = useRef<VirtualRowsHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  // A linked version is in view, wherever in the list it stands.
  useEffect(() => {
    rows.current?.scrollTo(selected);
  }, [selected]);
  const move = (to: number) => {
    const item = items[Math.max(0, Math.min(items.length - 1, to))];
    if (item === undefined) return;
    rows.current?.scrollTo(items.indexOf(item));
    onSelect(item.version);
    requestAnimationFrame(() => {
      box.current?.querySelector<HTMLElement>(`[data-version="${item.version}"]`)?.focus();
    });
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
      move(to);
    }
  };
  return { box, rows, onKeyDown };
}
