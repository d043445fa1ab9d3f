/** How long the work for one request may block the event loop, ms. */
const maxBlockMs = 10;

/**
 * For loops whose length depends on a request: await the returned function in each iteration. It yields to
 * the event loop when the loop has blocked it for `maxBlockMs`.
 */
export function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < maxBlockMs) return;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    since = performance.now();
  };
}
