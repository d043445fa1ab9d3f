import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import { useVisible } from '../../state/attention.ts';
import { useApp, useAppPart, useStore } from '../../state/context.tsx';
import { Page } from '../../components/page.tsx';
import { useLowWindow } from '../../components/use-low-window.ts';
import type { VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { GoneNotice, OnlyRepeats, ReadError, UnreadableNotice } from './activity-notices.tsx';
import { ActivityList, listHeight } from './activity-list.tsx';
import { isNewestFirst, newestFirst } from './activity-sort.ts';
import { EntryPanel } from './entry-panel.tsx';
import { ExportButton } from './export-button.tsx';
import { FilterBar } from './filter-bar.tsx';
import { LiveState, NewEntries } from './live-state.tsx';
import { NoEntries } from './no-entries.tsx';
import { keyOf } from './repeats.ts';
import { useActivity, type Activity } from './use-activity.ts';
import { useFilteredEntries, type FilteredEntries } from './use-filtered-entries.ts';
import { useSelection } from './use-selection.ts';

/** The gateway's decision log, live; each entry with its rule, its setting and what would allow it. */
export default function ActivityPage() {
  const { t } = useTranslation();
  const store = useStore();
  const {
    activity: { state },
    engine,
  } = useApp();
  const [paused, setPaused] = useState(false);
  const { reading, onReading } = useReading();
  const [selected, setSelected] = useState<string | null>(null);
  const list = useRef<VirtualRowsHandle>(null);
  const isLow = useLowWindow();
  // A list in another order than newest first has new entries anywhere: they wait until they are wanted.
  const [sort, setSort] = useState(newestFirst);
  const interacting = reading || selected !== null || !isNewestFirst(sort);
  const activity = useActivity(paused || interacting);
  const { shown, loading } = activity;
  const failed = activity.error !== null;
  const filtered = useFilteredEntries(activity, sort);
  const { lines } = filtered;
  const selection = useSelection({ selected, setSelected, shown, filtered, list });
  useMarkSeen({ paused, interacting, loading, failed });

  const closePanel = () => void setSelected(null);
  const showNew = () => {
    activity.showWaiting();
    if (!paused) void store.request('activity:seen', undefined);
    list.current?.scrollTo(0);
  };
  // No counts while the log is unreadable or not loaded.
  const counted = (state.kind !== 'unreadable' && !failed && !loading) || shown.length > 0;

  return (
    <Page
      fill={!isLow}
      title={t('activity.title')}
      subtitle={t('activity.subtitle')}
      actions={
        state.kind === 'following' &&
        !(failed && shown.length === 0) && (
          <>
            <ExportButton filtered={filtered} />
            <LiveState engine={engine.phase} paused={paused} onPaused={setPaused} />
          </>
        )
      }
      panel={<SelectedEntry selection={selection} filtered={filtered} onClose={closePanel} />}
    >
      <Filters filtered={filtered} counted={counted} />
      <Notices activity={activity} filtered={filtered} selection={selection} />
      <Box
        style={isLow ? {} : { minHeight: listHeight(lines.length) }}
        sx={{ position: 'relative', display: 'flex', flexDirection: 'column' }}
      >
        {filtered.waitingCount > 0 && <NewEntries count={filtered.waitingCount} onShow={showNew} />}
        {lines.length > 0 && (
          <ActivityList
            lines={lines}
            sort={sort}
            onSort={setSort}
            selected={selection.chosenLine?.key ?? null}
            onSelect={selection.select}
            onEnter={selection.enter}
            onClose={closePanel}
            handle={list}
            onReading={onReading}
          />
        )}
        {lines.length === 0 && !(failed && shown.length === 0) && (
          <NoEntries
            loading={loading}
            isFiltered={filtered.isFiltered}
            empty={shown.length === 0}
            onReset={filtered.reset}
          />
        )}
      </Box>
    </Page>
  );
}

/** The details of the selected entry. */
function SelectedEntry({
  selection: { chosen, chosenLine, focusPanel },
  filtered: { only, setOnly },
  onClose,
}: {
  readonly selection: ReturnType<typeof useSelection>;
  readonly filtered: FilteredEntries;
  readonly onClose: () => void;
}) {
  if (chosen === null) return null;
  return (
    <EntryPanel
      entry={chosen}
      repeats={chosenLine}
      showAll={
        only === null && chosenLine !== null && chosenLine.count > 1
          ? () => {
              setOnly(keyOf(chosen));
            }
          : null
      }
      takeFocus={focusPanel}
      onClose={onClose}
    />
  );
}

/** The filter and the search; without counts while there is nothing to count. */
function Filters({ filtered, counted }: { readonly filtered: FilteredEntries; readonly counted: boolean }) {
  return (
    <FilterBar
      filter={filtered.filter}
      onFilter={filtered.setFilter}
      query={filtered.query}
      onQuery={filtered.setQuery}
      counts={counted ? filtered.counts : null}
      hasWouldDeny={counted && filtered.hasWouldDeny}
    />
  );
}

/** The notices between filter and list. */
function Notices({
  activity,
  filtered,
  selection,
}: {
  readonly activity: Activity;
  readonly filtered: FilteredEntries;
  readonly selection: ReturnType<typeof useSelection>;
}) {
  return (
    <>
      {filtered.only !== null && (
        <OnlyRepeats
          count={filtered.lines.length}
          onShowAll={() => {
            filtered.setOnly(null);
          }}
        />
      )}
      <UnreadableNotice />
      {selection.linkedEntry !== null && !activity.loading && (
        <GoneNotice onClose={selection.clearLinkedEntry} />
      )}
      {activity.error !== null && <ReadError error={activity.error} onRetry={activity.reload} />}
    </>
  );
}

/** Whether the user has scrolled the list, or the focus is in it. */
function useReading() {
  const [scrolled, setScrolled] = useState(false);
  const [focused, setFocused] = useState(false);
  const onReading = useCallback((how: 'scrolled' | 'focused', yes: boolean) => {
    if (how === 'scrolled') setScrolled(yes);
    else setFocused(yes);
  }, []);
  return { reading: scrolled || focused, onReading };
}

/** Marks visible entries as seen; not while the window is hidden, and not entries held back by a pause. */
function useMarkSeen({
  paused,
  interacting,
  loading,
  failed,
}: {
  readonly paused: boolean;
  readonly interacting: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
}) {
  const store = useStore();
  const unseen = useAppPart((app) => app.activity.unseen);
  const visible = useVisible();
  const looked = useRef(false);
  useEffect(() => {
    if (loading) looked.current = false;
    if (paused || loading || failed || !visible || (interacting && looked.current)) return;
    looked.current = true;
    if (unseen > 0) void store.request('activity:seen', undefined);
  }, [unseen, paused, loading, failed, visible, interacting, store]);
}
