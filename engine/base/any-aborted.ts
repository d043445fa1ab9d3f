/**
 * A signal of its own that is aborted when one of these is, with its reason. `AbortSignal.any` is newer than
 * the oldest runtime of the app (Node 18).
 */
export function anyAborted(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else
      signal.addEventListener(
        'abort',
        () => {
          controller.abort(signal.reason);
        },
        { once: true, signal: controller.signal },
      );
  }
  return controller.signal;
}
