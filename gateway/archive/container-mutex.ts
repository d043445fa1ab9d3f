/** A mutex per container, with a FIFO queue; different containers do not wait for each other. */
export class ContainerMutex {
  /** The end of the last holder in the queue of each container. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Resolves with the function that releases the mutex (idempotent). Rejects with the signal's reason where
   * that aborts first.
   */
  async acquire(container: string, clientGone?: AbortSignal): Promise<() => void> {
    const before = this.#last.get(container) ?? Promise.resolve();
    let end: () => void = () => undefined;
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    const last = before.then(() => own);
    this.#last.set(container, last);
    void last.then(() => {
      if (this.#last.get(container) === last) this.#last.delete(container);
    });
    try {
      await orAborted(before, clientGone);
      return end;
    } catch (error) {
      // Its place in the queue is released as soon as its turn comes.
      end();
      throw error;
    }
  }

  /** Runs `work` with the mutex held; resolves and rejects as it does. */
  async run<T>(container: string, work: () => Promise<T>): Promise<T> {
    const end = await this.acquire(container);
    try {
      return await work();
    } finally {
      end();
    }
  }
}

/** Waits for `done`, or rejects with the reason of `signal`. */
function orAborted(done: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return done.then(() => undefined);
  return new Promise((resolve, reject) => {
    const aborted = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('the client has left'));
    };
    if (signal.aborted) {
      aborted();
      return;
    }
    signal.addEventListener('abort', aborted, { once: true });
    void done.then(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, reject);
  });
}
