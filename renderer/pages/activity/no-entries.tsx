import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { useAppPart } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';

/** Empty state of the list: why there are no entries. */
export function NoEntries({
  loading,
  isFiltered,
  empty,
  onReset,
}: {
  readonly loading: boolean;
  /** A filter, a search text or repeats of one line are selected. */
  readonly isFiltered: boolean;
  /** The log itself has no entries. */
  readonly empty: boolean;
  readonly onReset: () => void;
}) {
  const { t } = useTranslation();
  const state = useAppPart((app) => app.activity.state);
  return (
    <Card>
      {loading || state.kind === 'reading' ? (
        <LoadingRows />
      ) : isFiltered ? (
        <EmptyState action={<Button onClick={onReset}>{t('activity.showEverything')}</Button>}>
          {empty ? t('activity.none') : t('activity.noMatch')}
        </EmptyState>
      ) : (
        <EmptyLog unreadable={state.kind === 'unreadable'} />
      )}
    </Card>
  );
}

function EmptyLog({ unreadable }: { readonly unreadable: boolean }) {
  const { t } = useTranslation();
  if (unreadable) return <EmptyState>{t('activity.noneReadable')}</EmptyState>;
  return (
    <EmptyState
      action={
        <Button
          onClick={() => {
            navigate('simulator');
          }}
        >
          {t('activity.openSimulator')}
        </Button>
      }
    >
      {t('activity.none')}
    </EmptyState>
  );
}
