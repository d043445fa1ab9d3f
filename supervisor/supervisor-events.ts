/** What the supervisor of an engine reacts to. */
export type SupervisorEvent = 'stop' | 'restart' | 'reload' | 'engine-ended' | 'retry';

/**
 * The supervisor's events in their order, with at most one retry to come. Whatever the supervisor reacts to
 * takes the place of that retry: it is about an engine that is not there any more.
 */
export class SupervisorEvents {
  readonly #pending: SupervisorEvent[] = [];
  #stopped = false;
  #retry: NodeJS.Timeout | null = null;
  #wake: () => void = () => undefined;

  /** Adds an event; one that is pending already is not added again. */
  push(event: SupervisorEvent): void {
    if (event === 'stop') this.#stopped = true;
    // One restart pending is enough; it reads the newest configuration.
    if (!this.#pending.includes(event)) this.#pending.push(event);
    this.#wake();
  }

  /** Adds a retry in `ms`, unless another event is taken before. */
  retryIn(ms: number): void {
    this.#cancelRetry();
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.push('retry');
    }, ms);
  }

  /** Resolves with the next event; always with `stop` from the first `stop` on. */
  async next(): Promise<SupervisorEvent> {
    for (;;) {
      const event = this.#take();
      if (event !== null) {
        this.#cancelRetry();
        return event;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the wait for a retry, which would keep the process alive. */
  close(): void {
    this.#cancelRetry();
  }

  #take(): SupervisorEvent | null {
    if (this.#stopped) return 'stop';
    // A restart settles an ended engine and a reload too.
    if (this.#pending.includes('restart')) {
      this.#pending.length = 0;
      return 'restart';
    }
    return this.#pending.shift() ?? null;
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}
