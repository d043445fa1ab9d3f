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
 * Every version, read anew whenever one was added or the file changed, whoever did it. The old list stays
 * meanwhile.
 */
export function useHistory(): Listed {
  const store = useStore();
  const { historyRevision, settings, target } = useApp();
  const [tries, setTries] = useState(0);
  const [listed, setListed] = useState<Omit<Listed, 'again'>>({ items: null, error: null });
  useEffect(() => {
    let stale = false;
    void (async () => {
      const answer = await store.request('history:list', undefined);
      if (!stale)
        setListed((before) =>
          answer.ok ? { items: answer.value, error: null } : { items: before.items, error: answer.error },
        );
    })();
    return () => {
      stale = true;
    };
  }, [store, historyRevision, settings.appliedHash, settings.appliedVersion, target.id, tries]);
  return {
    ...listed,
    again: () => {
      setTries((n) => n + 1);
    },
  };
}

/** A version's text as it is known so far. `null` text: there was no file. */
export type VersionText =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly text: string | null }
  | { readonly kind: 'failed'; readonly error: AppError };

/**
 * The text of one version; undefined asks for none. `known` is used instead of asking, for the file as it is.
 */
export function useVersionText(version: number | undefined, known?: string): VersionText | null {
  const store = useStore();
  const { target } = useApp();
  const key = version === undefined ? '' : `${target.id} ${version}`;
  const [made, setMade] = useState<{ readonly key: string; readonly text: VersionText }>({
    key: '',
    text: { kind: 'reading' },
  });
  const ask = version !== undefined && known === undefined;
  useEffect(() => {
    if (!ask) return;
    let stale = false;
    void (async () => {
      const answer = await store.request('history:read', { version });
      if (!stale)
        setMade({
          key,
          text: answer.ok
            ? { kind: 'read', text: answer.value.text }
            : { kind: 'failed', error: answer.error },
        });
    })();
    return () => {
      stale = true;
    };
  }, [store, key, ask, version]);
  if (version === undefined) return null;
  if (known !== undefined) return { kind: 'read', text: known };
  return made.key === key ? made.text : { kind: 'reading' };
}
