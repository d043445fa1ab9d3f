/**
 * Between a gateway (or planner) and the process that starts it: what listens is kept by the latter, so that
 * the next gateway listens on the same sockets. The gateway says so over Node's channel, with the socket's
 * handle; it is handed back as systemd hands descriptors down (`LISTEN_FDS`, `LISTEN_FDNAMES`).
 */
export type ListenerHandoffMessage =
  /** Comes with the handle; one of the same name is replaced. */
  | { readonly kind: 'keep-listener'; readonly name: string }
  | { readonly kind: 'drop-listener'; readonly name: string };

/** Names must not hold what separates them. */
const nameForm = /^[a-z0-9-]{1,64}$/;

/** Reads a message; null for all else. */
export function parseListenerHandoff(value: unknown): ListenerHandoffMessage | null {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('name' in value)) return null;
  const { kind, name } = value;
  if (typeof name !== 'string' || !nameForm.test(name)) return null;
  return kind === 'keep-listener' || kind === 'drop-listener' ? { kind, name } : null;
}

/**
 * The variables that tell a process which descriptors it was given, from 3 on. Empty where there are none.
 */
export function listenVariables(names: readonly string[]): Readonly<Record<string, string>> {
  return names.length === 0 ? {} : { LISTEN_FDS: String(names.length), LISTEN_FDNAMES: names.join(':') };
}

/** A listening descriptor that was given to this process at its start. */
export interface InheritedListener {
  readonly name: string;
  readonly fd: number;
}

/**
 * What `env` says this process was given. `LISTEN_PID` may be missing (a supervisor starts us through other
 * programs); another process's is not ours.
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

/** The same, and takes the variables out of `env`: they are this process' alone, not its children's. */
export function takeInheritedListeners(
  env: Record<string, string | undefined>,
  pid: number,
): InheritedListener[] {
  const inherited = inheritedListeners(env, pid);
  for (const name of ['LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PID']) Reflect.deleteProperty(env, name);
  return inherited;
}

/**
 * Whoever outlives this process and holds a duplicate of its listening sockets, so that the next one goes on
 * listening on the same ones: a running container has the socket's inode mounted, a new socket at the same
 * path would never reach it.
 */
export interface ListenerStore {
  /** Resolves when the duplicate is on its way; what is on its way survives us. */
  keep(name: string, handle: object): Promise<void>;
  drop(name: string): void;
}

/** Nobody: sockets last as long as this process. */
export const noListenerStore: ListenerStore = { keep: () => Promise.resolve(), drop: () => undefined };

/**
 * A store that also keeps account of which descriptors listen now, those that were `inherited` first: for a
 * process that takes this one's place.
 */
export function trackListeners(
  store: ListenerStore,
  inherited: readonly InheritedListener[],
): ListenerStore & { readonly current: () => InheritedListener[] } {
  const descriptors = new Map(inherited.map(({ name, fd }) => [name, fd]));
  return {
    keep: async (name, handle) => {
      if ('fd' in handle && typeof handle.fd === 'number' && handle.fd >= 0) descriptors.set(name, handle.fd);
      await store.keep(name, handle);
    },
    drop: (name) => {
      descriptors.delete(name);
      store.drop(name);
    },
    current: () => [...descriptors].map(([name, fd]) => ({ name, fd })),
  };
}

/** How a process comes by the sockets of the one before it, and leaves its own to the next. */
export interface ListenerHandoff {
  readonly inherited: readonly InheritedListener[];
  readonly store: ListenerStore;
}
