import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useVisible } from '../../state/attention.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { navigate, useRoute } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import type { VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { color } from '../../theme/tokens.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { ActivityList } from './activity-list.tsx';
import { EntryPanel } from './entry-panel.tsx';
import { haystack, matchesFilter, type Filter } from './entry-text.ts';
import { ExportButton } from './export-button.tsx';
import { FilterBar, isFilter } from './filter-bar.tsx';
import { LiveState, NewEntries } from './live-state.tsx';
import { keyOf, linesOf, type Repeats } from './repeats.ts';
import { useActivity } from './use-activity.ts';

/**
 * Every decision the gateway logged, as it is made; each with its rule, its setting and what would allow it.
 */
export default function ActivityPage() {
  const { t } = useTranslation();
  const { params } = useRoute();
  const store = useStore();
  const {
    activity: { state, unseen },
    engine,
  } = useApp();
  const [paused, setPaused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const [focused, setFocused] = useState(false);
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  /** Only repeats of one line, each on a line of its own. */
  const [only, setOnly] = useState<string | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [focusPanel, setFocusPanel] = useState(false);
  const list = useRef<VirtualRowsHandle>(null);
  const interacting = scrolled || focused || selected !== null;
  const activity = useActivity(paused || interacting);
  const visible = useVisible();
  const failed = activity.error !== null;
  const { shown, loading } = activity;

  const wanted = useMemo(() => {
    const terms = query.trim().toLowerCase();
    const known = new WeakMap<ActivityEntry, string>();
    return (entry: ActivityEntry): boolean => {
      if (only !== null && keyOf(entry) !== only) return false;
      if (terms === '') return true;
      const text = known.get(entry) ?? haystack(t, entry);
      known.set(entry, text);
      return terms.split(/\s+/).every((term) => text.includes(term));
    };
  }, [query, only, t]);
  const found = useMemo(() => shown.filter(wanted), [shown, wanted]);
  const counts = useMemo(
    () => ({
      all: found.filter((entry) => matchesFilter(entry, 'all')).length,
      denied: found.filter((entry) => matchesFilter(entry, 'denied')).length,
      changed: found.filter((entry) => matchesFilter(entry, 'changed')).length,
      probes: found.filter((entry) => matchesFilter(entry, 'probes')).length,
    }),
    [found],
  );
  const lines = useMemo(
    () =>
      linesOf(
        found.filter((entry) => matchesFilter(entry, filter)),
        only !== null,
      ),
    [found, filter, only],
  );
  const waiting = useMemo(
    () => activity.waiting.filter((entry) => matchesFilter(entry, filter) && wanted(entry)).length,
    [activity.waiting, filter, wanted],
  );

  const chosen = useMemo(
    () => (selected === null ? null : (shown.find((entry) => entry.id === selected) ?? null)),
    [shown, selected],
  );
  const chosenLine =
    chosen === null
      ? null
      : (lines.find((line) => line.key === (only === null ? keyOf(chosen) : chosen.id)) ?? null);

  // The address leads to an entry, a filter or a container; a notification or the Overview made it.
  const [sought, setSought] = useState<string | null>(null);
  useEffect(() => {
    setFilter(isFilter(params['filter']) ? params['filter'] : 'all');
    setQuery(params['container'] ?? params['q'] ?? '');
    setOnly(null);
    setSought(params['entry'] ?? null);
    if (params['entry'] === undefined) setSelected(null);
  }, [params]);
  useEffect(() => {
    if (sought === null || !shown.some((entry) => entry.id === sought)) return;
    setSelected(sought);
    setSought(null);
  }, [sought, shown]);
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (selected === null || scrolledTo.current === selected || chosenLine === null) return;
    scrolledTo.current = selected;
    list.current?.scrollTo(lines.indexOf(chosenLine));
  }, [selected, chosenLine, lines]);

  // What is in view counts as seen: not in a window nobody sees, nor what waits behind a list that is
  // held.
  const looked = useRef(false);
  useEffect(() => {
    if (loading) looked.current = false;
    if (paused || loading || failed || !visible || (interacting && looked.current)) return;
    looked.current = true;
    if (unseen > 0) void store.request('activity:seen', undefined);
  }, [unseen, paused, loading, failed, visible, interacting, store]);

  const select = useCallback((line: Repeats) => {
    scrolledTo.current = line.entry.id;
    setFocusPanel(false);
    setSelected(line.entry.id);
  }, []);
  const enter = useCallback((line: Repeats) => {
    scrolledTo.current = line.entry.id;
    setFocusPanel(true);
    setSelected(line.entry.id);
    document.querySelector<HTMLElement>('[data-region="panel"]')?.focus();
  }, []);
  const onReading = useCallback((how: 'scrolled' | 'focused', yes: boolean) => {
    if (how === 'scrolled') setScrolled(yes);
    else setFocused(yes);
  }, []);
  const showNew = () => {
    activity.release();
    if (!paused) void store.request('activity:seen', undefined);
    list.current?.scrollTo(0);
  };
  // Of a log that can't be read, or wasn't yet, none is not known to be none.
  const counted = (state.kind !== 'unreadable' && !failed && !loading) || shown.length > 0;
  const narrowed = query !== '' || filter !== 'all' || only !== null;
  const reset = () => {
    setQuery('');
    setFilter('all');
    setOnly(null);
  };

  return (
    <Page
      fill
      title={t('activity.title')}
      subtitle={t('activity.subtitle')}
      actions={
        state.kind === 'following' &&
        !(failed && shown.length === 0) && (
          <>
            <ExportButton entries={found.filter((entry) => matchesFilter(entry, filter))} />
            <LiveState engine={engine.phase} paused={paused} onPaused={setPaused} />
          </>
        )
      }
      panel={
        chosen !== null && (
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
            onClose={() => {
              setSelected(null);
            }}
          />
        )
      }
    >
      <FilterBar
        filter={filter}
        onFilter={setFilter}
        query={query}
        onQuery={setQuery}
        counts={counted ? counts : null}
      />
      {only !== null && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            marginBottom: 2,
            flexShrink: 0,
            color: color.text2,
          }}
        >
          {t('activity.onlyRepeats', { count: lines.length })}
          <Button
            size="small"
            variant="text"
            onClick={() => {
              setOnly(null);
            }}
          >
            {t('activity.showGrouped')}
          </Button>
        </Box>
      )}
      {state.kind === 'unreadable' && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <Notice
            tone="warn"
            live="polite"
            title={state.why === 'rights' ? t('activity.noRights') : t('activity.unreadable')}
          >
            {state.why === 'rights' ? t('activity.noRightsWhy', { path: state.path }) : state.message}
          </Notice>
        </Box>
      )}
      {sought !== null && !loading && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <Notice
            tone="neutral"
            live="polite"
            title={t('activity.gone')}
            action={
              <Button
                size="small"
                onClick={() => {
                  setSought(null);
                }}
              >
                {t('button.close')}
              </Button>
            }
          >
            {t('activity.goneWhy')}
          </Notice>
        </Box>
      )}
      {activity.error !== null && (
        <Box sx={{ marginBottom: 2, flexShrink: 0 }}>
          <ErrorPanel
            error={activity.error}
            action={<Button onClick={activity.reload}>{t('button.tryAgain')}</Button>}
          />
        </Box>
      )}
      <Box sx={{ position: 'relative', display: 'flex', flexDirection: 'column', minHeight: 0 }}>
        {waiting > 0 && <NewEntries count={waiting} onShow={showNew} />}
        {lines.length > 0 && (
          <ActivityList
            lines={lines}
            selected={chosenLine?.key ?? null}
            onSelect={select}
            onEnter={enter}
            onClose={() => {
              setSelected(null);
            }}
            handle={list}
            onReading={onReading}
          />
        )}
        {lines.length === 0 && !(failed && shown.length === 0) && (
          <Card>
            {loading || state.kind === 'reading' ? (
              <LoadingRows />
            ) : narrowed ? (
              <EmptyState action={<Button onClick={reset}>{t('activity.showEverything')}</Button>}>
                {shown.length === 0 ? t('activity.none') : t('activity.noMatch')}
              </EmptyState>
            ) : state.kind === 'unreadable' ? (
              <EmptyState>{t('activity.noneReadable')}</EmptyState>
            ) : (
              <EmptyState
                action={
                  <Button
                    onClick={() => {
                      navigate('simulator');
                    }}
                  >
                    {t('activity.tryOut')}
                  </Button>
                }
              >
                {t('activity.none')}
              </EmptyState>
            )}
          </Card>
        )}
      </Box>
    </Page>
  );
}
