/**
 * Long work is split into parts, with other requests in between. Waiting work continues one by one, each in
 * its own turn of the event loop.
 */
const waiting: { readonly resume: () => void }[] = [];
let first = 0;

/**
 * Resolves after a turn of the event loop, and after all earlier callers have resumed. Throws the
 * signal's reason where it is aborted by then.
 */
export async function yieldToEventLoop(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resume) => {
    waiting.push({ resume: resume });
    if (waiting.length - first === 1) setImmediate(next);
  });
  signal?.throwIfAborted();
}

function next(): void {
  waiting[first++]?.resume();
  if (first < waiting.length) setImmediate(next);
  // Resumed entries are removed in batches: removing them one by one would be quadratic.
  if (first === waiting.length || first > 1024) {
    waiting.splice(0, first);
    first = 0;
  }
}
