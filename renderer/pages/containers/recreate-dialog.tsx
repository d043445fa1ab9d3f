import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import { useStore } from '../../state/context.tsx';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { DialogOption } from '../../components/dialog-option.tsx';
import { LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RecreateItems } from '../../components/recreate-items.tsx';
import type { Container } from '../../../shared/containers/protection.ts';
import type { RecreatePlan, RecreateRequest } from '../../../shared/containers/recreate.ts';
import type { AppError } from '../../../shared/result.ts';

type Item = RecreatePlan['groups'][number][number];

const losesWrittenFiles = ({ lost }: Item): boolean =>
  lost.some(({ code }) => code === 'writable-layer' || code === 'writable-unknown');

/** Its old container is kept regardless of the choice: the plan has the reason. */
const isKeptAnyway = ({ changes }: Item): boolean =>
  changes.some(({ code }) => code === 'kept-written' || code === 'kept-after-commit' || code === 'never-run');

/** Whether none of the planned containers can be recreated; false while there is no plan. */
const areImpossible = (items: readonly Item[]): boolean =>
  items.length > 0 && items.every(({ blockers }) => blockers.length > 0);

/** Those that are recreated: they can be, and are not protected already. */
const toRecreate = (items: readonly Item[]): readonly Item[] =>
  items.filter((item) => !item.unchanged && item.blockers.length === 0);

/**
 * With the number of those that are recreated; of all while that is not known, and if it is none. `items`: as
 * in the last plan, so that the title stays while another one is made.
 */
function titleOf(t: TFunction, { length }: readonly Container[], items: readonly Item[]): string {
  if (areImpossible(items)) return t('recreate.titleImpossible', { count: items.length });
  const todo = toRecreate(items).length;
  return t('recreate.title', { count: todo === 0 ? length : todo });
}

interface RecreateDialogProps {
  readonly containers: readonly Container[];
  readonly onCancel: () => void;
  /** Offered if none can be recreated; undefined if this engine's containers can't be removed here. */
  readonly onRemove: ((containers: readonly Container[]) => void) | undefined;
  readonly onStart: (request: RecreateRequest) => void;
}

/** The choice to remove them instead, if this engine's containers can be removed here. */
const removalOf = (
  t: TFunction,
  containers: readonly Container[],
  onRemove: RecreateDialogProps['onRemove'],
) =>
  onRemove && {
    label: t('containers.bar.remove'),
    onChoose: () => {
      onRemove(containers);
    },
  };

/**
 * Confirmation before containers are recreated: what prevents it, what is lost, what changes. Nothing has
 * been done yet.
 */
export function RecreateDialog({ containers, onCancel, onRemove, onStart }: RecreateDialogProps) {
  const { t } = useTranslation();
  const [commit, setCommit] = useState(false);
  const [keepOld, setKeepOld] = useState(false);
  const [withoutRollback, setWithoutRollback] = useState(false);
  const ids = containers.map((c) => c.id);
  const request: RecreateRequest = {
    ids,
    commit: commit ? ids : [],
    old: keepOld ? 'keep' : 'remove-when-healthy',
    withoutRollback,
  };
  const planned = useRecreatePlan(request);
  const current = planned.isLatest && planned.error === null;
  const items = planned.plan?.groups.flat() ?? [];
  const todo = toRecreate(items);
  const skipped = items.length - todo.length;
  const writes = commit || todo.some((item) => item.commit || losesWrittenFiles(item));
  const autoRemoved = items.some((item) => item.lost.some(({ code }) => code === 'auto-remove'));
  return (
    <ConfirmDialog
      open
      width={640}
      title={titleOf(t, containers, items)}
      cancel={t('recreate.keepThem', { count: containers.length })}
      confirm={todo.length === 0 ? t('recreate.confirmNone') : t('recreate.confirm', { count: todo.length })}
      disabled={!current || todo.length === 0}
      other={current && areImpossible(items) ? removalOf(t, containers, onRemove) : undefined}
      note={current && skipped > 0 ? t('recreate.left', { count: skipped }) : undefined}
      onCancel={onCancel}
      onConfirm={() => {
        onStart({
          ...request,
          ids: todo.map((item) => item.id),
          commit: commit ? todo.map((item) => item.id) : [],
        });
      }}
    >
      {!areImpossible(items) && <DialogText>{t('recreate.body')}</DialogText>}
      <Box sx={{ padding: '12px 24px 0' }}>
        <PlannedItems {...planned} />
      </Box>
      <Box sx={{ padding: '12px 24px 0', display: 'grid', gap: '4px' }}>
        {writes && (
          <DialogOption
            checked={commit}
            onChange={setCommit}
            label={t('carryOver.option')}
            note={t('carryOver.why')}
          />
        )}
        {(keepOld || todo.some((item) => item.running && !isKeptAnyway(item))) && (
          <DialogOption
            checked={keepOld}
            onChange={setKeepOld}
            label={t('recreate.option.keep')}
            note={t('recreate.option.keepWhy')}
          />
        )}
        {autoRemoved && (
          <DialogOption
            checked={withoutRollback}
            onChange={setWithoutRollback}
            label={t('recreate.option.noRollback')}
            note={t('recreate.option.noRollbackWhy')}
          />
        )}
      </Box>
    </ConfirmDialog>
  );
}

function PlannedItems({ plan, error, isLatest }: ReturnType<typeof useRecreatePlan>) {
  const { t } = useTranslation();
  return (
    <>
      {error !== null && isLatest && <ErrorPanel error={error} />}
      {plan === null ? (
        error === null && (
          <Box role="status" aria-label={t('recreate.planning')}>
            <LoadingRows rows={3} />
          </Box>
        )
      ) : (
        <RecreateItems groups={plan.groups} busy={!isLatest || error !== null} />
      )}
    </>
  );
}

/**
 * Preview of the request. `isLatest`: false for the preview of an earlier one, while this one is being
 * planned.
 */
function useRecreatePlan(request: RecreateRequest) {
  const store = useStore();
  const [planned, setPlanned] = useState<{
    readonly key: string;
    readonly plan: RecreatePlan | null;
    readonly error: AppError | null;
  }>({ key: '', plan: null, error: null });
  const key = JSON.stringify(request);
  useEffect(() => {
    let stale = false;
    void store.request('recreate:plan', JSON.parse(key) as RecreateRequest).then((result) => {
      // the key is the request
      if (!stale)
        setPlanned((before) =>
          result.ok
            ? { key, plan: result.value, error: null }
            : { key, plan: before.plan, error: result.error },
        );
    });
    return () => {
      stale = true;
    };
  }, [store, key]);
  return { plan: planned.plan, error: planned.error, isLatest: planned.key === key };
}
