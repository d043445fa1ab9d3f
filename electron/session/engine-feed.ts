import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { RootPaths } from '../../engine/base/root-paths.ts';

/**
 * Told when something about the engine may have changed. Both may be called too often; receivers look for
 * themselves.
 */
export interface FeedListeners {
  engine(): void;
  containers(): void;
}

/**
 * With every watch in place this only catches what no event reports (a killed supervisor, a file system
 * without events).
 */
const slowPollMs = 10_000;
const reconnectMs = 1_000;

/**
 * Watches one engine from outside: its state file (by its directory: the file is replaced, not rewritten) and
 * Docker's event stream. Returns how to stop. `reachableSocket`: the socket the engine listens on, null while
 * there is no event stream worth connecting to.
 */
export function watchEngine(
  paths: RootPaths,
  reachableSocket: () => string | null,
  listeners: FeedListeners,
): { stop(): void; reconnect(): void } {
  let stopped = false;
  let files: FSWatcher | undefined;
  let stream: { destroy(): void } | undefined;
  let connecting = false;
  let retry: NodeJS.Timeout | undefined;

  const watchFiles = () => {
    if (stopped || files !== undefined) return;
    try {
      const opened = watch(paths.root, (_event, name) => {
        if (name === path.basename(paths.state) || name === path.basename(paths.clientSocket))
          listeners.engine();
      });
      files = opened;
      opened.on('error', () => {
        opened.close();
        files = undefined;
      });
    } catch {
      /* no such directory yet: the slow poll tries again */
    }
  };

  const connect = async (): Promise<void> => {
    const socketPath = reachableSocket();
    if (stopped || connecting || stream !== undefined || socketPath === null) return;
    connecting = true;
    try {
      const { dockerClient } = await import('../../engine/base/docker-client.ts');
      const events = await dockerClient(socketPath).getEvents({
        filters: {
          type: ['container'],
          event: ['create', 'start', 'die', 'destroy', 'pause', 'unpause', 'rename', 'update'],
        },
      });
      const ended = () => {
        if (stream === undefined) return;
        stream = undefined;
        listeners.engine();
        again();
      };
      // Docker's events come as one JSON line each; which one does not matter, the list is read again as a
      // whole.
      events.on('data', () => {
        listeners.containers();
      });
      events.on('end', ended);
      events.on('close', ended);
      events.on('error', ended);
      if (stopped) {
        destroy(events);
        return;
      }
      stream = {
        destroy: () => {
          destroy(events);
        },
      };
      // Whatever happened while nobody listened.
      listeners.containers();
    } catch {
      again();
    } finally {
      connecting = false;
    }
  };
  const again = () => {
    clearTimeout(retry);
    if (!stopped)
      retry = setTimeout(() => {
        void connect();
      }, reconnectMs);
  };

  watchFiles();
  void connect();
  const poll = setInterval(() => {
    watchFiles();
    listeners.engine();
    void connect();
  }, slowPollMs);
  return {
    reconnect: () => {
      watchFiles();
      void connect();
    },
    stop() {
      stopped = true;
      clearInterval(poll);
      clearTimeout(retry);
      files?.close();
      stream?.destroy();
    },
  };
}

/** A response's stream can be destroyed, though the interface dockerode types it with does not say so. */
function destroy(events: NodeJS.ReadableStream): void {
  if ('destroy' in events && typeof events.destroy === 'function') events.destroy();
}
