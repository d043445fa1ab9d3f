import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { navigate, useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { low, oneColumn } from '../../theme/tokens.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';
import { useHistory } from './use-history.ts';
import { VersionDetail } from './version-detail.tsx';
import { comparisons, type Comparison } from './version-difference.tsx';
import { VersionList } from './version-list.tsx';
import { versionRowHeight } from './version-row.tsx';

/**
 * Every version there was: who, when, what changed, and back. Going back makes a draft; nothing is applied
 * from here.
 */
export default function HistoryPage() {
  const { t } = useTranslation();
  const { items, error, again } = useHistory();
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
        <NoVersions />
      ) : (
        <Versions items={items} />
      )}
    </Page>
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

/** The list of versions, and beside it the one that the address names; the newest where it names none. */
function Versions({ items }: { readonly items: readonly HistoryItem[] }) {
  const { params } = useRoute();
  const linkedVersion = Number(params['version']);
  const at = Math.max(
    0,
    items.findIndex((item) => String(item.version) === params['version'] || item.version === linkedVersion),
  );
  const selected = items[at];
  const against: Comparison = comparisons.find((one) => one === params['against']) ?? 'previous';
  const open = (version: number, next: Comparison) => {
    navigate('history', { version: String(version), ...(next === 'previous' ? {} : { against: next }) });
  };
  return (
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
  );
}
