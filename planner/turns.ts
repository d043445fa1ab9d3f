/** How long work of one request may hold the event loop, ms. */
const heldMs = 10;

/**
 * For loops whose length a request determines: what is returned is awaited in each round, and lets others
 * have their turn where the loop has held the event loop for long.
 */
export function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < heldMs) return;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    since = performance.now();
  };
}
