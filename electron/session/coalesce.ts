/**
 * Runs `work` one run at a time. A call during a run has another one follow and gets its result: the run
 * under way may have read before what the caller wants to see. However many calls come during a run, one run
 * follows it.
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
