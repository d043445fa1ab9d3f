/**
 * Long work is done in parts, and others are answered in between. Those who wait go on one by one, each in a
 * turn of the event loop of its own.
 */
const waiting: { readonly resume: () => void }[] = [];
let first = 0;

/**
 * Resolves when the event loop has had a turn, and everybody who called before has gone on. Throws the
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
  // What is left behind is let go now and then: taking it away one by one would be quadratic.
  if (first === waiting.length || first > 1024) {
    waiting.splice(0, first);
    first = 0;
  }
}
