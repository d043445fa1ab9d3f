import { stat } from 'node:fs/promises';
import type { AppError, Result } from '../shared/result.ts';
import { isLocked } from '../engine/base/lock.ts';

export interface Interrupted {
  /** What stands on disk while the work is under way, and after it was interrupted. */
  readonly journal: string;
  /** Held by whoever does the work. */
  readonly lock: string;
  settle(): Promise<Result<unknown, AppError>>;
}

/**
 * For a look every now and then at work whose process may have died in the middle: settles it once two looks
 * in a row have found the same journal and nobody at it, so that whoever starts the work's program again
 * comes first, and learns how it ended. What could not be settled is left to the next start.
 */
export function interruptedLook({ journal, lock, settle }: Interrupted): () => Promise<void> {
  const left = async (): Promise<string | null> => {
    const found = await stat(journal).catch(() => null);
    return found === null || (await isLocked(lock)) ? null : `${found.ino} ${found.mtimeMs}`;
  };
  let before: string | null = null;
  let given: string | null = null;
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    try {
      const now = await left();
      if (now !== null && now === before && now !== given) {
        await settle();
        // Still there: it could not be, and is not tried again and again.
        given = await left();
      }
      before = now;
    } finally {
      busy = false;
    }
  };
}
