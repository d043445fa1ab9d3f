import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { navigate, useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { VirtualRows, type VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { low, oneColumn } from '../../theme/tokens.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { useHistory } from './use-history.ts';
import { comparisons, VersionDetail, type Comparison } from './version-detail.tsx';
import { VersionRow, versionRowHeight } from './version-row.tsx';

/**
 * Every version there was: who, when, what changed, and back. Going back makes a draft; nothing is applied
 * from here.
 */
export default function HistoryPage() {
  const { t } = useTranslation();
  const { params } = useRoute();
  const { items, error, again } = useHistory();
  const linkedVersion = Number(params['version']);
  const at =
    items === null
      ? -1
      : Math.max(
          0,
          items.findIndex(
            (item) => String(item.version) === params['version'] || item.version === linkedVersion,
          ),
        );
  const selected = items?.[at];
  const against: Comparison = comparisons.find((one) => one === params['against']) ?? 'previous';
  const open = (version: number, next: Comparison) => {
    navigate('history', { version: String(version), ...(next === 'previous' ? {} : { against: next }) });
  };
  return (
    <Page fill title={t('history.title')} subtitle={t('history.subtitle')}>
      {error !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel error={error} action={<Button onClick={again}>{t('button.tryAgain')}</Button>} />
        </Box>
      )}
      {items === null ? (
        error === null && (
          <Card title={t('history.versions')} busy>
            <LoadingRows rows={6} height={versionRowHeight} />
          </Card>
        )
      ) : items.length === 0 ? (
        <Card>
          <EmptyState
            action={
              <Button
                onClick={() => {
                  navigate('json');
                }}
              >
                {t('history.openJson')}
              </Button>
            }
          >
            {t('history.empty')}
          </EmptyState>
        </Card>
      ) : (
        <Box
          sx={{
            flex: 1,
            minHeight: 0,
            display: 'grid',
            gridTemplateColumns: 'minmax(260px, 340px) minmax(0, 1fr)',
            gridTemplateRows: 'minmax(0, 1fr)',
            gap: 3,
            [oneColumn]: {
              gridTemplateColumns: 'minmax(0, 1fr)',
              gridTemplateRows: 'minmax(120px, 38%) minmax(0, 1fr)',
              // In a low window the page scrolls: a version in it does not once more.
              [low]: { gridTemplateRows: '160px auto', '&&&': { maxHeight: 'none' } },
            },
          }}
        >
          <VersionList
            items={items}
            selected={at}
            onSelect={(version) => {
              open(version, against);
            }}
          />
          <Box
            sx={{
              minWidth: 0,
              minHeight: 0,
              overflow: 'auto',
              [oneColumn]: { [low]: { overflow: 'visible' } },
            }}
          >
            {selected !== undefined && (
              <VersionDetail
                key={`${selected.version}${selected.how}`}
                item={selected}
                previous={items[at + 1]}
                against={selected.how === 'none' && against === 'previous' ? 'applied' : against}
                onAgainst={(next) => {
                  open(selected.version, next);
                }}
              />
            )}
          </Box>
        </Box>
      )}
    </Page>
  );
}

/** Up and Down go through it, as in every list. */
function VersionList({
  items,
  selected,
  onSelect,
}: {
  readonly items: readonly HistoryItem[];
  readonly selected: number;
  readonly onSelect: (version: number) => void;
}) {
  const { t } = useTranslation();
  const rows = useRef<VirtualRowsHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const heightOf = useCallback(() => versionRowHeight, []);
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
  return (
    <Box
      ref={box}
      sx={{
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        '& > section': { display: 'flex', flexDirection: 'column', minHeight: 0 },
      }}
      onKeyDown={(event) => {
        const to = keys[event.key];
        if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          move(to);
        }
      }}
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
