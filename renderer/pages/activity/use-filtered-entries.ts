import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { sortLines, type Sort } from './activity-sort.ts';
import { searchText, matchesFilter, type Filter } from './entry-text.ts';
import { keyOf, linesOf } from './repeats.ts';
import type { Activity } from './use-activity.ts';

/** The filter, the search text and the selected repeats, and the matching entries in the order `sort`. */
export function useFilteredEntries({ shown, waiting }: Pick<Activity, 'shown' | 'waiting'>, sort: Sort) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>('all');
  const [query, setQuery] = useState('');
  /** Only repeats of one line, ungrouped. */
  const [only, setOnly] = useState<string | null>(null);

  const wanted = useMemo(() => {
    const terms = query.trim().toLowerCase();
    const known = new WeakMap<ActivityEntry, string>();
    return (entry: ActivityEntry): boolean => {
      if (only !== null && keyOf(entry) !== only) return false;
      if (terms === '') return true;
      const text = known.get(entry) ?? searchText(t, entry);
      known.set(entry, text);
      return terms.split(/\s+/).every((term) => text.includes(term));
    };
  }, [query, only, t]);
  const found = useMemo(() => shown.filter(wanted), [shown, wanted]);
  const counts = useMemo(
    () => ({
      all: found.filter((entry) => matchesFilter(entry, 'all')).length,
      denied: found.filter((entry) => matchesFilter(entry, 'denied')).length,
      wouldDeny: found.filter((entry) => matchesFilter(entry, 'wouldDeny')).length,
      changed: found.filter((entry) => matchesFilter(entry, 'changed')).length,
      probes: found.filter((entry) => matchesFilter(entry, 'probes')).length,
    }),
    [found],
  );
  const hasWouldDeny = useMemo(() => shown.some((entry) => matchesFilter(entry, 'wouldDeny')), [shown]);
  const lines = useMemo(
    () =>
      sortLines(
        t,
        linesOf(
          found.filter((entry) => matchesFilter(entry, filter)),
          only !== null,
        ),
        sort,
      ),
    [t, found, filter, only, sort],
  );
  const waitingCount = useMemo(
    () => waiting.filter((entry) => matchesFilter(entry, filter) && wanted(entry)).length,
    [waiting, filter, wanted],
  );
  const reset = () => {
    setQuery('');
    setFilter('all');
    setOnly(null);
  };
  return {
    filter,
    setFilter,
    query,
    setQuery,
    only,
    setOnly,
    /** Whether a filter, a search text or repeats are selected. */
    isFiltered: query !== '' || filter !== 'all' || only !== null,
    reset,
    /** Entries that match the search text; `counts` has how many of them each filter matches. */
    found,
    counts,
    /** Whether any entry is a would-deny one, ignoring the search text. */
    hasWouldDeny,
    /** The lines of the list, in its order. */
    lines,
    /** How many of the waiting entries would be shown. */
    waitingCount,
  };
}

/** What `useFilteredEntries` returns. */
export type FilteredEntries = ReturnType<typeof useFilteredEntries>;
