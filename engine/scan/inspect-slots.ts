import pLimit from 'p-limit';

/** Number of concurrent inspects: enough to hide latency, few enough not to starve other clients. */
const inspectConcurrency = 16;
/**
 * After this time, ms, an inspect is assumed to wait for a lock and to cost the engine nothing: it frees its
 * slot.
 */
const slotMs = 1_000;

/**
 * Runs the inspects of one scan, at most 16 concurrently. One without a response keeps its slot for a second
 * only, so that containers whose inspects hang delay a scan by one limit, not by the sum of their limits.
 */
export function inspectSlots(): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(inspectConcurrency);
  return async (work) => {
    // Boxed: the slot waits for the start of the inspect, not for its result.
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
