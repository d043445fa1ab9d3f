import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** After the system refused to watch (too many watches). */
const retryMs = 2000;

/**
 * Calls `onEvent` with the name of what changed in `directory`; with null where anything may have. A
 * directory that is not there, was deleted or renamed is waited for: what is watched then is the nearest one
 * above that is there. Returns how to stop.
 */
export function watchDirectory(directory: string, onEvent: (name: string | null) => void): () => void {
  const target = path.resolve(directory);
  let watcher: FSWatcher | null = null;
  /** What is watched: the directory, or one above it. */
  let watched: string | null = null;
  let retry: NodeJS.Timeout | null = null;
  let stopped = false;

  const leave = (): void => {
    watcher?.close();
    watcher = null;
    watched = null;
  };

  const retryLater = (): void => {
    leave();
    if (stopped || retry !== null) return;
    retry = setTimeout(() => {
      retry = null;
      settle();
      onEvent(null);
    }, retryMs);
    retry.unref();
  };

  const handle = (at: string, name: string | null): void => {
    if (stopped) return;
    // The end of a watch is reported under the name of what was watched; a file in it may have the same.
    const lost = name === null || name === path.basename(at);
    if (at === target && !lost) {
      onEvent(name);
      return;
    }
    if (lost) leave();
    const before = watched;
    settle();
    if (watched !== before) onEvent(null);
  };

  const begin = (at: string): void => {
    leave();
    const begun = watch(at, { persistent: false }, (_event, name) => {
      if (watcher === begun) handle(at, name);
    });
    begun.on('error', () => {
      if (watcher === begun) retryLater();
    });
    watcher = begun;
    watched = at;
  };

  /** Watches the directory, or what is nearest to it, until that stays the same. */
  const settle = (): void => {
    for (;;) {
      const nearest = nearestDirectory(target);
      if (nearest === watched) return;
      try {
        begin(nearest);
      } catch {
        // Gone since: look again. Still there: the system does not take the watch.
        if (nearest !== nearestDirectory(target)) continue;
        retryLater();
        return;
      }
    }
  };

  settle();
  return () => {
    stopped = true;
    if (retry !== null) clearTimeout(retry);
    leave();
  };
}

/** `directory`, an absolute path, or the nearest one above it that is there. */
function nearestDirectory(directory: string): string {
  let at = directory;
  while (at !== path.dirname(at) && !isDirectory(at)) at = path.dirname(at);
  return at;
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
