import pLimit from 'p-limit';

/** Inspects under way at once: enough to hide latency, few enough not to starve other clients. */
const inspectConcurrency = 16;
/**
 * After this long an inspect costs the engine nothing any more, it waits for a lock: others need not wait for
 * it, ms.
 */
const slotMs = 1_000;

/**
 * Runs inspects of one scan, at most 16 at once. One that the engine does not answer keeps its slot for a
 * second only, so that containers the engine is held up by cost a scan their own limit, once, and not a sum
 * of limits.
 */
export function inspectSlots(): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(inspectConcurrency);
  return async (work) => {
    // Boxed: what is waited for inside the slot is its beginning.
    const { result } = await limit(async () => {
      const result = work();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, slotMs);
      });
      await Promise.race([
        result.then(
          () => undefined,
          () => undefined,
        ),
        late,
      ]);
      clearTimeout(timer);
      return { result };
    });
    return result;
  };
}
