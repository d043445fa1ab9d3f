import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { applying } from '../../state/lock.ts';
import { useMissing } from '../../state/missing.ts';
import { useRoute } from '../../state/router.ts';
import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';
import {
  byUrgencyFirst,
  filterContainers,
  isShow,
  nextSort,
  type Show,
  type Sort,
} from './container-filter.ts';
import { ContainerNotices } from './container-notices.tsx';
import { ContainerTable } from './container-table.tsx';
import { NoContainers, NoScan } from './empty-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { RecreateDialog } from './recreate-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { ScanAction } from './scan-action.tsx';
import { emptySelection, keepExisting, type Selection } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useScan } from './use-scan.ts';

const none: readonly Container[] = [];

export default function ContainersPage() {
  const { t } = useTranslation();
  const app = useApp();
  const { params } = useRoute();
  const { eci } = protectionOf(app, useNow());
  const scan = useScan();
  const [show, setShow] = useState<Show>(isShow(params['show']) ? params['show'] : 'all');
  const [text, setText] = useState(params['find'] ?? '');
  const [sort, setSort] = useState<Sort>(byUrgencyFirst);
  const [selected, setSelected] = useState<Selection>(emptySelection);
  const [removalCandidates, setRemovalCandidates] = useState<readonly Container[] | null>(null);
  const [recreating, setRecreating] = useState<readonly Container[] | null>(null);
  const remove = useRequest('containers:remove');
  const recreate = useRequest('recreate:start');
  const start = useRequest('engine:start');
  const noRecreate = useMissing('recreate');
  const noRemoval = useMissing('apply');
  const noStart = useMissing('engine-control');
  const subtitle = useSubtitle(eci, noRemoval === undefined);
  const linkedShow = params['show'];
  const linkedText = params['find'];
  useEffect(() => {
    // Once, when an address asks for it: what is chosen afterwards stays, whatever is scanned.
    if (isShow(linkedShow)) setShow(linkedShow);
    if (linkedText !== undefined) setText(linkedText);
  }, [linkedShow, linkedText]);

  const all = app.scan?.containers ?? none;
  const { shown, count } = filterContainers(all, text, show, sort);
  const selection = keepExisting(selected, new Set(all.map((c) => c.id)));
  const chosen = all.filter((c) => selection.chosen.has(c.id));
  const ready = app.engine.phase === 'ready';
  const underApply = applying(app);
  const busy =
    underApply ||
    (app.removal !== null && app.removal.activity !== 'ended') ||
    remove.running ||
    (app.recreation !== null && app.recreation.activity !== 'ended') ||
    recreate.running;
  const canChange = ready && !busy;
  // Only what ECI does not hold yet, and only while it is on: else it would be made unprotected anew.
  const recreation = eci && noRecreate === undefined;
  const recreatable = (these: readonly Container[]) => (recreation ? these.filter(isUnprotected) : []);
  const byIds = (ids: readonly string[]) => all.filter(({ id }) => ids.includes(id));
  const clearSelection = () => {
    setSelected(emptySelection);
  };

  return (
    <Page
      fill
      title={t('containers.title')}
      subtitle={subtitle}
      actions={<ScanAction scan={scan} />}
      footer={
        chosen.length > 0 && (
          <SelectionBar
            chosen={chosen}
            recreatable={recreatable(chosen)}
            underApply={underApply}
            disabled={!canChange}
            noRemoval={noRemoval}
            onClear={clearSelection}
            onRemove={setRemovalCandidates}
            onRecreate={setRecreating}
          />
        )
      }
    >
      <FilterBar
        show={show}
        onShow={setShow}
        text={text}
        onText={setText}
        count={app.scan === null ? null : count}
      />
      <ContainerNotices
        recreate={recreate}
        remove={remove}
        startError={start.error}
        scan={scan}
        onRetryRecreate={
          canChange
            ? (ids) => {
                const these = recreatable(byIds(ids));
                if (these.length > 0) setRecreating(these);
              }
            : undefined
        }
        onRetryRemove={
          canChange
            ? (ids) => {
                setRemovalCandidates(byIds(ids));
              }
            : undefined
        }
      />
      {app.scan === null ? (
        <NoScan
          failed={scan.error !== null}
          noStart={noStart}
          onStart={
            app.busy.engine !== null || start.running
              ? undefined
              : () => {
                  void start.run(undefined);
                }
          }
        />
      ) : shown.length === 0 ? (
        <NoContainers
          eci={eci}
          any={all.length > 0}
          show={show}
          text={text}
          onClear={() => {
            setText('');
          }}
          onShowAll={() => {
            setShow('all');
          }}
        />
      ) : (
        <ContainerTable
          sort={sort}
          onSort={(by) => {
            setSort((before) => nextSort(before, by));
          }}
          containers={shown}
          eci={eci}
          selection={selection}
          onSelect={setSelected}
          recreation={recreation}
          onRecreate={
            canChange
              ? (one) => {
                  setRecreating([one]);
                }
              : undefined
          }
          onRemove={noRemoval === undefined && canChange ? setRemovalCandidates : undefined}
        />
      )}
      {recreating !== null && (
        <RecreateDialog
          containers={recreating}
          onCancel={() => {
            setRecreating(null);
          }}
          onStart={(request) => {
            setRecreating(null);
            clearSelection();
            void recreate.run(request);
          }}
        />
      )}
      {removalCandidates !== null && (
        <RemoveDialog
          containers={removalCandidates}
          onCancel={() => {
            setRemovalCandidates(null);
          }}
          onRemove={(these, options) => {
            setRemovalCandidates(null);
            clearSelection();
            void remove.run({ ids: these.map(({ id }) => id), ...options });
          }}
        />
      )}
    </Page>
  );
}

/** What the list says of all containers, in a sentence. `canRemove`: on this engine. */
function useSubtitle(eci: boolean, canRemove: boolean): string {
  const { t } = useTranslation();
  const { scan } = useApp();
  if (scan === null) return t('containers.subtitle.unknown');
  if (!eci) return canRemove ? t('containers.subtitle.off') : t('containers.subtitle.offHere');
  if (scan.containers.length === 0) return t('containers.subtitle.empty');
  const unprotected = scan.containers.filter(isUnprotected).length;
  return unprotected === 0
    ? t('containers.subtitle.none')
    : t('containers.subtitle.some', { count: unprotected });
}
