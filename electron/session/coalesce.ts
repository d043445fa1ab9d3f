/**
 * Runs `work` one run at a time. A call during a run starts another one after it and gets its result: the
 * current run may have read before the change that the caller wants to see. However many calls come during a
 * run, only one run follows it.
 */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let following: Promise<T> | undefined;
  const start = (): Promise<T> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const follow = (): Promise<T> => {
    following = undefined;
    return start();
  };
  return () => {
    if (following !== undefined) return following;
    if (running === undefined) return start();
    following = running.then(follow, follow);
    return following;
  };
}
