import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** How often the file is checked, and a failed watcher is created again, ms. */
const pollMs = 2000;

/**
 * Calls `onEvent` when a file may have changed, and at intervals. Watches the directory, not the file: an
 * atomic replacement is a new inode.
 */
export function watchFile(file: string, onEvent: () => void): { close(): void } {
  const directory = path.dirname(file);
  let watcher: FSWatcher | null = null;
  const watchDirectory = (): void => {
    watcher?.close();
    watcher = null;
    try {
      const begun = watch(directory, { persistent: false }, (_event, name) => {
        if (watcher !== begun) return;
        // The removal of a directory is reported under its own name; a new one may exist by now.
        if (name === path.basename(directory)) watchDirectory();
        onEvent();
      });
      begun.on('error', () => {
        begun.close();
        if (watcher === begun) watcher = null;
      });
      watcher = begun;
    } catch {
      /* no directory, or no inotify: the timer below tries again */
    }
  };
  watchDirectory();
  const timer = setInterval(() => {
    if (watcher === null) watchDirectory();
    onEvent();
  }, pollMs);
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      watcher?.close();
    },
  };
}
