import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { navigate, useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useMissingRoot } from '../../components/missing-root.tsx';
import { Page } from '../../components/page.tsx';
import { oneColumn } from '../../theme/tokens.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { comparisonFor } from './comparison.ts';
import { useHistory } from './use-history.ts';
import { useSideBySide } from './use-side-by-side.ts';
import { VersionDetail } from './version-detail.tsx';
import { VersionList } from './version-list.tsx';
import { versionRowHeight } from './version-row.tsx';

/**
 * All versions with author, time and changes. A roll back makes the version the draft; nothing is applied
 * here.
 */
export default function HistoryPage() {
  const { t } = useTranslation();
  const { items, error, again } = useHistory();
  const content = useRef<HTMLDivElement>(null);
  const sideBySide = useSideBySide(content);
  const missingRoot = useMissingRoot('history');
  return (
    <Page fill={sideBySide} title={t('history.title')} subtitle={t('history.subtitle')}>
      <Box
        ref={content}
        sx={sideBySide ? { flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' } : {}}
      >
        {error !== null && (
          <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
            <ErrorPanel error={error} action={<Button onClick={again}>{t('button.tryAgain')}</Button>} />
          </Box>
        )}
        {missingRoot ?? <Content items={items} failed={error !== null} sideBySide={sideBySide} />}
      </Box>
    </Page>
  );
}

/** The versions; before the first response a placeholder, and nothing if that `failed`. */
function Content({
  items,
  failed,
  sideBySide,
}: {
  readonly items: readonly HistoryItem[] | null;
  readonly failed: boolean;
  readonly sideBySide: boolean;
}) {
  const { t } = useTranslation();
  if (items !== null)
    return items.length === 0 ? <NoVersions /> : <Versions items={items} sideBySide={sideBySide} />;
  if (failed) return null;
  return (
    <Card title={t('history.versions')} busy>
      <LoadingRows rows={6} height={versionRowHeight} />
    </Card>
  );
}

function NoVersions() {
  const { t } = useTranslation();
  return (
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
  );
}

/** The list of versions, and beside it the one that the address names; by default the newest. */
function Versions({
  items,
  sideBySide,
}: {
  readonly items: readonly HistoryItem[];
  readonly sideBySide: boolean;
}) {
  const { params } = useRoute();
  const linkedVersion = Number(params['version']);
  const at = Math.max(
    0,
    items.findIndex((item) => String(item.version) === params['version'] || item.version === linkedVersion),
  );
  const selected = items[at];
  const against = params['against'];
  const open = (version: number, next: string | undefined) => {
    navigate('history', {
      version: String(version),
      ...(next === undefined || next === 'previous' ? {} : { against: next }),
    });
  };
  return (
    <Box sx={sideBySide ? columns : onePage}>
      <VersionList
        items={items}
        selected={at}
        paged={!sideBySide}
        onSelect={(version) => {
          open(version, against);
        }}
      />
      <Box sx={{ minWidth: 0, minHeight: 0, ...(sideBySide ? { overflow: 'auto' } : {}) }}>
        {selected !== undefined && (
          <VersionDetail
            key={`${selected.version}${selected.how}`}
            item={selected}
            place={{ items, at }}
            against={comparisonFor({ items, at }, against)}
            onAgainst={(next) => {
              open(selected.version, String(next));
            }}
          />
        )}
      </Box>
    </Box>
  );
}

/** List and version have a scrollbar each. */
const columns = {
  flex: 1,
  minHeight: 0,
  display: 'grid',
  gridTemplateColumns: 'minmax(260px, 340px) minmax(0, 1fr)',
  gridTemplateRows: 'minmax(0, 1fr)',
  gap: 3,
} as const;

/** The page scrolls. */
const onePage = {
  display: 'grid',
  gridTemplateColumns: 'minmax(260px, 340px) minmax(0, 1fr)',
  alignItems: 'start',
  gap: 3,
  [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
} as const;
