import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../components/page.tsx';
import { useLowWindow } from '../../components/use-low-window.ts';
import { protectionOf } from '../../components/protection.ts';
import { useNow } from '../../i18n/clock.ts';
import { useRequest } from '../../state/actions.ts';
import { useApp } from '../../state/context.tsx';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { useRoute } from '../../state/router.ts';
import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';
import {
  byUrgencyFirst,
  filterContainers,
  isProtectionFilter,
  nextSort,
  type ProtectionFilter,
  type Sort,
} from './container-filter.ts';
import { ContainerNotices } from './container-notices.tsx';
import { ChangeDialogs } from './change-dialogs.tsx';
import { ContainerTable } from './container-table.tsx';
import { NoContainers, NoScan } from './empty-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ScanAction } from './scan-action.tsx';
import { emptySelection, keepExisting, type Selection } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useContainerChanges, type ContainerChanges } from './use-container-changes.ts';
import { useScan } from './use-scan.ts';

const none: readonly Container[] = [];

export default function ContainersPage() {
  const { t } = useTranslation();
  const app = useApp();
  const { eci } = protectionOf(app, useNow());
  const scan = useScan();
  const filter = useFilter();
  const [selected, setSelected] = useState<Selection>(emptySelection);
  const changes = useContainerChanges(eci);
  const start = useRequest('engine:start');
  const noStart = useUnavailableReason('engine-control');
  const isLow = useLowWindow();
  const subtitle = useSubtitle(eci, changes.noRemoval === undefined);

  const all = app.scan?.containers ?? none;
  const { text, show, sort } = filter;
  const { shown, count } = useMemo(() => filterContainers(all, text, show, sort), [all, text, show, sort]);
  const selection = keepExisting(selected, new Set(all.map((c) => c.id)));
  const chosen = all.filter((c) => selection.chosen.has(c.id));
  const clearSelection = () => {
    setSelected(emptySelection);
  };

  return (
    <Page
      fill={!isLow}
      title={t('containers.title')}
      subtitle={subtitle}
      actions={<ScanAction scan={scan} />}
      footer={
        chosen.length > 0 && (
          <SelectionBar
            chosen={chosen}
            recreatable={changes.recreatable(chosen)}
            underApply={changes.underApply}
            disabled={!changes.canChange}
            noRemoval={changes.noRemoval}
            onClear={clearSelection}
            onRemove={changes.setRemovalCandidates}
            onRecreate={changes.setRecreating}
          />
        )
      }
    >
      <FilterBar
        show={filter.show}
        onShow={filter.setShow}
        text={filter.text}
        onText={filter.setText}
        count={app.scan === null ? null : count}
        hasReplaced={(app.scan?.containers ?? none).some(({ reason }) => reason === 'replaced')}
      />
      <ContainerNotices changes={changes} startError={start.error} scan={scan} />
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
      ) : (
        <ContainerList
          any={all.length > 0}
          shown={shown}
          filter={filter}
          eci={eci}
          selection={selection}
          onSelect={setSelected}
          changes={changes}
        />
      )}
      <ChangeDialogs changes={changes} onStart={clearSelection} />
    </Page>
  );
}

/** Filter and sort order of the list; the address may set the filter. */
function useFilter() {
  const { params } = useRoute();
  const [show, setShow] = useState<ProtectionFilter>(
    isProtectionFilter(params['show']) ? params['show'] : 'all',
  );
  const [text, setText] = useState(params['find'] ?? '');
  const [sort, setSort] = useState<Sort>(byUrgencyFirst);
  const linkedFilter = params['show'];
  const linkedText = params['find'];
  useEffect(() => {
    // Applies a linked filter once; later changes by the user are kept.
    if (isProtectionFilter(linkedFilter)) setShow(linkedFilter);
    if (linkedText !== undefined) setText(linkedText);
  }, [linkedFilter, linkedText]);
  return { show, setShow, text, setText, sort, setSort };
}

/** The table, or why no container is listed. */
function ContainerList({
  any,
  shown,
  filter: { show, setShow, text, setText, sort, setSort },
  eci,
  selection,
  onSelect,
  changes,
}: {
  /** The scan found containers. */
  readonly any: boolean;
  readonly shown: readonly Container[];
  readonly filter: ReturnType<typeof useFilter>;
  readonly eci: boolean;
  readonly selection: Selection;
  readonly onSelect: (change: (before: Selection) => Selection) => void;
  readonly changes: ContainerChanges;
}) {
  const { noRemoval, canChange, recreation, setRecreating, setRemovalCandidates } = changes;
  if (shown.length === 0)
    return (
      <NoContainers
        eci={eci}
        any={any}
        show={show}
        text={text}
        onClear={() => {
          setText('');
        }}
        onShowAll={() => {
          setShow('all');
        }}
      />
    );
  return (
    <ContainerTable
      sort={sort}
      onSort={(by) => {
        setSort((before) => nextSort(before, by));
      }}
      containers={shown}
      eci={eci}
      selection={selection}
      onSelect={onSelect}
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
  );
}

/** Summary of all containers, in a sentence. `canRemove`: on this engine. */
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
