/**
 * A part of an engine that most commands do not need: loaded, and made, when it is first called. `load`
 * imports its module with `import()`, which the bundler puts into a file of its own.
 *
 * How target and driver of an embedded engine are divided: their own modules have what reads the state, for
 * `bulkhead status` and the window's first page; what changes an engine, or inspects its containers, is
 * loaded by this.
 */
export function atFirstUse<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () =>
    (loaded ??= load().catch((error: unknown) => {
      // Without this, one failure would last as long as the process.
      loaded = undefined;
      throw error;
    }));
}
