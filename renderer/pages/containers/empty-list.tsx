import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { useApp } from '../../state/context.tsx';
import type { ProtectionFilter } from './container-filter.ts';

const noneOf = {
  protected: 'noneProtected',
  unprotected: 'noneUnprotected',
  replaced: 'noneReplaced',
} as const;

/** Shown before the first scan: it is loading, or the engine does not run. */
export function NoScan({
  failed,
  onStart,
  noStart,
}: {
  /** The scan failed; another notice shows the error. */
  readonly failed: boolean;
  /** Undefined while the engine is starting or stopping. */
  readonly onStart: (() => void) | undefined;
  /** Why the engine can't be started here; undefined if it can. */
  readonly noStart: string | undefined;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const { phase } = app.engine;
  if (phase === 'ready')
    return failed ? null : (
      <Card>
        <LoadingRows rows={6} />
      </Card>
    );
  const starting = app.busy.engine === 'starting' || phase === 'starting' || phase === 'restarting';
  return (
    <Card>
      <EmptyState
        action={
          !starting &&
          noStart === undefined && (
            <Button disabled={onStart === undefined} onClick={onStart}>
              {t('button.startEngine')}
            </Button>
          )
        }
      >
        {starting
          ? t('containers.empty.starting')
          : t(phase === 'unreachable' ? 'containers.empty.unreachable' : 'containers.empty.stopped')}
      </EmptyState>
    </Card>
  );
}

/** Empty state: there are no containers, or none match. */
export function NoContainers({
  eci,
  any,
  show,
  text,
  onClear,
  onShowAll,
}: {
  readonly eci: boolean;
  /** There are containers, but the filter excludes them. */
  readonly any: boolean;
  readonly show: ProtectionFilter;
  readonly text: string;
  readonly onClear: () => void;
  readonly onShowAll: () => void;
}) {
  const { t } = useTranslation();
  const searched = text.trim();
  if (searched !== '')
    return (
      <Card>
        <EmptyState action={<Button onClick={onClear}>{t('containers.empty.clear')}</Button>}>
          {t('containers.empty.filtered', { text: searched })}
        </EmptyState>
      </Card>
    );
  if (any && show !== 'all')
    return (
      <Card>
        <EmptyState action={<Button onClick={onShowAll}>{t('containers.empty.showAll')}</Button>}>
          {t(`containers.empty.${noneOf[show]}`)}
        </EmptyState>
      </Card>
    );
  return (
    <Card>
      <EmptyState>{eci ? t('containers.empty.none') : t('containers.empty.noneOff')}</EmptyState>
    </Card>
  );
}
