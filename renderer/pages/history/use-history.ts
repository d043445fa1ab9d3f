import { useEffect, useState } from 'react';
import { useApp, useStore } from '../../state/context.tsx';
import type { AppError } from '../../../shared/result.ts';
import type { HistoryItem } from '../../../shared/settings/history.ts';

export interface Listed {
  readonly items: readonly HistoryItem[] | null;
  readonly error: AppError | null;
  readonly again: () => void;
}

/**
 * All versions; reloaded whenever a version is added or the file changes. The previous list is kept
 * meanwhile.
 */
export function useHistory(): Listed {
  const store = useStore();
  const { historyRevision, settings, target } = useApp();
  const [attempt, setAttempt] = useState(0);
  const [listed, setListed] = useState<Omit<Listed, 'again'>>({ items: null, error: null });
  useEffect(() => {
    let stale = false;
    void (async () => {
      const result = await store.request('history:list', undefined);
      if (!stale)
        setListed((before) =>
          result.ok ? { items: result.value, error: null } : { items: before.items, error: result.error },
        );
    })();
    return () => {
      stale = true;
    };
  }, [store, historyRevision, settings.appliedHash, settings.appliedVersion, target.id, attempt]);
  return {
    ...listed,
    again: () => {
      setAttempt((n) => n + 1);
    },
  };
}

/** A version's text, while loading and afterwards. `null` text: there was no file. */
export type VersionText =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly text: string | null }
  | { readonly kind: 'failed'; readonly error: AppError };

/**
 * The text of one version; none for undefined. `knownText` is returned without a request, for the current
 * file.
 */
export function useVersionText(version: number | undefined, knownText?: string): VersionText | null {
  const store = useStore();
  const { target } = useApp();
  const key = version === undefined ? '' : `${target.id} ${version}`;
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly text: VersionText }>({
    key: '',
    text: { kind: 'reading' },
  });
  const needsRequest = version !== undefined && knownText === undefined;
  useEffect(() => {
    if (!needsRequest) return;
    let stale = false;
    void (async () => {
      const result = await store.request('history:read', { version });
      if (!stale)
        setLoaded({
          key,
          text: result.ok
            ? { kind: 'read', text: result.value.text }
            : { kind: 'failed', error: result.error },
        });
    })();
    return () => {
      stale = true;
    };
  }, [store, key, needsRequest, version]);
  if (version === undefined) return null;
  if (knownText !== undefined) return { kind: 'read', text: knownText };
  return loaded.key === key ? loaded.text : { kind: 'reading' };
}
