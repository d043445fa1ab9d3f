import { ok, type AppError, type Result } from '../shared/result.ts';
import type { Origin } from './base/socket-mount.ts';
import { listenOn, type ListenAddress, type Listener, type ListenerOptions } from './http/listener.ts';

/** The listening sockets of a gateway; all have the same gatekeeper. */
export class GatewayListeners {
  readonly #options: Omit<ListenerOptions, 'origin'>;
  readonly #listeners = new Set<Listener>();

  constructor(options: Omit<ListenerOptions, 'origin'>) {
    this.#options = options;
  }

  /** Serves another socket until it is closed. Errors: as of `listenOn`. */
  async listen(at: ListenAddress, origin: Origin): Promise<Result<Listener, AppError>> {
    const opened = await listenOn(at, { ...this.#options, origin });
    if (!opened.ok) return opened;
    const listener: Listener = {
      ...opened.value,
      close: async (...args) => {
        this.#listeners.delete(listener);
        await opened.value.close(...args);
      },
    };
    this.#listeners.add(listener);
    return ok(listener);
  }

  /** Sum over all listeners. */
  sum(count: (listener: Listener) => number): number {
    return [...this.#listeners].reduce((total, listener) => total + count(listener), 0);
  }

  /** Retires every socket, those of containers too. Resolves at the end of the last connection. */
  async retire(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.retire()));
  }

  /** Closes the clients' sockets; those of containers are closed with their mounts. */
  async closeClients(graceMs: number): Promise<void> {
    const clients = [...this.#listeners].filter(({ origin }) => origin.kind === 'clients');
    await Promise.all(clients.map((listener) => listener.close(graceMs)));
  }
}
