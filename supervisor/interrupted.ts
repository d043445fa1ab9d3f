import { stat } from 'node:fs/promises';
import type { AppError, Result } from '../shared/result.ts';
import { isLocked } from '../engine/base/lock.ts';

export interface InterruptibleWork {
  /** The files of which at least one exists while the work is in progress, and after it was interrupted. */
  readonly journals: readonly string[];
  /** Held by the process that does the work. */
  readonly lock: string;
  settle(): Promise<Result<unknown, AppError>>;
}

/**
 * Creates a check, to be called at intervals, for work whose process may have died. It settles the work when
 * two checks in a row have found the same journals and a free lock, so that a user who runs the command again
 * comes first and sees the outcome. Work that cannot be settled is left to the next start.
 */
export function createInterruptedCheck({ journals, lock, settle }: InterruptibleWork): () => Promise<void> {
  const interruptedJournal = async (): Promise<string | null> => {
    const found = await Promise.all(journals.map((journal) => stat(journal).catch(() => null)));
    const existing = found.flatMap((journal) =>
      journal === null ? [] : `${journal.ino} ${journal.mtimeMs}`,
    );
    return existing.length === 0 || (await isLocked(lock)) ? null : existing.join(', ');
  };
  let before: string | null = null;
  let attempted: string | null = null;
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    try {
      const now = await interruptedJournal();
      if (now !== null && now === before && now !== attempted) {
        await settle();
        // The journal still exists: settling failed, and is not repeated for this journal.
        attempted = await interruptedJournal();
      }
      before = now;
    } finally {
      busy = false;
    }
  };
}
