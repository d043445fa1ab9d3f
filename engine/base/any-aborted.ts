/**
 * A signal that is aborted when one of the two is, with its reason. `AbortSignal.any` is newer than the
 * oldest runtime of the app (Node 18).
 */
export function anyAborted(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  for (const signal of [one, other]) {
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
