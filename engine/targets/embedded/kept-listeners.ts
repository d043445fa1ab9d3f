import { keptListenerMessage, listenVariables } from '../../../shared/gateway/kept-listeners.ts';

/** A handle of Node's that came over a channel: closed when it is no longer kept. */
interface ReceivedHandle {
  readonly fd?: number;
  close?(): void;
}

/**
 * Duplicates of a child's listening sockets, for the child that follows it. What connects in between waits in
 * the socket's queue.
 */
export class KeptListeners {
  readonly #handles = new Map<string, ReceivedHandle>();

  /** A message of the child's. What is none of ours is left alone. */
  take(message: unknown, handle: unknown): void {
    const read = keptListenerMessage(message);
    if (read === null) return;
    this.#close(read.name);
    if (read.kind === 'keep-listener' && isHandle(handle)) this.#handles.set(read.name, handle);
  }

  /** What a new child gets: descriptors for its `stdio` from the third on, and the variables that say so. */
  handDown(): {
    readonly descriptors: readonly number[];
    readonly variables: Readonly<Record<string, string>>;
  } {
    const kept = [...this.#handles].flatMap(([name, { fd }]) =>
      fd === undefined || fd < 0 ? [] : [{ name, fd }],
    );
    return {
      descriptors: kept.map(({ fd }) => fd),
      variables: listenVariables(kept.map(({ name }) => name)),
    };
  }

  clear(): void {
    for (const name of [...this.#handles.keys()]) this.#close(name);
  }

  #close(name: string): void {
    this.#handles.get(name)?.close?.();
    this.#handles.delete(name);
  }
}

const isHandle = (value: unknown): value is ReceivedHandle =>
  typeof value === 'object' && value !== null && 'fd' in value && typeof value.fd === 'number';
