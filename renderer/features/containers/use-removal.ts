import { useCallback, useState } from 'react';
import { useStore } from '../../app/context.tsx';
import type { Container, RemoveOutcome, RemoveRequest } from '../../../shared/containers/protection.ts';
import type { AppError } from '../../../shared/result.ts';

export interface Removal {
  readonly total: number;
  readonly done: number;
  readonly outcomes: readonly RemoveOutcome[];
  /** Why the rest was not tried. */
  readonly error: AppError | null;
  readonly running: boolean;
}

/** Pieces so small that progress shows, so few that the rescan after each does not weigh. */
const pieceOf = (total: number): number => Math.max(10, Math.ceil(total / 10));

/** Removes containers in pieces and keeps the account of it; a piece that fails as a whole stops the rest. */
export function useRemoval(): { readonly removal: Removal | null; readonly remove: (containers: readonly Container[], how: Omit<RemoveRequest, 'ids'>) => Promise<void>; readonly dismiss: () => void } {
  const store = useStore();
  const [removal, setRemoval] = useState<Removal | null>(null);
  const remove = useCallback(async (containers: readonly Container[], how: Omit<RemoveRequest, 'ids'>) => {
    const ids = containers.map((c) => c.id);
    let outcomes: readonly RemoveOutcome[] = [];
    let error: AppError | null = null;
    setRemoval({ total: ids.length, done: 0, outcomes, error, running: true });
    const size = pieceOf(ids.length);
    for (let from = 0; from < ids.length && error === null; from += size) {
      const answer = await store.request('containers:remove', { ids: ids.slice(from, from + size), ...how });
      if (answer.ok) outcomes = [...outcomes, ...answer.value];
      else error = answer.error;
      setRemoval({ total: ids.length, done: Math.min(ids.length, from + size), outcomes, error, running: true });
    }
    setRemoval({ total: ids.length, done: ids.length, outcomes, error, running: false });
  }, [store]);
  const dismiss = useCallback(() => { setRemoval(null); }, []);
  return { removal, remove, dismiss };
}
