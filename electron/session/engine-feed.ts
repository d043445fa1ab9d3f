import path from 'node:path';
import type { RootPaths } from '../../engine/base/root-paths.ts';
import { watchDirectory } from '../../engine/base/watch-directory.ts';

/** Called when something about the engine may have changed. Both may be called without a change. */
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
 * Watches one engine from outside: its state file and its clients' socket (by their directory: they are
 * replaced, and the directory itself may be deleted, moved and put back) and Docker's event stream. Returns
 * how to stop. `reachableSocket`: the socket the engine listens on, null while there is no event stream to
 * connect to.
 */
export function watchEngine(
  paths: RootPaths,
  reachableSocket: () => string | null,
  listeners: FeedListeners,
): { stop(): void; reconnect(): void } {
  const names = [path.basename(paths.state), path.basename(paths.clientSocket)];
  const unwatch = watchDirectory(paths.root, (name) => {
    if (name === null || names.includes(name)) listeners.engine();
  });
  const events = new EventStream(reachableSocket, listeners);
  events.connect();
  const poll = setInterval(() => {
    listeners.engine();
    events.connect();
  }, slowPollMs);
  return {
    reconnect: () => {
      events.connect();
    },
    stop: () => {
      clearInterval(poll);
      unwatch();
      events.close();
    },
  };
}

/** Docker's events of containers; connects again when the stream ends. */
class EventStream {
  readonly #reachableSocket: () => string | null;
  readonly #listeners: FeedListeners;
  #stream: NodeJS.ReadableStream | undefined;
  #isConnecting = false;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(reachableSocket: () => string | null, listeners: FeedListeners) {
    this.#reachableSocket = reachableSocket;
    this.#listeners = listeners;
  }

  /** Connects unless there is a connection, or no socket. */
  connect(): void {
    const socket = this.#reachableSocket();
    if (this.#isClosed || this.#isConnecting || this.#stream !== undefined || socket === null) return;
    this.#isConnecting = true;
    void this.#open(socket)
      .catch(() => {
        this.#connectLater();
      })
      .finally(() => {
        this.#isConnecting = false;
      });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    if (this.#stream !== undefined) destroy(this.#stream);
  }

  async #open(socket: string): Promise<void> {
    const { dockerClient } = await import('../../engine/base/docker-client.ts');
    const events = await dockerClient(socket).getEvents({
      filters: {
        type: ['container'],
        event: ['create', 'start', 'die', 'destroy', 'pause', 'unpause', 'rename', 'update'],
      },
    });
    const ended = () => {
      if (this.#stream === undefined) return;
      this.#stream = undefined;
      this.#listeners.engine();
      this.#connectLater();
    };
    // Each event is one line of JSON. Which one does not matter: the whole list is read again.
    events.on('data', () => {
      this.#listeners.containers();
    });
    events.on('end', ended);
    events.on('close', ended);
    events.on('error', ended);
    if (this.#isClosed) {
      destroy(events);
      return;
    }
    this.#stream = events;
    // For events before the stream was open.
    this.#listeners.containers();
  }

  #connectLater(): void {
    clearTimeout(this.#retry);
    if (!this.#isClosed)
      this.#retry = setTimeout(() => {
        this.connect();
      }, reconnectMs);
  }
}

/** A response's stream can be destroyed, though dockerode's type does not declare it. */
function destroy(events: NodeJS.ReadableStream): void {
  if ('destroy' in events && typeof events.destroy === 'function') events.destroy();
}
