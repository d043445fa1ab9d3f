/** Functions that stop something, called together at the end unless they were called before. */
export class Disposers {
  readonly #stops = new Set<() => void>();

  /** Returns how to stop it now. */
  add(...stops: readonly (() => void)[]): () => void {
    const stopAll = (): void => {
      this.#stops.delete(stopAll);
      for (const stop of stops) stop();
    };
    this.#stops.add(stopAll);
    return stopAll;
  }

  dispose(): void {
    for (const stop of [...this.#stops]) stop();
  }
}
