import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Interval after the system refused to watch (too many watches). */
const retryMs = 2000;

/**
 * Calls `onEvent` with the name of what changed in `directory`; with null if anything may have. If the
 * directory does not exist, or is deleted or renamed, it is waited for: meanwhile its nearest existing
 * ancestor is watched. Returns how to stop.
 */
export function watchDirectory(directory: string, onEvent: (name: string | null) => void): () => void {
  const target = path.resolve(directory);
  let watcher: FSWatcher | null = null;
  /** The watched directory: the given one, or an ancestor. */
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
    // The end of a watch is reported under the name of the watched directory; a file in it may have the same
    // name.
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

  /** Watches the directory, or its nearest existing ancestor, until that stays the same. */
  const settle = (): void => {
    for (;;) {
      const nearest = nearestDirectory(target);
      if (nearest === watched) return;
      try {
        begin(nearest);
      } catch {
        // If it is gone, look again. If it exists, the system refuses the watch.
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

/** `directory`, an absolute path, or its nearest existing ancestor. */
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
