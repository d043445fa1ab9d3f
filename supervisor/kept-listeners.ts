import { parseListenerHandoff, listenVariables } from '../shared/gateway/listener-handoff.ts';

/** A handle of Node's that came over a channel: closed when it is no longer kept. */
interface ReceivedHandle {
  readonly fd?: number;
  close?(): void;
}

/**
 * Duplicates of a child's listening sockets, for the next child. Connections made in between wait in the
 * socket's queue.
 */
export class RetainedListeners {
  readonly #handles = new Map<string, ReceivedHandle>();

  /** Handles a message of the child; ignores those of other kinds. */
  receive(message: unknown, handle: unknown): void {
    const read = parseListenerHandoff(message);
    if (read === null) return;
    this.#close(read.name);
    if (read.kind === 'keep-listener' && isHandle(handle)) this.#handles.set(read.name, handle);
  }

  /**
   * What the next child inherits: descriptors for its `stdio` from the third on, and the variables that name
   * them.
   */
  forNextChild(): {
    readonly descriptors: readonly number[];
    readonly variables: Readonly<Record<string, string>>;
  } {
    const retained = [...this.#handles].flatMap(([name, { fd }]) =>
      fd === undefined || fd < 0 ? [] : [{ name, fd }],
    );
    return {
      descriptors: retained.map(({ fd }) => fd),
      variables: listenVariables(retained.map(({ name }) => name)),
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
