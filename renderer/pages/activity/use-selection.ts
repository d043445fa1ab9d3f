import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import type { VirtualRowsHandle } from '../../components/virtual-rows.tsx';
import { useRoute } from '../../state/router.ts';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { isFilter } from './filter-bar.tsx';
import { keyOf, type Repeats } from './repeats.ts';
import type { FilteredEntries } from './use-filtered-entries.ts';

/** The entry whose details are open: selected by click, by keyboard, or by the page's address. */
export function useSelection({
  selected,
  setSelected,
  shown,
  filtered,
  list,
}: {
  /** Id of the entry. */
  readonly selected: string | null;
  readonly setSelected: (id: string | null) => void;
  readonly shown: readonly ActivityEntry[];
  readonly filtered: FilteredEntries;
  readonly list: RefObject<VirtualRowsHandle | null>;
}) {
  const { params } = useRoute();
  const { lines, only, setFilter, setQuery, setOnly } = filtered;
  const [focusPanel, setFocusPanel] = useState(false);
  const chosen = useMemo(
    () => (selected === null ? null : (shown.find((entry) => entry.id === selected) ?? null)),
    [shown, selected],
  );
  const chosenLine =
    chosen === null
      ? null
      : (lines.find((line) => line.key === (only === null ? keyOf(chosen) : chosen.id)) ?? null);

  // Addresses of notifications and the Overview name an entry, a filter or a container.
  const [linkedEntry, setLinkedEntry] = useState<string | null>(null);
  useEffect(() => {
    setFilter(isFilter(params['filter']) ? params['filter'] : 'all');
    setQuery(params['container'] ?? params['q'] ?? '');
    setOnly(null);
    setLinkedEntry(params['entry'] ?? null);
    if (params['entry'] === undefined) setSelected(null);
  }, [params, setFilter, setQuery, setOnly, setSelected]);
  useEffect(() => {
    if (linkedEntry === null || !shown.some((entry) => entry.id === linkedEntry)) return;
    setSelected(linkedEntry);
    setLinkedEntry(null);
  }, [linkedEntry, shown, setSelected]);
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (selected === null || scrolledTo.current === selected || chosenLine === null) return;
    scrolledTo.current = selected;
    list.current?.scrollTo(lines.indexOf(chosenLine));
  }, [selected, chosenLine, lines, list]);

  const select = useCallback(
    (line: Repeats) => {
      scrolledTo.current = line.entry.id;
      setFocusPanel(false);
      setSelected(line.entry.id);
    },
    [setSelected],
  );
  const enter = useCallback(
    (line: Repeats) => {
      scrolledTo.current = line.entry.id;
      setFocusPanel(true);
      setSelected(line.entry.id);
      document.querySelector<HTMLElement>('[data-region="panel"]')?.focus();
    },
    [setSelected],
  );
  const clearLinkedEntry = () => {
    setLinkedEntry(null);
  };
  return {
    chosen,
    chosenLine,
    /** The panel with the details takes the focus. */
    focusPanel,
    /** Id of the entry that the address names, until it is found. */
    linkedEntry,
    clearLinkedEntry,
    select,
    enter,
  };
}
