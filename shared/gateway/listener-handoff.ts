/**
 * Between a gateway (or planner) and the process that starts it: the latter keeps the listening sockets, so
 * that the next gateway listens on the same ones. The gateway sends each socket's handle over Node's channel;
 * it is passed on as systemd passes descriptors (`LISTEN_FDS`, `LISTEN_FDNAMES`).
 */
export type ListenerHandoffMessage =
  /** Comes with the handle; one of the same name is replaced. */
  | { readonly kind: 'keep-listener'; readonly name: string }
  | { readonly kind: 'drop-listener'; readonly name: string };

/** Names must not contain the separators. */
const nameForm = /^[a-z0-9-]{1,64}$/;

/** Parses a message; null for anything else. */
export function parseListenerHandoff(value: unknown): ListenerHandoffMessage | null {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('name' in value)) return null;
  const { kind, name } = value;
  if (typeof name !== 'string' || !nameForm.test(name)) return null;
  return kind === 'keep-listener' || kind === 'drop-listener' ? { kind, name } : null;
}

/** The variables that name the descriptors inherited by a process, from 3 on. Empty if there are none. */
export function listenVariables(names: readonly string[]): Readonly<Record<string, string>> {
  return names.length === 0 ? {} : { LISTEN_FDS: String(names.length), LISTEN_FDNAMES: names.join(':') };
}

/** A listening descriptor that this process inherited at its start. */
export interface InheritedListener {
  readonly name: string;
  readonly fd: number;
}

/**
 * The inherited descriptors according to `env`. `LISTEN_PID` may be missing (a supervisor starts us through
 * other programs); descriptors for another process are not ours.
 */
export function inheritedListeners(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): InheritedListener[] {
  const count = env['LISTEN_FDS'] ?? '';
  const owner = env['LISTEN_PID'] ?? '';
  if (!/^[0-9]{1,5}$/.test(count) || (owner !== '' && owner !== String(pid))) return [];
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({ name: names[index] ?? '', fd: 3 + index }));
}

/** As above, and removes the variables from `env`: they are for this process alone, not its children. */
export function takeInheritedListeners(
  env: Record<string, string | undefined>,
  pid: number,
): InheritedListener[] {
  const inherited = inheritedListeners(env, pid);
  for (const name of ['LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PID']) Reflect.deleteProperty(env, name);
  return inherited;
}

/**
 * A process that outlives this one and holds a duplicate of its listening sockets, so that the next one
 * listens on the same ones: a running container has the socket's inode mounted, and could never reach a new
 * socket at the same path.
 */
export interface ListenerStore {
  /** Resolves when the duplicate has been sent; it then survives this process. */
  keep(name: string, handle: object): Promise<void>;
  drop(name: string): void;
}

/** Nobody: sockets last as long as this process. */
export const noListenerStore: ListenerStore = { keep: () => Promise.resolve(), drop: () => undefined };

/**
 * A store that also tracks the listening descriptors, starting with those that were `inherited`: for a
 * process that replaces this one. `current` has the same object for the same socket.
 */
export function trackListeners(
  store: ListenerStore,
  inherited: readonly InheritedListener[],
): ListenerStore & { readonly current: () => InheritedListener[] } {
  const listeners = new Map(inherited.map((listener) => [listener.name, listener]));
  return {
    keep: async (name, handle) => {
      if ('fd' in handle && typeof handle.fd === 'number' && handle.fd >= 0)
        listeners.set(name, { name, fd: handle.fd });
      await store.keep(name, handle);
    },
    drop: (name) => {
      listeners.delete(name);
      store.drop(name);
    },
    current: () => [...listeners.values()],
  };
}

/** How a process gets the sockets of its predecessor, and leaves its own to its successor. */
export interface ListenerHandoff {
  readonly inherited: readonly InheritedListener[];
  readonly store: ListenerStore;
}
