import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApp, useStore } from '../../state/context.tsx';
import { activityDepth, activityPageSize, type ActivityEntry } from '../../../shared/audit/activity.ts';
import type { AppError } from '../../../shared/result.ts';

/** The decision log as the page has it, newest last. */
export interface Activity {
  /** The entries on screen: all, or, while paused, those of before the pause. */
  readonly shown: readonly ActivityEntry[];
  /** Entries that came during the pause, newest last. */
  readonly waiting: readonly ActivityEntry[];
  readonly loading: boolean;
  readonly error: AppError | null;
  readonly reload: () => void;
  /** Shows what is waiting. */
  readonly release: () => void;
}

/** New entries are taken in this often at most, ms: a flood draws a few times a second. */
const takeInMs = 120;
/** The newest come first: what is in view is there before the rest is read. */
const firstPage = 300;

/** Reads the log and follows it; while `held` (paused), what is new waits. Another engine begins anew. */
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
    let fresh: ActivityEntry[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const merge = (before: readonly ActivityEntry[], more: readonly ActivityEntry[]) =>
      [...before, ...more].slice(-activityDepth);
    const stop = store.on('activity', (batch) => {
      if (batch.target !== target.id) return;
      fresh =
        fresh.length + batch.entries.length > activityDepth
          ? merge(fresh, batch.entries)
          : [...fresh, ...batch.entries];
      timer ??= setTimeout(() => {
        timer = undefined;
        const taken = fresh;
        fresh = [];
        setAll((before) => {
          const newest = before.at(-1)?.seq ?? 0;
          return merge(
            before,
            taken.filter((entry) => entry.seq > newest),
          );
        });
      }, takeInMs);
    });
    const read = async () => {
      setLoading(true);
      setError(null);
      let before: number | null = null;
      for (let first = true; ; first = false) {
        const answer: Awaited<ReturnType<typeof store.request<'activity:read'>>> = await store.request(
          'activity:read',
          { before, limit: first ? firstPage : activityPageSize },
        );
        if (over) return;
        if (!answer.ok) {
          setError(answer.error);
          break;
        }
        const page: readonly ActivityEntry[] = answer.value.entries;
        // What came by event meanwhile is newer than the page, and stays.
        setAll((now) => {
          const oldest = first ? Infinity : (now[0]?.seq ?? Infinity);
          return first
            ? merge(
                page,
                now.filter((entry) => entry.seq > (page.at(-1)?.seq ?? 0)),
              )
            : [...page.filter((entry) => entry.seq < oldest), ...now].slice(-activityDepth);
        });
        const start: number | undefined = page[0]?.seq;
        if (!answer.value.more || start === undefined) break;
        before = start;
      }
      setLoading(false);
    };
    setAll([]);
    setPausedEntries(null);
    void read();
    return () => {
      over = true;
      stop();
      clearTimeout(timer);
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
  const release = useCallback(() => {
    setPausedEntries((before) => (before === null ? null : latest.current));
  }, []);
  const reload = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  return { shown, waiting, loading, error, reload, release };
}
