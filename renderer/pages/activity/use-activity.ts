import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApp, useStore } from '../../state/context.tsx';
import type { AppStore } from '../../state/snapshot.ts';
import { activityDepth, activityPageSize, type ActivityEntry } from '../../../shared/audit/activity.ts';
import type { AppError } from '../../../shared/result.ts';

/** The decision log as loaded by the page, newest last. */
export interface Activity {
  /** The shown entries: all, or, while paused, those before the pause. */
  readonly shown: readonly ActivityEntry[];
  /** Entries received during the pause, newest last. */
  readonly waiting: readonly ActivityEntry[];
  readonly loading: boolean;
  readonly error: AppError | null;
  readonly reload: () => void;
  /** Shows the waiting entries. */
  readonly showWaiting: () => void;
}

/** Minimum interval between list updates, ms: under load the list renders a few times a second. */
const batchIntervalMs = 120;
/** The newest are loaded first: the visible entries are shown before the rest is read. */
const firstPage = 300;

/** The newest entries of two lists, the older list first, up to the limit. */
const merge = (before: readonly ActivityEntry[], more: readonly ActivityEntry[]): readonly ActivityEntry[] =>
  [...before, ...more].slice(-activityDepth);

/** Calls back with new entries, at most every `batchIntervalMs`; returns a function that ends it. */
function onNewEntries(
  store: AppStore,
  target: string,
  take: (entries: readonly ActivityEntry[]) => void,
): () => void {
  let fresh: readonly ActivityEntry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = store.on('activity', (batch) => {
    if (batch.target !== target) return;
    fresh = merge(fresh, batch.entries);
    timer ??= setTimeout(() => {
      timer = undefined;
      const taken = fresh;
      fresh = [];
      take(taken);
    }, batchIntervalMs);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Reads the log page by page, the newest first, until `isOver`; returns the error of a page. */
async function readPages(
  store: AppStore,
  isOver: () => boolean,
  onPage: (entries: readonly ActivityEntry[], first: boolean) => void,
): Promise<AppError | null> {
  let before: number | null = null;
  for (let first = true; ; first = false) {
    const answer: Awaited<ReturnType<typeof store.request<'activity:read'>>> = await store.request(
      'activity:read',
      { before, limit: first ? firstPage : activityPageSize },
    );
    if (isOver()) return null;
    if (!answer.ok) return answer.error;
    const page: readonly ActivityEntry[] = answer.value.entries;
    onPage(page, first);
    const start: number | undefined = page[0]?.seq;
    if (!answer.value.more || start === undefined) return null;
    before = start;
  }
}

/** Reads the log and follows it; while `paused`, new entries wait. Starts again for another engine. */
export function useActivity(paused: boolean): Activity {
  const store = useStore();
  const { target } = useApp();
  const [all, setAll] = useState<readonly ActivityEntry[]>([]);
  const [pausedEntries, setPausedEntries] = useState<readonly ActivityEntry[] | null>(null);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<AppError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const latest = useRef(all);
  latest.current = all;

  useEffect(() => {
    let over = false;
    const stop = onNewEntries(store, target.id, (taken) => {
      setAll((before) => {
        const newest = before.at(-1)?.seq ?? 0;
        return merge(
          before,
          taken.filter((entry) => entry.seq > newest),
        );
      });
    });
    const read = async () => {
      setLoading(true);
      setError(null);
      const failure = await readPages(
        store,
        () => over,
        (page, first) => {
          // Entries received by event meanwhile are newer than this page: kept.
          setAll((now) => {
            const oldest = first ? Infinity : (now[0]?.seq ?? Infinity);
            return first
              ? merge(
                  page,
                  now.filter((entry) => entry.seq > (page.at(-1)?.seq ?? 0)),
                )
              : [...page.filter((entry) => entry.seq < oldest), ...now].slice(-activityDepth);
          });
        },
      );
      if (over) return;
      if (failure !== null) setError(failure);
      setLoading(false);
    };
    setAll([]);
    setPausedEntries(null);
    void read();
    return () => {
      over = true;
      stop();
      void store.request('activity:leave', undefined);
    };
  }, [store, target.id, attempt]);

  useEffect(() => {
    setPausedEntries(paused && !loading ? latest.current : null);
  }, [paused, loading]);
  const shown = pausedEntries ?? all;
  const waiting = useMemo(() => {
    const newest = shown.at(-1)?.seq ?? 0;
    let from = all.length;
    while (from > 0 && (all[from - 1]?.seq ?? 0) > newest) from--;
    return shown === all ? [] : all.slice(from);
  }, [all, shown]);
  const showWaiting = useCallback(() => {
    setPausedEntries((before) => (before === null ? null : latest.current));
  }, []);
  const reload = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  return { shown, waiting, loading, error, reload, showWaiting };
}
