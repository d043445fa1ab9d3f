/** What the supervisor of an engine reacts to. */
export type SupervisorEvent = 'stop' | 'restart' | 'reload' | 'engine-ended' | 'retry';

/**
 * The supervisor's events in order, with at most one pending retry. Every event that the supervisor reacts to
 * cancels that retry: it concerns an engine that no longer exists.
 */
export class SupervisorEvents {
  readonly #pending: SupervisorEvent[] = [];
  #stopped = false;
  #retry: NodeJS.Timeout | null = null;
  #wake: () => void = () => undefined;

  /** Adds an event, unless an equal one is pending. */
  push(event: SupervisorEvent): void {
    if (event === 'stop') this.#stopped = true;
    // One pending restart is enough; it reads the newest configuration.
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

  /** Resolves with the next event; from the first `stop` on always with `stop`. */
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

  /** Cancels the retry timer, which would keep the process alive. */
  close(): void {
    this.#cancelRetry();
  }

  #take(): SupervisorEvent | null {
    if (this.#stopped) return 'stop';
    // A restart also handles an ended engine and a reload.
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
