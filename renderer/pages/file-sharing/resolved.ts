import { useEffect, useState } from 'react';
import { useFocusCount } from '../../state/attention.ts';
import { useStore } from '../../state/context.tsx';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { AppError } from '../../../shared/result.ts';

export type Resolved = IpcOutput<'paths:resolve'>[number];
/** Limits of one request; main refuses more. */
const most = 500,
  longest = 4096;

/**
 * What written paths resolve to on this host, by the path as written; requested again whenever the set
 * changes, and when the window regains focus. `null` error: none.
 */
export function useResolved(written: readonly string[]): {
  readonly byPath: ReadonlyMap<string, Resolved>;
  readonly error: AppError | null;
  readonly retry: () => void;
} {
  const store = useStore();
  const [byPath, setByPath] = useState<ReadonlyMap<string, Resolved>>(new Map());
  const [error, setError] = useState<AppError | null>(null);
  const returns = useFocusCount();
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify([...new Set(written)].filter((path) => path.length <= longest).toSorted());
  useEffect(() => {
    let current = true;
    const resolveAll = async () => {
      const paths = JSON.parse(key) as string[]; // made above
      const resolved: Resolved[] = [];
      for (let from = 0; from < paths.length; from += most) {
        const result = await store.request('paths:resolve', { paths: paths.slice(from, from + most) });
        if (!current) return;
        if (!result.ok) {
          setError(result.error);
          return;
        }
        resolved.push(...result.value);
      }
      setError(null);
      setByPath(new Map(resolved.map((one) => [one.written, one])));
    };
    void resolveAll();
    return () => {
      current = false;
    };
  }, [store, key, returns, attempt]);
  return {
    byPath,
    error,
    retry: () => {
      setAttempt((before) => before + 1);
    },
  };
}

/** Pause in typing before a path is looked up on the host, ms. */
const pause = 200;

/** Whether a path, as written, does not exist on this host; false until that is known, and for ''. */
export function useIsMissing(written: string): boolean {
  const [path, setPath] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => {
      setPath(written);
    }, pause);
    return () => {
      clearTimeout(timer);
    };
  }, [written]);
  const { byPath } = useResolved(path === '' ? [] : [path]);
  return byPath.get(written)?.kind === 'missing';
}
